"""The extensions that come with Weft, on real switches: taps hear copies, marks and rates hold, others hear all."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.system.held_lab import HeldLab, held_lab
from tests.system.test_limits import FRAMES, heard
from tests.system.traffic import BROADCAST, ETHERTYPE, MARK, Hosts, addresses, hosts_of

pytestmark = pytest.mark.system

EXPEDITED = 46  # a DSCP
IPV4 = b"\x08\x00"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeldLab]:
    """A spine and two leaves. The host ``blue1``, on the first leaf, is a tap: red's, alone on a segment of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEFT_EXTENSIONS", "mirror,qos,portstats")
        with held_lab(tmp_path_factory.mktemp("lab"), "--spines", "1", "--leaves", "2", "--hosts", "4") as lab:
            project = lab.get("/v1/ports/red1")["project"]
            attachment = lab.get("/v1/ports/blue1")["vif"]
            done(lab.api.delete("/v1/ports/blue1/vif"))
            done(lab.api.patch("/v1/ports/blue1", json={"admin_up": False}))
            done(lab.api.post("/v1/segments", json={"id": "taps", "name": "taps", "project": project}))
            done(lab.api.post("/v1/ports", json={"id": "tap", "name": "tap", "segment": "taps"}))
            done(lab.api.put("/v1/ports/tap/vif", json={"vif": attachment}))
            done(lab.api.delete("/v1/ports/blue1"))
            lab.settle()
            yield lab


@pytest.fixture
def hosts(lab: HeldLab) -> Iterator[Hosts]:
    with hosts_of(lab) as hosts:
        yield hosts


def done(answer: Any) -> None:
    assert answer.is_success, answer.text


def change(lab: HeldLab, kind: str, id: str, **fields: Any) -> None:
    """Set attributes, ``:`` written as ``__``, and wait until switches hold it."""
    named = {name.replace("__", ":"): value for name, value in fields.items()}
    done(lab.api.patch(f"/v1/{kind}s/{id}", json=named))
    lab.settle()


def receivers(hosts: Hosts, sender: str, destination: str, behind: bytes = ETHERTYPE + MARK) -> dict[str, list[bytes]]:
    """What each host hears of one frame."""
    hosts.drain()
    octets = (addresses(destination, hosts.by_name[sender]["mac"]) + behind).ljust(60, b"\0")
    hosts.send(sender, octets)
    found: dict[str, list[bytes]] = {}
    for name, frame in hosts.hear(0.5):
        if name != sender and octets[:14] == frame[:14]:
            found.setdefault(name, []).append(frame)
    return found


def counted(found: dict[str, list[bytes]]) -> Counter[str]:
    return Counter({name: len(frames) for name, frames in found.items()})


@pytest.mark.parametrize("port", ["red1", "red3"])
def test_a_tap_hears_what_a_port_says_and_hears_wherever_it_is(lab: HeldLab, hosts: Hosts, port: str) -> None:
    (other,) = {"red2"} - {port}
    places = {name: lab.get(f"/v1/vifs/{lab.get(f'/v1/ports/{name}')['vif']}")["switch"] for name in ("tap", port)}
    assert (places["tap"] == places[port]) == (port == "red1"), places
    mac = {name: host["mac"] for name, host in hosts.by_name.items()}
    said = [(port, mac[other]), (other, mac[port]), (other, BROADCAST), (port, BROADCAST), (other, mac["red4"])]
    before = [counted(receivers(hosts, *one)) for one in said]
    try:
        for direction, copies in (("both", (1, 1, 1, 1, 0)), ("out", (1, 0, 0, 1, 0)), ("in", (0, 1, 1, 0, 0))):
            change(lab, "port", port, mirror__to="tap", mirror__direction=direction)
            for frame, heard_before, copied in zip(said, before, copies, strict=True):
                found = receivers(hosts, *frame)
                assert counted(found) == heard_before + Counter(blue1=copied), f"{direction}: {frame}"
                assert all(len({bytes(f) for f in frames}) == 1 for frames in found.values()), "copies are alike"
        (mirror,) = lab.get("/v1/ext/mirror/mirrors")["mirrors"]
        assert (mirror["port"], mirror["to"], mirror["state"], mirror["reason"]) == (port, "tap", "ACTIVE", "")
    finally:
        change(lab, "port", port, mirror__to=None, mirror__direction=None)
    assert [counted(receivers(hosts, *one)) for one in said] == before


def packet(tos: int) -> bytes:
    """An IPv4 packet of UDP, with a checksum of its header that fits."""
    header = struct.pack("!BBHHHBBH4s4s", 0x45, tos, 28, 1, 0, 64, 17, 0, bytes((192, 0, 2, 1)), bytes((192, 0, 2, 2)))
    return IPV4 + header[:10] + checksum(header).to_bytes(2, "big") + header[12:] + struct.pack("!HHHH", 9, 9, 8, 0)


def checksum(header: bytes) -> int:
    summed = sum(struct.unpack("!10H", header))
    summed = (summed & 0xFFFF) + (summed >> 16)
    return ~((summed & 0xFFFF) + (summed >> 16)) & 0xFFFF


def test_what_a_port_sends_is_marked(lab: HeldLab, hosts: Hosts) -> None:
    mac = hosts.by_name["red2"]["mac"]
    try:
        for id, kind in (("red1", "port"), (lab.get("/v1/ports/red1")["segment"], "segment")):
            change(lab, kind, id, qos__dscp=EXPEDITED)
            (received,) = receivers(hosts, "red1", mac, packet(tos=1))["red2"]
            assert received[15] == EXPEDITED << 2 | 1, "the two bits behind it are not its own"
            assert checksum(received[14:34]) == 0
            (plain,) = receivers(hosts, "red1", mac)["red2"]
            assert plain[12:14] == ETHERTYPE
            change(lab, kind, id, qos__dscp=None)
    finally:
        change(lab, "port", "red1", qos__dscp=None)
    (received,) = receivers(hosts, "red1", mac, packet(tos=1))["red2"]
    assert received[15] == 1


def test_a_port_sends_no_more_than_its_rate_and_hears_all(lab: HeldLab, hosts: Hosts) -> None:
    mac = {name: host["mac"] for name, host in hosts.by_name.items()}
    change(lab, "port", "red1", qos__rate=400, qos__burst=40)
    try:
        arrived = heard(hosts, "red1", mac["red4"])
        assert set(arrived) == {"red4"}
        assert 25 <= arrived["red4"] <= 100, f"{arrived}: at 400 kbit/s a quarter passes"
        assert heard(hosts, "red4", mac["red1"]) == {"red1": FRAMES}
    finally:
        change(lab, "port", "red1", qos__rate=None, qos__burst=None)
    assert heard(hosts, "red1", mac["red4"]) == {"red4": FRAMES}


def test_the_busiest_port_is_told_first(lab: HeldLab, hosts: Hosts) -> None:
    for _ in range(300):
        hosts.send("red4", hosts.frame("red4", hosts.by_name["red3"]["mac"], "0 red4 red3"))
    hosts.drain(1.2)  # the switch's statistics are as old as that
    answer = lab.get("/v1/ext/portstats/ports", limit="2")
    assert answer["unanswered"] == []
    assert {one["port"] for one in answer["ports"]} & {"red3", "red4"}
