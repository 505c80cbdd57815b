"""Numbers are given in turn, so that one just freed is not soon given again; when there is none, that is said."""

from __future__ import annotations

from tests.world import World
from weft.controller.model.commands import Create, Delete, Update
from weft.controller.model.facts import PORT_NUMBERS, VLAN_IDS, Allocation, Segment
from weft.controller.model.network import Change


def vlan(net: World, segment: str) -> int | None:
    """The VLAN of a segment."""
    found = net.network.segment(segment)
    assert found is not None
    return found.segmentation_id


def test_segments_get_vlans_in_turn() -> None:
    net = World().segment("a").segment("b").segment("c")
    assert [vlan(net, s) for s in "abc"] == [2, 3, 4]


def test_a_vlan_just_freed_is_not_given_at_once() -> None:
    net = World().segment("a").segment("b").do(Delete("segment", "b")).segment("c")
    assert vlan(net, "c") == 4


def test_a_vlan_that_was_asked_for_is_given_and_then_left_out() -> None:
    net = World().segment("a", segmentation_id=3).segment("b").segment("c")
    assert [vlan(net, s) for s in "abc"] == [3, 2, 4]


def test_a_local_segment_takes_no_vlan() -> None:
    net = World().segment("a", transport="local").segment("b")
    assert (vlan(net, "a"), vlan(net, "b")) == (None, 2)


def test_allocation_goes_round() -> None:
    net = full()
    assert vlan(net, "v4094") == 4094
    net.do(Delete("segment", "v7"), Delete("segment", "v5")).segment("late")
    assert vlan(net, "late") == 5
    net.do(Delete("segment", "v6")).segment("later").segment("last")
    assert (vlan(net, "later"), vlan(net, "last")) == (6, 7)


def test_when_all_vlans_are_in_use_a_segment_is_refused() -> None:
    net, wish = full(), {"id": "late", "name": "late", "project": "p"}
    assert net.refusal(Create("segment", wish)) == "exhausted, vlan: all 4093 vlan numbers are in use"
    net.do(Create("segment", {**wish, "transport": "local"}))


def full() -> World:
    """Every VLAN has its segment, the last one given last."""
    net = World()
    net.network.apply(
        [
            *(
                Change(None, Segment(id=f"v{n}", number=n, name="v", project="p", segmentation_id=n))
                for n in VLAN_IDS
                if n != 4094
            ),
            Change(None, Allocation(id="vlan", last=4093)),
            Change(None, Allocation(id="segment", last=5000)),
        ],
        1,
    )
    return net.do(Create("segment", {"id": "v4094", "name": "v", "project": "p"}))


def test_ports_and_segments_are_never_numbered_like_one_that_is_gone() -> None:
    net = World().segment("red")
    numbers = []
    for _ in range(3):
        net.do(Create("port", {"id": "p", "name": "p", "segment": "red"}))
        port = net.network.port("p")
        assert port is not None
        numbers.append(port.number)
        net.do(Delete("port", "p"))
    assert numbers == [1, 2, 3]


def test_when_all_port_numbers_have_been_given_that_is_said() -> None:
    net = World().segment("red")
    spent = Allocation(id="port", last=PORT_NUMBERS[-1])
    net.network.apply([Change(None, spent)], net.network.revision)
    refusal = "exhausted, port: all 16777215 numbers for ports have been given"
    assert net.refusal(Create("port", {"id": "p", "name": "p", "segment": "red"})) == refusal


def test_a_refused_segment_takes_no_number() -> None:
    net = World()
    wish = Create("segment", {"id": "red", "name": "\n", "project": "p"})
    assert net.refusal(wish).startswith("malformed, name")
    net.segment("red").do(Update("segment", "red", {"name": "still red"}))
    assert vlan(net, "red") == 2
