"""What a VIF may not say arrives nowhere: with the controller running, and with it killed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.system.held_lab import HeldLab
from tests.system.traffic import BROADCAST, ETHERTYPE, MARK, Hosts, addresses

pytestmark = pytest.mark.system

STRANGER = "02:00:00:00:ff:ff"
PAYLOAD = ETHERTYPE + MARK + b"0 forbidden *".ljust(46, b"\0")


def tag(ethertype: int, vlan: int) -> bytes:
    return ethertype.to_bytes(2, "big") + vlan.to_bytes(2, "big")


def forbidden(hosts: Hosts, sender: str) -> Iterator[tuple[str, bytes]]:
    """Frames, each with the reason for which nobody may receive it."""
    own = hosts.by_name[sender]["mac"]
    peer = hosts.by_name[hosts.peers(sender)[0]]["mac"]
    for to in (BROADCAST, peer):
        for source in (peer, STRANGER, "00:00:00:00:00:00", "03:00:00:00:00:01", BROADCAST):
            yield f"source {source} to {to}", addresses(to, source) + PAYLOAD
        for vlan in (0, 1, 2, 3, 4094, 4095):
            for ethertype in (0x8100, 0x88A8):
                yield f"tag {ethertype:x} {vlan} to {to}", addresses(to, own) + tag(ethertype, vlan) + PAYLOAD
                double = tag(ethertype, 2) + tag(0x8100, vlan)
                yield f"tags {ethertype:x} 2, 8100 {vlan} to {to}", addresses(to, own) + double + PAYLOAD
        yield f"LLDP to {to}", addresses(to, own) + b"\x88\xcc" + PAYLOAD
    for last in range(16):
        reserved = f"01:80:c2:00:00:{last:02x}"
        yield f"reserved {reserved}", addresses(reserved, own) + PAYLOAD
    bpdu = addresses("01:80:c2:00:00:00", own) + b"\x00\x26\x42\x42\x03" + bytes(35) + MARK
    yield "a BPDU", bpdu
    lldp = addresses("01:80:c2:00:00:0e", own) + b"\x88\xcc\x02\x07\x07leaf1\x04\x06\x05eth1\x06\x02\x00\x78" + MARK
    yield "LLDP that claims to be a switch", lldp
    yield "an unknown unicast", addresses(STRANGER, own) + PAYLOAD


def received(hosts: Hosts) -> list[str]:
    return [f"{name} received {frame.hex()}" for name, frame in hosts.hear(0.3) if MARK in frame]


def test_forbidden_frames_arrive_nowhere(lab: HeldLab, hosts: Hosts) -> None:
    before = {link["id"] for link in lab.get("/v1/links")["links"]}
    for sender in ("red1", "blue1"):
        for what, octets in forbidden(hosts, sender):
            for _ in range(2):
                hosts.send(sender, octets)
            complaints = [f"{what}: {arrival}" for arrival in received_now(hosts)]
            assert complaints == []
    assert received(hosts) == []
    assert {link["id"] for link in lab.get("/v1/links")["links"]} == before, "a VIF's LLDP was believed"


def test_nor_do_they_when_the_controller_is_dead(lab: HeldLab, hosts: Hosts) -> None:
    lab.kill_controller()
    try:
        for sender in ("red1", "blue1"):
            for _, octets in forbidden(hosts, sender):
                hosts.send(sender, octets)
        assert received(hosts) == []
        assert hosts.run(1.0, 0.05, {}).clean, "what is allowed must still arrive"
    finally:
        lab.start_controller()
        lab.settle()


def received_now(hosts: Hosts) -> list[str]:
    return [f"{name} received {frame.hex()}" for name, frame in hosts.hear(0.005) if MARK in frame]


def test_a_frame_for_one_reaches_nobody_else(lab: HeldLab, hosts: Hosts) -> None:
    for sender in hosts.by_name:
        for receiver in hosts.peers(sender):
            hosts.send(sender, hosts.frame(sender, hosts.by_name[receiver]["mac"], f"0 {sender} {receiver}"))
            heard = [name for name, frame in hosts.hear(0.05) if MARK in frame]
            assert heard == [receiver]
