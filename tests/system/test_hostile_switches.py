"""A peer that finishes the handshake may lie about itself, and about nothing and nobody else."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.system.held_lab import HeldLab, wait_until
from tests.system.hostile_switch import FLOW, MULTIPART_REPLY, MULTIPART_REQUEST, PORT_STATUS, HostileSwitch
from tests.system.hostile_switch import described as port
from tests.system.hostile_switch import message as say
from tests.system.test_garbage import ended, openflow
from tests.system.traffic import Hosts

pytestmark = pytest.mark.system


def slowest_answer(lab: HeldLab, seconds: float) -> float:
    """The longest that the API takes for an answer, while it is asked for so many seconds."""
    slowest, end = 0.0, time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        lab.get("/v1/ports")
        slowest = max(slowest, time.monotonic() - began)
    return slowest


def resident(lab: HeldLab) -> int:
    """The controller's memory, in MiB."""
    pid = lab.controllers[-1].pid if lab.controllers else lab.description["controller"]["pid"]
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmRSS" in line)
    return int(line.split()[1]) // 1024


def others_settled(lab: HeldLab) -> Callable[[], bool]:
    """Whether every real switch holds what it should."""
    return lambda: all(s["settled"] for s in lab.get("/v1/switches")["switches"] if s["id"] != "absent")


@pytest.fixture
def known(lab: HeldLab) -> Iterator[int]:
    """The datapath id of a switch that the model knows, and that is not there."""
    lab.api.post("/v1/switches", json={"id": "absent", "dpid": "aa", "fabric_interfaces": ["e1"]}).raise_for_status()
    yield 0xAA
    lab.api.delete("/v1/switches/absent").raise_for_status()


@pytest.mark.alone
def test_a_switch_with_thirty_thousand_interfaces_is_sent_away(lab: HeldLab) -> None:
    before = ended(lab)
    liar = HostileSwitch(openflow(lab), 0x99999, [port(n, b"p%d" % n) for n in range(1, 30001)])
    slowest = slowest_answer(lab, 1.0)
    print(f"  slowest answer beside 30,000 interfaces: {slowest * 1000:.0f} ms")
    assert liar.ended(5)
    liar.close()
    assert slowest < 2.0
    assert {line for line in ended(lab) - before if "99999" not in line} == set()


def test_statistics_without_end_are_cut_off(lab: HeldLab, known: int) -> None:
    liar = HostileSwitch(openflow(lab), known, [port(1, b"e1")])
    xid = liar.await_request(MULTIPART_REQUEST, FLOW)
    before = resident(lab)
    entry = struct.pack("!HBBIIHHHH4xQQQ", 56, 0, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0) + struct.pack("!HH4x", 1, 4)
    endless = say(MULTIPART_REPLY, struct.pack("!HH4x", FLOW, 1) + entry * 1000, xid)
    with suppress(OSError):  # the controller has hung up
        for _ in range(2000):
            liar.say(endless)
    liar.close()
    print(f"  memory grew by {resident(lab) - before} MiB until it was cut off")
    wait_until(lambda: any("00aa" in line and "more than" in line for line in ended(lab)), "it is sent away")


@pytest.mark.alone
def test_an_interface_that_flaps_without_end_holds_up_nobody(lab: HeldLab, hosts: Hosts, known: int) -> None:
    before = ended(lab)
    liar = HostileSwitch(openflow(lab), known, [port(1, b"e1")])
    states = [struct.pack("!B7x", 2) + port(1, b"e1")[:-4] + struct.pack("!I", state) for state in (4, 1)]
    storm = b"".join(say(PORT_STATUS, state) for state in states) * 50
    began = time.monotonic()
    while time.monotonic() - began < 2:
        liar.say(storm)
        time.sleep(0.02)
    slowest = slowest_answer(lab, 1.0)
    liar.close()
    print(f"  slowest answer behind 10,000 changes of one interface: {slowest * 1000:.0f} ms")
    assert slowest < 1.0
    wait_until(others_settled(lab), "the others are settled")
    assert hosts.run(0.5, 0.05, {}).clean
    assert {line for line in ended(lab) - before if "00aa" not in line} == set()


def test_an_interface_that_somebody_shut_is_not_called_active(lab: HeldLab) -> None:
    host = lab.hosts["red1"]
    lab.ofctl("mod-port", host["switch"], host["switch_interface"], "no-forward")
    try:
        wait_until(lambda: lab.get("/v1/ports/red1")["status"]["state"] == "DOWN", "the port is down")
    finally:
        lab.ofctl("mod-port", host["switch"], host["switch_interface"], "forward")
    wait_until(lambda: lab.get("/v1/ports/red1")["status"]["state"] == "ACTIVE", "the port is up again")
