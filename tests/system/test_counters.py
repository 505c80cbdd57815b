"""What real switches count is told by port and reason; limits hold, and neither costs a session or a flow."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.system.held_lab import HeldLab, wait_until
from tests.system.hostile_switch import FLOW, MULTIPART_REPLY, MULTIPART_REQUEST, HostileSwitch, described, message
from tests.system.test_garbage import ended, openflow
from tests.system.traffic import BROADCAST, ETHERTYPE, Hosts, addresses

pytestmark = pytest.mark.system

FALSE_SOURCE = "02:de:ad:00:00:01"
DESC, PORT_STATS, METER_CONFIG, ERROR, FLOW_MOD = 0, 4, 10, 1, 14
DESCRIPTION = struct.pack("!256s256s256s32s256s", b"Somebody", b"Some switch", b"0.1", b"None", b"None")


def counters(lab: HeldLab, port: str) -> dict[str, Any]:
    """The counters of a port, as they are now."""
    found: dict[str, Any] = lab.get(f"/v1/ports/{port}/counters")
    return found


def dropped(lab: HeldLab, port: str, reason: str) -> int:
    """How many of a port's frames have died for a reason."""
    return sum(drop["frames"] for drop in counters(lab, port)["dropped"] if drop["reason"] == reason)


def update(lab: HeldLab, port: str, **fields: Any) -> None:
    """Change a port, and wait until all switches hold that."""
    lab.api.patch(f"/v1/ports/{port}", json=fields).raise_for_status()
    lab.settle()


def meters(lab: HeldLab, switch: str) -> dict[int, float]:
    """The meters of a switch, with their ages in seconds."""
    said = lab.ofctl("meter-stats", switch)
    return {int(id): float(age) for id, age in re.findall(r"meter:(\d+) .*?duration:([0-9.]+)s", said)}


def weft(lab: HeldLab, *arguments: str) -> subprocess.Popen[str]:
    """The command, on its way."""
    where = {"WEFT_URL": lab.description["controller"]["rest"]}
    where["WEFT_TOKEN_FILE"] = lab.description["controller"]["token_file"]
    command = [str(Path(sys.executable).with_name("weft")), *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=os.environ | where, text=True, stdout=pipe, stderr=pipe)


def test_what_passes_is_counted_at_both_ends(lab: HeldLab, hosts: Hosts) -> None:
    before = {name: counters(lab, name) for name in ("red1", "red2")}
    frame = hosts.frame("red1", lab.hosts["red2"]["mac"], "0 red1 red2")
    for _ in range(50):
        hosts.send("red1", frame)

    def passed(port: str, way: str) -> tuple[int, int]:
        now = counters(lab, port)
        frames, octets = (now[way][what] - before[port][way][what] for what in ("frames", "bytes"))
        return frames, octets

    wait_until(lambda: passed("red1", "received")[0] >= 50, "red1's frames are counted")
    wait_until(lambda: passed("red2", "sent")[0] >= 50, "they are counted where they leave")
    assert passed("red1", "received")[1] >= 50 * len(frame)
    assert counters(lab, "red1")["switch"] == lab.hosts["red1"]["switch"]
    assert counters(lab, "red1")["interface"] == lab.hosts["red1"]["switch_interface"]
    hosts.drain()


def test_what_dies_is_counted_by_port_and_reason(lab: HeldLab, hosts: Hosts) -> None:
    before = {port: dropped(lab, port, "admit:source-mac") for port in lab.hosts}
    forged = addresses(BROADCAST, FALSE_SOURCE) + ETHERTYPE + bytes(46)
    for _ in range(30):
        hosts.send("red1", forged)
    for _ in range(20):
        hosts.send("blue1", forged)
    wait_until(lambda: dropped(lab, "red1", "admit:source-mac") == before["red1"] + 30, "all 30 are counted")
    wait_until(lambda: dropped(lab, "blue1", "admit:source-mac") == before["blue1"] + 20, "all 20 are counted")
    others = {port: count for port, count in before.items() if port not in ("red1", "blue1")}
    assert {port: dropped(lab, port, "admit:source-mac") for port in others} == others
    document = lab.get("/v1/drops")
    assert document["unanswered"] == []
    mine = next(drop for drop in document["drops"] if (drop["port"], drop["reason"]) == ("red1", "admit:source-mac"))
    assert mine["frames"] == before["red1"] + 30
    assert mine["why"] == "Its source MAC is not one of the port's."
    assert (mine["segment"], mine["switch"]) == (lab.hosts["red1"]["segment"], lab.hosts["red1"]["switch"])
    frames = [drop["frames"] for drop in document["drops"]]
    assert frames == sorted(frames, reverse=True)


def test_a_storm_is_cut_counted_and_over_when_the_limit_is(lab: HeldLab, hosts: Hosts) -> None:
    switch = lab.hosts["red1"]["switch"]
    update(lab, "red1", max_broadcast=10)
    assert len(meters(lab, switch)) == 1
    storm = hosts.frame("red1", BROADCAST, "0 red1 *")
    began = time.monotonic()
    for _ in range(200):
        hosts.send("red1", storm)
    heard = sum(1 for receiver, octets in hosts.hear(0.5) if receiver == "red2" and b"0 red1 *" in octets)
    assert 1 <= heard <= 10 * (time.monotonic() - began) + 2
    cut = dropped(lab, "red1", "flood:storm")
    assert cut == 200 - heard
    for _ in range(5):  # what is for one is no storm
        hosts.send("red1", hosts.frame("red1", lab.hosts["red2"]["mac"], "1 red1 red2"))
    assert sum(1 for receiver, octets in hosts.hear(0.5) if receiver == "red2" and b"1 red1" in octets) == 5
    update(lab, "red1", max_broadcast=None)
    assert meters(lab, switch) == {}
    for _ in range(20):
        hosts.send("red1", storm)
    assert sum(1 for receiver, octets in hosts.hear(0.5) if receiver == "red2" and b"0 red1 *" in octets) == 20


def test_another_rate_loses_no_frame_and_no_flow(lab: HeldLab, hosts: Hosts) -> None:
    switch = lab.hosts["red1"]["switch"]
    update(lab, "red1", max_rate=1_000_000, burst=100_000)
    try:
        assert len(meters(lab, switch)) == 2
        flows = lab.ofctl("dump-aggregate", switch)
        rates = iter(range(900_000, 1_000_000, 10_000))

        def change() -> None:
            lab.api.patch("/v1/ports/red1", json={"max_rate": next(rates)}).raise_for_status()

        outcome = hosts.run(2.0, 0.02, {0.2 * n: change for n in range(1, 9)})
        assert outcome.clean, (outcome.lost[:5], outcome.doubled[:5], outcome.strays[:5])
        lab.settle()
        count = re.compile(r"flow_count=(\d+)")
        assert count.search(lab.ofctl("dump-aggregate", switch)).group(1) == count.search(flows).group(1)  # type: ignore[union-attr]
    finally:
        update(lab, "red1", max_rate=None, burst=None)


def test_meters_by_hand_are_repaired_and_a_restart_touches_none(lab: HeldLab) -> None:
    switch = lab.hosts["red1"]["switch"]
    update(lab, "red1", max_rate=10_000)
    try:
        held = set(meters(lab, switch))
        lab.ofctl("add-meter", switch, "meter=77777,kbps,burst,stats,band=type=drop,rate=5,burst_size=5")
        lab.ofctl("del-meter", switch, f"meter={min(held)}")
        lab.ofctl("mod-meter", switch, f"meter={max(held)},kbps,burst,stats,band=type=drop,rate=1,burst_size=1")
        lab.api.post("/v1/audits", json={"switch": switch}).raise_for_status()
        wait_until(lambda: set(meters(lab, switch)) == held, "the meters are as they should be")
        wait_until(lambda: "rate=1 " not in lab.ofctl("dump-meters", switch), "and their rates")
        lab.settle()
        before = meters(lab, switch)
        time.sleep(1)
        lab.kill_controller()
        lab.start_controller()
        lab.settle()
        after = meters(lab, switch)
        assert after.keys() == before.keys()
        assert all(after[id] > before[id] + 1 for id in before), "a meter was made anew"
    finally:
        update(lab, "red1", max_rate=None)


@pytest.mark.alone
def test_many_may_ask_while_the_switches_are_being_told(lab: HeldLab) -> None:
    end = time.monotonic() + 3

    def ask(number: int) -> float:
        slowest = 0.0
        while time.monotonic() < end:
            began = time.monotonic()
            counters(lab, sorted(lab.hosts)[number % len(lab.hosts)])
            assert lab.get("/v1/drops")["unanswered"] == []
            slowest = max(slowest, time.monotonic() - began)
        return slowest

    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask, number) for number in range(8)]
        up = False
        while time.monotonic() < end:
            lab.api.patch("/v1/ports/red1", json={"admin_up": up, "max_rate": 1000 if up else None}).raise_for_status()
            lab.api.post("/v1/audits", json={"switch": lab.hosts["red1"]["switch"]}).raise_for_status()
            up = not up
        slowest = max(asked.result() for asked in asking)
    print(f"  slowest of 8 that ask without end: {slowest * 1000:.0f} ms")
    assert slowest < 2.0
    update(lab, "red1", admin_up=True, max_rate=None)


@pytest.fixture
def absent(lab: HeldLab) -> Iterator[int]:
    """The datapath id of a switch that the model knows, and that is not there; a VIF sits on it."""
    fields = {"id": "absent", "dpid": "aa", "fabric_interfaces": ["e1"]}
    lab.api.post("/v1/switches", json=fields).raise_for_status()
    lab.api.post("/v1/segments", json={"id": "lone", "name": "lone", "project": "p"}).raise_for_status()
    for name, rate in (("free", None), ("limited", 1000)):
        port = {"id": name, "name": name, "segment": "lone", "max_rate": rate}
        vif = {"id": name, "mac": f"02:00:00:00:bb:0{len(name)}", "switch": "absent", "interface": name}
        lab.api.post("/v1/ports", json=port).raise_for_status()
        lab.api.post("/v1/vifs", json=vif).raise_for_status()
        lab.api.put(f"/v1/ports/{name}/vif", json={"vif": name}).raise_for_status()
    yield 0xAA
    for name in ("free", "limited"):
        lab.api.delete(f"/v1/ports/{name}/vif").raise_for_status()
        lab.api.delete(f"/v1/ports/{name}").raise_for_status()
        lab.api.delete(f"/v1/vifs/{name}").raise_for_status()
    lab.api.delete("/v1/segments/lone").raise_for_status()
    lab.api.delete("/v1/switches/absent").raise_for_status()


@pytest.mark.alone
def test_a_switch_that_is_silent_is_named_and_holds_up_nobody(lab: HeldLab, absent: int) -> None:
    document = lab.get("/v1/drops")
    assert document["unanswered"] == ["absent"]
    assert lab.api.get("/v1/ports/free/counters").status_code == 409, "nobody knows its interface yet"
    silent = HostileSwitch(
        openflow(lab), absent, [described(1, b"e1"), described(2, b"free"), described(3, b"limited")]
    )
    silent.await_request(MULTIPART_REQUEST, FLOW)
    with ThreadPoolExecutor(2) as pool:
        began = time.monotonic()
        asked = pool.submit(lab.get, "/v1/drops")
        slowest = 0.0
        while not asked.done():
            before = time.monotonic()
            lab.get("/v1/segments")
            slowest = max(slowest, time.monotonic() - before)
        took = time.monotonic() - began
    assert asked.result()["unanswered"] == ["absent"]
    assert 1.9 < took < 3.5
    assert slowest < 0.5
    began = time.monotonic()
    assert lab.api.get("/v1/ports/free/counters").status_code == 503
    assert time.monotonic() - began < 3.5
    silent.close()


def answering(liar: HostileSwitch, answers: Callable[[bytes], list[bytes]]) -> None:
    """Answer what is asked, for as long as it is connected."""
    liar._socket.settimeout(0.2)
    try:
        while True:
            try:
                asked = liar._receive()
            except TimeoutError:
                continue
            for answer in answers(asked):
                liar.say(answer)
    except (EOFError, OSError):
        pass


def test_a_switch_without_meters_fails_those_alone_who_want_them(lab: HeldLab, absent: int) -> None:
    before = ended(lab)
    liar = HostileSwitch(openflow(lab), absent, [described(1, b"e1"), described(2, b"free"), described(3, b"limited")])

    def answers(asked: bytes) -> list[bytes]:
        kind, xid = asked[1], int.from_bytes(asked[4:8], "big")
        if kind == MULTIPART_REQUEST:
            about = int.from_bytes(asked[8:10], "big")
            if about in (METER_CONFIG, 9):
                return [message(ERROR, struct.pack("!HH", 1, 2) + asked[:64], xid)]  # OFPBRC_BAD_MULTIPART
            body = DESCRIPTION if about == DESC else b""
            return [message(MULTIPART_REPLY, struct.pack("!HH4x", about, 0) + body, xid)]
        if kind == 29 or (kind == FLOW_MOD and b"\0\x06\0\x08" in asked[48:]):  # METER_MOD, and what needs a meter
            return [message(ERROR, struct.pack("!HH", 1, 1) + asked[:64], xid)]
        return {20: [message(21, b"", xid)], 2: [message(3, asked[8:], xid)]}.get(kind, [])

    with ThreadPoolExecutor(1) as pool:
        pool.submit(answering, liar, answers)

        def status(port: str) -> tuple[str, str]:
            found = lab.get(f"/v1/ports/{port}")["status"]
            return found["state"], found["reason"]

        try:
            wait_until(lambda: status("limited")[0] == "ERROR", "the port that wants a meter is in error")
            assert status("limited")[1] == "switch absent refused a meter: error type 1 code 1"
            wait_until(lambda: status("free")[0] == "ACTIVE", "the other one is not")
            assert counters(lab, "free")["dropped"] == []
            assert lab.get("/v1/switches/absent")["software"] == "Some switch 0.1"
            assert {line for line in ended(lab) - before if "00aa" in line} == set(), "it was sent away for its errors"
        finally:
            liar.close()


def test_a_switch_that_answers_another_question_loses_its_own_session_only(lab: HeldLab, absent: int) -> None:
    liar = HostileSwitch(openflow(lab), absent, [described(1, b"e1")])
    stat = struct.pack("!H2xI72x", 80, 1)

    def answers(asked: bytes) -> list[bytes]:
        xid = int.from_bytes(asked[4:8], "big")
        if asked[1] == MULTIPART_REQUEST:
            return [message(MULTIPART_REPLY, struct.pack("!HH4x", PORT_STATS, 0) + stat, xid)]
        return []

    with ThreadPoolExecutor(1) as pool:
        pool.submit(answering, liar, answers)
        wait_until(lambda: any("00aa" in line for line in ended(lab)), "it is sent away")
        liar.close()
    assert lab.get("/v1/drops")["unanswered"] == ["absent"]


def test_people_see_it_too(lab: HeldLab, hosts: Hosts) -> None:
    forged = addresses(BROADCAST, FALSE_SOURCE) + ETHERTYPE + bytes(46)
    hosts.send("red2", forged)
    wait_until(lambda: dropped(lab, "red2", "admit:source-mac") > 0, "it is counted")
    shown, _ = weft(lab, "port", "show", "red2").communicate(timeout=30)
    assert re.search(r"^received +frames=\d+ bytes=\d+ *$", shown, re.M)
    assert re.search(r"^dropped +.*admit:source-mac \d+", shown, re.M)
    told, _ = weft(lab, "port", "show", "red2", "-o", "json").communicate(timeout=30)
    assert json.loads(told)["counters"]["port"] == "red2"
    table, _ = weft(lab, "drops").communicate(timeout=30)
    assert table.splitlines()[0].split() == ["FRAMES", "REASON", "PORT", "NAME", "SEGMENT", "SWITCH", "WHY"]
    assert "admit:source-mac" in table
    watching = weft(lab, "drops", "--watch", "0.5", "-o", "json")
    assert watching.stdout is not None
    looks = [look(watching.stdout) for _ in range(2)]
    for _ in range(40):
        hosts.send("red2", forged)
    until = time.monotonic() + 10
    rates = [0.0]
    while time.monotonic() < until and not max(rates) > 0:
        looks.append(look(watching.stdout))
        rates += [d["rate"] for d in looks[-1]["drops"] if (d["port"], d["reason"]) == ("red2", "admit:source-mac")]
    watching.send_signal(2)
    assert watching.wait(10) == 0
    assert {drop["rate"] for drop in looks[0]["drops"]} == {None}
    assert max(rates) > 0


def look(lines: Any) -> dict[str, Any]:
    """The next document of those that a watch prints one behind the other."""
    text = ""
    while True:
        text += lines.readline()
        if text.endswith("\n}\n"):
            document: dict[str, Any] = json.loads(text)
            return document


def test_the_doctor_knows_the_switches_software(lab: HeldLab) -> None:
    software = lab.get(f"/v1/switches/{lab.switches[0]}")["software"]
    assert software.startswith("Open vSwitch ")
    found = lab.get("/v1/doctor")["findings"]
    assert [finding for finding in found if finding["severity"] == "error"] == []
    stale = [finding["about"] for finding in found if "datapath_type=netdev" in finding["what"]]
    if software.split()[2] in ("3.1.0", "3.1.1", "3.1.2"):
        (about,) = stale  # all of them have the same, and that is said once
        assert about.startswith("switches ")
    else:
        assert stale == []
    doctor = weft(lab, "doctor")
    assert doctor.wait(30) == 0
