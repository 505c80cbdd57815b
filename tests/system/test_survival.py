"""A dead controller costs no frame, a restart sends nothing, and what somebody does by hand is found and repaired."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.system.held_lab import HeldLab, wait_until
from tests.system.traffic import Hosts

pytestmark = pytest.mark.system


def ages(lab: HeldLab, switch: str) -> dict[str, float]:
    """How old each flow of a switch is, in seconds, by its cookie and match."""
    found = re.findall(
        r"cookie=(\S+), duration=([\d.]+)s, (table=\d+),.*?(priority=\S+)", lab.ofctl("dump-flows", switch)
    )
    return {" ".join((cookie, table, rest)): float(age) for cookie, age, table, rest in found}


@pytest.fixture
def telling(lab: HeldLab) -> Iterator[None]:
    """The switches log every message: by default no more than 600 at once, so that a count would miss the rest."""
    lab.appctl("vlog/set", "vconn:file:dbg")
    lab.appctl("vlog/disable-rate-limit", "vconn")
    yield
    lab.appctl("vlog/enable-rate-limit", "vconn")
    lab.appctl("vlog/set", "vconn:file:info")


def flow_mods(lab: HeldLab) -> int:
    """How many flow-mods the switches say they have received, in bundles or not, since their log was opened."""
    return sum("OFPT_FLOW_MOD" in line and "received" in line for line in lab.log().splitlines())


@pytest.mark.usefixtures("telling")
def test_a_killed_controller_costs_no_frame_and_its_restart_sends_no_flow_mod(lab: HeldLab, hosts: Hosts) -> None:
    before = {switch: ages(lab, switch) for switch in lab.switches}
    assert all(before.values())
    counted = flow_mods(lab)
    outcome = hosts.run(6.0, 0.02, {1.0: lab.kill_controller, 2.5: lab.start_controller})
    lab.settle()
    assert outcome.clean, str(outcome)
    assert outcome.sent > 1000
    assert flow_mods(lab) - counted == 0
    lab.ofctl("del-flows", "leaf1", "table=200")
    wait_until(lambda: flow_mods(lab) - counted == 1, "the log tells of one that was sent by hand, and of no other")
    for switch in lab.switches:
        after = ages(lab, switch)
        assert after.keys() == before[switch].keys()
        younger = [flow for flow, age in after.items() if age <= before[switch][flow]]
        assert younger == []


def entries(lab: HeldLab, switch: str) -> set[str]:
    return {line.strip() for line in lab.ofctl("dump-flows", switch, "--no-stats").splitlines() if "actions=" in line}


@pytest.mark.parametrize(
    ("what", "by_hand"),
    [
        ("deletes one", ("del-flows", "table=64")),
        ("deletes all", ("del-flows",)),
        ("adds one", ("add-flow", "table=0,priority=60000,actions=normal")),
        ("adds one under our cookie", ("add-flow", "cookie=0x5710000000000001,table=112,priority=9,actions=normal")),
        ("alters the actions of one", ("mod-flows", "table=112,actions=drop")),
        ("lets one fade", ("add-flow", "hard_timeout=600,table=112,priority=0,actions=drop")),
        ("replaces one", ("add-flow", "table=16,priority=0,actions=goto_table:64")),
    ],
)
def test_what_is_done_by_hand_is_repaired_at_the_next_audit(lab: HeldLab, what: str, by_hand: tuple[str, str]) -> None:
    whole = entries(lab, "leaf1")
    action, *flow = by_hand
    lab.ofctl(action, "leaf1", *flow)
    assert entries(lab, "leaf1") != whole, f"nothing was done when somebody {what}"
    answer = lab.api.post("/v1/audits", json={"switch": "leaf1"})
    assert answer.status_code == 202, answer.text
    wait_until(lambda: entries(lab, "leaf1") == whole, f"the repair after somebody {what}")


def test_a_switch_that_restarts_is_filled_again(lab: HeldLab, hosts: Hosts) -> None:
    before = {switch: entries(lab, switch) for switch in lab.switches}
    for switch in lab.switches:
        lab.ofctl("del-flows", switch)
        lab.inside("ovs-vsctl", "--", "del-controller", switch)
    lab.inside("ovs-vsctl", *[word for s in lab.switches for word in ("--", "set-controller", s, controller_of(lab))])
    wait_until(lambda: {s: entries(lab, s) for s in lab.switches} == before, "the switches are filled")
    lab.settle()
    assert hosts.run(0.5, 0.05, {}).clean


def test_a_trait_that_was_acknowledged_holds_after_a_kill(lab: HeldLab, hosts: Hosts) -> None:
    """The controller dies before any switch can have been told."""
    strict = {"security": "mac+ip", "fixed_ips": ["10.0.0.1"]}  # which frames of no IP do not pass
    assert lab.api.patch("/v1/ports/red1", json=strict).status_code == 200
    lab.kill_controller()
    lab.start_controller()
    try:
        lab.settle()
        hosts.drain()
        hosts.send("red1", hosts.frame("red1", hosts.by_name["red2"]["mac"], "0 red1 red2"))
        assert list(hosts.hear(0.3)) == []
    finally:
        assert lab.api.patch("/v1/ports/red1", json={"security": None, "fixed_ips": []}).status_code == 200
        lab.settle()
    assert hosts.run(0.5, 0.05, {}).clean


def controller_of(lab: HeldLab) -> str:
    command = lab.description["controller"]["command"]
    return f"unix:{command[command.index('--openflow-unix') + 1]}"
