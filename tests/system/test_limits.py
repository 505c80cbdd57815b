"""Rates: a port sends, floods and is sent no more than its traits say, and nobody else loses a frame by it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.system.held_lab import HeldLab
from tests.system.traffic import BROADCAST, ETHERTYPE, MARK, Hosts, addresses

pytestmark = pytest.mark.system

SIZE = 1000  # octets, so a frame is 8 kbit
FRAMES, SECONDS = 200, 1.0  # 1,600 kbit/s


@contextmanager
def traits(lab: HeldLab, ports: dict[str, dict[str, Any]]) -> Iterator[None]:
    """Ports with traits, for as long as the block runs."""
    for port, fields in ports.items():
        assert lab.api.patch(f"/v1/ports/{port}", json=fields).status_code == 200
    lab.settle()
    try:
        yield
    finally:
        for port, fields in ports.items():
            assert lab.api.patch(f"/v1/ports/{port}", json=dict.fromkeys(fields)).status_code == 200
        lab.settle()


def heard(hosts: Hosts, sender: str, destination: str) -> Counter[str]:
    """How many of the sender's frames each host receives, sent evenly."""
    hosts.drain()
    octets = (addresses(destination, hosts.by_name[sender]["mac"]) + ETHERTYPE + MARK + b"0 rate *").ljust(SIZE, b"\0")
    arrived: Counter[str] = Counter()
    for _ in range(FRAMES):
        hosts.send(sender, octets)
        end = time.monotonic() + SECONDS / FRAMES
        while (left := end - time.monotonic()) > 0:
            arrived.update(name for name, frame in hosts.hear(left) if MARK in frame)
    arrived.update(name for name, frame in hosts.hear(0.3) if MARK in frame)
    return arrived


def dropped(lab: HeldLab, port: str) -> dict[str, int]:
    """What has died, by reason."""
    time.sleep(1.2)  # the switch's statistics are as old as that
    return {drop["reason"]: drop["frames"] for drop in lab.get(f"/v1/ports/{port}/counters")["dropped"]}


@pytest.mark.alone
def test_who_is_sent_too_much_loses_it_alone(lab: HeldLab, hosts: Hosts) -> None:
    """Two of a flood's receivers on one switch have a rate: what a meter drops for one is not lost for the other."""
    limited = {"max_rate": 400, "burst": 40}
    with traits(lab, {"red1": limited, "red2": limited}):
        arrived = heard(hosts, "red3", BROADCAST)
        for port in ("red1", "red2"):
            assert 25 <= arrived[port] <= 100, f"{arrived}: at 400 kbit/s a quarter passes"
            assert dropped(lab, port)["deliver:rate"] > 0
        assert {arrived[name] for name in hosts.peers("red3") if name not in ("red1", "red2")} == {FRAMES}


@pytest.mark.alone
def test_who_sends_too_much_is_held_to_its_rate(lab: HeldLab, hosts: Hosts) -> None:
    with traits(lab, {"red1": {"max_rate": 400, "burst": 40}}):
        arrived = heard(hosts, "red1", hosts.by_name["red4"]["mac"])
        assert set(arrived) == {"red4"}
        assert 25 <= arrived["red4"] <= 100, arrived
        assert dropped(lab, "red1")["admit:rate"] > 0
        assert heard(hosts, "red2", hosts.by_name["red4"]["mac"]) == {"red4": FRAMES}, "another port is limited"


@pytest.mark.alone
def test_a_storm_is_limited_and_what_is_for_one_is_not(lab: HeldLab, hosts: Hosts) -> None:
    with traits(lab, {"red1": {"max_broadcast": 50}}):
        arrived = heard(hosts, "red1", BROADCAST)
        assert set(arrived) == set(hosts.peers("red1"))
        assert len(set(arrived.values())) == 1, "some heard more of it than others"
        assert 25 <= arrived["red4"] <= 100, arrived
        assert dropped(lab, "red1")["flood:storm"] > 0
        assert heard(hosts, "red1", hosts.by_name["red4"]["mac"]) == {"red4": FRAMES}
