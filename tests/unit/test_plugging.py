"""A VIF plugs into a port: at most one VIF a port, one port a VIF, and one MAC once on a segment."""

from __future__ import annotations

import pytest

from tests.world import World
from weft.controller.model.commands import Create, Plug, Unplug, Update
from weft.controller.model.conditions import LOCAL_MEMBERS
from weft.controller.model.decide import decide
from weft.controller.model.network import Change

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"


@pytest.fixture
def net() -> World:
    """Red has the VIF a on s1; blue has the VIF b on s2; the port spare is red's, and empty."""
    net = World().switch("s1", ["e1", "e2"]).switch("s2", ["e1", "e2"]).segment("red").segment("blue")
    net.vif("a", "red", "s1", "e1", A).vif("b", "blue", "s2", "e1", B)
    return net.do(Create("port", {"id": "spare", "name": "spare", "segment": "red"}))


def test_a_port_takes_one_vif(net: World) -> None:
    net.do(Create("vif", {"id": "c", "mac": B}))
    assert net.refusal(Plug("a", "c")) == "conflict, port: port 'a' has VIF 'a' in it"


def test_a_vif_is_in_one_port(net: World) -> None:
    assert net.refusal(Plug("spare", "a")) == "conflict, vif: VIF 'a' is plugged into port 'a'"


def test_plugging_what_is_plugged_changes_nothing(net: World) -> None:
    assert decide(net.network, Plug("a", "a")) == []


def test_what_does_not_exist_cannot_be_plugged(net: World) -> None:
    assert net.refusal(Plug("none", "a")) == "not-found, port: there is no port 'none'"
    assert net.refusal(Plug("spare", "none")) == "not-found, vif: there is no vif 'none'"


def test_an_empty_port_cannot_be_unplugged(net: World) -> None:
    assert net.refusal(Unplug("spare")) == "not-found, vif: no VIF is plugged into port 'spare'"
    assert net.refusal(Unplug("none")) == "not-found, port: there is no port 'none'"


def test_a_vif_that_was_unplugged_can_go_elsewhere(net: World) -> None:
    net.do(Unplug("a"), Plug("spare", "a"))
    assert (net.network.attachment("a"), net.network.port_of_vif("a")) == (None, "spare")


def test_a_mac_may_be_on_many_segments(net: World) -> None:
    net.vif("twin", "blue", "s1", "e2", A)
    assert net.network.port_of_mac("red", A) == "a"
    assert net.network.port_of_mac("blue", A) == "twin"


def test_a_mac_is_once_on_a_segment_and_the_refusal_says_where(net: World) -> None:
    net.do(Create("vif", {"id": "twin", "mac": A, "switch": "s2", "interface": "e2"}))
    assert (
        net.refusal(Plug("spare", "twin")) == f"conflict, mac: {A} is on this segment already, in port 'a' at e1 of s1"
    )
    net.do(Update("vif", "a", {"switch": None, "interface": None}))
    assert net.refusal(Plug("spare", "twin")) == f"conflict, mac: {A} is on this segment already, in port 'a'"


def test_a_plugged_vif_cannot_take_a_mac_of_its_segment(net: World) -> None:
    net.vif("c", "red", "s2", "e2", B)
    refusal = f"conflict, mac: {A} is on this segment already, in port 'a' at e1 of s1"
    assert net.refusal(Update("vif", "c", {"mac": A})) == refusal
    net.do(Unplug("c"), Update("vif", "c", {"mac": A}))  # nobody minds while it is unplugged
    assert net.refusal(Plug("c", "c")) == refusal


def test_a_mac_is_free_again_when_its_vif_has_another_or_is_gone(net: World) -> None:
    net.do(Create("vif", {"id": "heir", "mac": A}))
    net.do(Update("vif", "a", {"mac": "02:00:00:00:00:0c"}), Plug("spare", "heir"))
    assert net.network.port_of_mac("red", A) == "spare"
    net.do(Unplug("spare"), Update("vif", "a", {"mac": A}))
    assert net.network.port_of_mac("red", A) == "a"


def test_a_segment_has_so_many_vifs_on_one_switch_and_no_more(net: World) -> None:
    net.network.apply([Change(None, fact) for fact in _crowd(net, LOCAL_MEMBERS - 1)], net.network.revision)
    refusal = (
        "exhausted, switch: s1 has 800 VIFs of segment 'red', and more do not fit into a list of receivers"
    )  # fmt: skip
    net.do(Create("vif", {"id": "late", "mac": B, "switch": "s1", "interface": "late"}))
    assert net.refusal(Plug("spare", "late")) == refusal
    net.do(Update("vif", "late", {"switch": "s2", "interface": "late"}), Plug("spare", "late"))
    assert net.refusal(Update("vif", "late", {"switch": "s1", "interface": "late"})) == refusal
    net.do(Unplug("a"), Update("vif", "late", {"switch": "s1", "interface": "late"}))


def _crowd(net: World, size: int) -> list:  # type: ignore[type-arg]
    """So many plugged VIFs of red on s1, as facts."""
    crowd = World().switch("s1").segment("red")
    for n in range(size):
        crowd.vif(f"n{n}", "red", "s1", f"n{n}", f"02:00:00:01:{n >> 8:02x}:{n & 255:02x}")
    return [fact for fact in crowd.facts() if fact.kind in ("port", "vif", "attachment")]
