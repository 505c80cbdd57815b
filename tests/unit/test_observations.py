"""What switches say of their interfaces and cables is taken in, but never believed against what is declared."""

from __future__ import annotations

import pytest

from tests.world import World
from weft.controller.model.commands import Create, Delete, ObserveInterfaces, ObserveLink, Update
from weft.controller.model.facts import Endpoint, link_id

F1, F2, FAR1, FAR2 = Endpoint("s1", "f1"), Endpoint("s1", "f2"), Endpoint("s2", "f1"), Endpoint("s2", "f2")


@pytest.fixture
def net() -> World:
    """Two switches that have said nothing yet."""
    net = World()
    for dpid, name in enumerate(("s1", "s2"), 1):
        net.do(Create("switch", {"id": name, "dpid": dpid, "fabric_interfaces": ("f1", "f2")}))
    return net


def seen(net: World, switch: str = "s1") -> dict[str, tuple[int, bool]]:
    """The interfaces that the model has of a switch: OpenFlow port number and carrier by name."""
    interfaces = [net.network.interface(end) for end in net.network.interfaces_of(switch)]
    return {i.id.interface: (i.ofport, i.up) for i in interfaces if i is not None}


def test_interfaces_are_known_by_name(net: World) -> None:
    net.do(ObserveInterfaces("s1", {"e1": (1, True), "e2": (2, False)}))
    assert seen(net) == {"e1": (1, True), "e2": (2, False)}
    assert seen(net, "s2") == {}


def test_an_interface_may_get_another_number(net: World) -> None:
    net.do(ObserveInterfaces("s1", {"e1": (1, True)}), ObserveInterfaces("s1", {"e1": (7, True)}))
    assert seen(net) == {"e1": (7, True)}


def test_two_interfaces_may_change_numbers_with_each_other(net: World) -> None:
    net.do(ObserveInterfaces("s1", {"e1": (1, True), "e2": (2, True)}))
    net.do(ObserveInterfaces("s1", {"e1": (2, True), "e2": (1, True)}))
    assert seen(net) == {"e1": (2, True), "e2": (1, True)}


def test_who_has_a_number_now_takes_it_from_whom_it_had_before(net: World) -> None:
    net.do(ObserveInterfaces("s1", {"e1": (1, True), "e2": (2, True)}))
    net.do(ObserveInterfaces("s1", {"new": (1, True)}))
    assert seen(net) == {"new": (1, True), "e2": (2, True)}


def test_two_interfaces_cannot_have_one_number(net: World) -> None:
    refusal = "malformed, interfaces: two interfaces have one OpenFlow port number"
    assert net.refusal(ObserveInterfaces("s1", {"e1": (1, True), "e2": (1, True)})) == refusal


def test_an_interface_that_is_gone_is_forgotten(net: World) -> None:
    net.do(ObserveInterfaces("s1", {"e1": (1, True), "e2": (2, True)}))
    net.do(ObserveInterfaces("s1", {}, gone=("e1", "never-there")))
    assert seen(net) == {"e2": (2, True)}


def test_a_whole_list_says_also_what_is_not_there(net: World) -> None:
    net.do(ObserveInterfaces("s1", {"e1": (1, True), "e2": (2, True)}))
    net.do(ObserveInterfaces("s1", {"e2": (2, True)}))
    assert seen(net) == {"e1": (1, True), "e2": (2, True)}
    net.do(ObserveInterfaces("s1", {"e2": (2, True)}, whole=True))
    assert seen(net) == {"e2": (2, True)}


def test_the_same_said_again_is_no_change(net: World) -> None:
    net.do(ObserveInterfaces("s1", {"e1": (1, True)}))
    before = net.network.interface(Endpoint("s1", "e1"))
    net.do(ObserveInterfaces("s1", {"e1": (1, True)}, whole=True))
    assert net.network.interface(Endpoint("s1", "e1")) is before


def test_an_interface_of_no_switch_or_with_a_reserved_number_is_refused(net: World) -> None:
    assert net.refusal(ObserveInterfaces("s9", {})) == "not-found, switch: there is no switch 's9'"
    local = net.refusal(ObserveInterfaces("s1", {"s1": (0xFFFFFFFE, True)}))
    assert local == "malformed, ofport: must be a whole number from 1 to 4294967039 (got 4294967294)"


def test_a_cable_between_fabric_interfaces_is_discovered(net: World) -> None:
    net.do(ObserveLink(FAR1, F1))
    link = net.network.link(link_id(F1, FAR1))
    assert link is not None
    assert (link.a, link.b, link.origin, link.admin_up) == (F1, FAR1, "discovered", True)


def test_a_cable_to_a_vifs_interface_is_never_believed(net: World) -> None:
    refusal = "conflict, a: e1 of s2 is not declared as a fabric interface"
    assert net.refusal(ObserveLink(F1, Endpoint("s2", "e1"))) == refusal
    assert net.refusal(ObserveLink(F1, Endpoint("s9", "f1"))) == "not-found, switch: there is no switch 's9'"


def test_a_cable_that_was_moved_is_where_it_is_now(net: World) -> None:
    net.do(ObserveLink(F1, FAR1), ObserveLink(F1, FAR2))
    assert net.network.links() == (link_id(F1, FAR2),)
    net.do(ObserveLink(F2, FAR1), ObserveLink(F1, FAR1))
    assert net.network.links() == (link_id(F1, FAR1),)


def test_what_is_declared_is_not_moved_by_what_is_seen(net: World) -> None:
    net.link(F1, FAR1)
    refusal = f"conflict, a: f1 of s1 is declared as an end of '{link_id(F1, FAR1)}'"
    assert net.refusal(ObserveLink(F1, FAR2)) == refusal


def test_what_is_declared_stays_as_it_was_declared_when_it_is_seen(net: World) -> None:
    net.link(F1, FAR1).do(Update("link", link_id(F1, FAR1), {"admin_up": False}), ObserveLink(F1, FAR1))
    link = net.network.link(link_id(F1, FAR1))
    assert link is not None
    assert (link.origin, link.admin_up) == ("declared", False)


@pytest.mark.parametrize("named", [{}, {"id": link_id(F1, FAR1)}])
def test_a_discovered_cable_can_be_declared_and_is_no_longer_moved(net: World, named: dict[str, str]) -> None:
    net.do(ObserveLink(F1, FAR1), Create("link", {"a": F1, "b": FAR1, **named}))
    link = net.network.link(link_id(F1, FAR1))
    assert link is not None
    assert link.origin == "declared"
    assert net.refusal(ObserveLink(F1, FAR2)).startswith("conflict")


def test_a_switch_that_is_gone_takes_its_interfaces_with_it(net: World) -> None:
    net.do(ObserveInterfaces("s1", {"e1": (1, True)}), Delete("switch", "s1"))
    net.do(Create("switch", {"id": "s1", "dpid": 1}))
    assert seen(net) == {}
