"""Interfaces are bound by name: whatever number Open vSwitch gives them, no VIF speaks with another's voice."""

from __future__ import annotations

import pytest

from tests.system.held_lab import HeldLab, wait_until
from tests.system.traffic import Hosts

pytestmark = pytest.mark.system


def renumber(lab: HeldLab, numbers: dict[str, int]) -> None:
    """Ask for new OpenFlow port numbers, all in one transaction."""
    wishes = [("--", "set", "Interface", name, f"ofport_request={number}") for name, number in numbers.items()]
    lab.inside("ovs-vsctl", *[word for wish in wishes for word in wish])


def numbers(lab: HeldLab, switch: str) -> dict[str, int]:
    """The numbers, as the model knows them."""
    found = next(s for s in lab.get("/v1/switches")["switches"] if s["id"] == switch)
    return {interface["name"]: interface["ofport"] for interface in found["interfaces"]}


WINDOW = 0.5  # seconds; Open vSwitch renumbers first and tells afterwards


def test_two_tenants_that_swap_numbers_do_not_hear_each_other(lab: HeldLab, hosts: Hosts) -> None:
    at_leaf = {name: host for name, host in lab.hosts.items() if host["switch"] == "leaf1"}
    red, blue = at_leaf["red1"], at_leaf["blue1"]
    assert (red["mac"], red["ip4"]) == (blue["mac"], blue["ip4"]), "they differ in nothing but the segment"
    a, b = red["switch_interface"], blue["switch_interface"]
    before = numbers(lab, "leaf1")
    for swapped in ({a: before[b], b: before[a]}, {a: before[a], b: before[b]}):
        interval, at = 0.02, 0.2
        outcome = hosts.run(2.0, interval, {at: lambda now=swapped: renumber(lab, now)})
        rounds = [round for round, _ in outcome.strays]
        last = (max(rounds) + 1) * interval - at if rounds else 0.0
        print(
            f"  after a swap of numbers: {len(rounds)} frames astray, the last one sent {last * 1000:.0f} ms after it"
        )
        assert last < WINDOW
        wait_until(lambda now=swapped: numbers(lab, "leaf1") == before | now, "the model knows the numbers")
        lab.settle()
        assert hosts.run(0.5, 0.05, {}).clean


def test_a_number_that_is_free_again_speaks_for_nobody(lab: HeldLab, hosts: Hosts) -> None:
    """Open vSwitch does not soon reuse a number of itself; so a VIF that moves to another one leaks nothing."""
    host = lab.hosts["red1"]
    interface, ofport = host["switch_interface"], host["ofport"]
    outcome = hosts.run(
        1.5, 0.02, {0.3: lambda: renumber(lab, {interface: 40}), 0.9: lambda: renumber(lab, {interface: ofport})}
    )
    assert outcome.strays == []
    assert not any("red1" not in (e.sender, e.receiver) for e in outcome.lost), "somebody else lost a frame"
    wait_until(lambda: numbers(lab, "leaf1")[interface] == ofport, "the model knows the number")
    lab.settle()
    assert hosts.run(0.5, 0.05, {}).clean


def test_a_vif_that_loses_its_interface_is_down_until_it_is_back(lab: HeldLab, hosts: Hosts) -> None:
    interface, ofport = lab.hosts["red1"]["switch_interface"], lab.hosts["red1"]["ofport"]
    lab.inside("ovs-vsctl", "del-port", interface)
    try:
        wait_until(lambda: lab.get("/v1/ports/red1")["status"]["state"] == "DOWN", "the port is down")
        assert interface in lab.get("/v1/ports/red1")["status"]["reason"]
    finally:
        request = ("--", "set", "Interface", interface, f"ofport_request={ofport}")
        lab.inside("ovs-vsctl", "add-port", lab.hosts["red1"]["switch"], interface, *request)
    wait_until(lambda: lab.get("/v1/ports/red1")["status"]["state"] == "ACTIVE", "the port is up again")
    lab.settle()
    assert hosts.run(0.5, 0.05, {}).clean
