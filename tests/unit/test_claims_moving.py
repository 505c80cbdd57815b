"""Interfaces say something else than before: VIFs move, leave and come back, and nobody is moved who is alive."""

from __future__ import annotations

import pytest

from tests.claims import E1, E2, FAR, GRANTED, NOW, A, B, claim, empty, outcome, plugged, refused
from tests.world import World
from weft.controller.model.commands import (
    Create,
    Delete,
    ObserveInterfaces,
    Plug,
    Unplug,
    Update,
)
from weft.controller.model.facts import Endpoint, Port
from weft.controller.model.traits import Offer


@pytest.fixture
def net() -> World:
    """Red's ports p and q are empty; s1 and s2 have interfaces that say nothing yet."""
    net = World().switch("s1", ["e1", "e2"], ["f1"]).switch("s2", ["e1", "e2"], ["f1"])
    return net.segment("red").port("p", "red").port("q", "red")


@pytest.fixture
def declared(net: World) -> World:
    """VIF v is in port p, and nowhere yet."""
    return net.do(Create("vif", {"id": "v", "mac": A, "project": "red"}), Plug("p", "v"))


def test_a_claim_says_where_a_declared_vif_is(declared: World) -> None:
    declared.do(claim(vif_kind="tap", device="vm-7"))
    found = plugged(declared)
    assert (found.location, found.origin, found.vif_kind, found.device) == (E1, "declared", "veth", "")
    declared.do(claim(port=None))
    found = plugged(declared)
    assert found.location is None
    declared.do(claim(FAR))
    assert plugged(declared).location == FAR


def test_a_vif_moves_when_its_old_place_is_dead(declared: World) -> None:
    for alive, dead in (
        (ObserveInterfaces("s1", {"e1": (1, True)}), ObserveInterfaces("s1", {"e1": (1, False)})),
        (ObserveInterfaces("s1", {"e1": (1, True)}), ObserveInterfaces("s1", {}, gone=("e1",))),
    ):
        declared.do(alive, claim())
        still = ("refused", "interface", "VIF 'v' is at e1 of s1, which still has carrier")
        assert refused(declared, claim(FAR)) == still
        declared.do(dead, claim(FAR))
        assert (outcome(declared, FAR), outcome(declared)) == (
            GRANTED,
            ("refused", "interface", "VIF 'v' is at e1 of s2 now"),
        )
        assert plugged(declared).location == FAR
        declared.do(ObserveInterfaces("s1", {"e1": (1, True)}))
        assert refused(declared, claim()) == ("refused", "interface", "VIF 'v' is at e1 of s2, which still has carrier")
        declared.do(claim(port=None))
        assert plugged(declared).location == FAR, "that is over"
        declared.do(claim(FAR, port=None))


def test_a_vif_does_not_go_to_and_fro_between_two_dead_places(declared: World) -> None:
    declared.do(claim(), ObserveInterfaces("s1", {"e1": (1, False)}), ObserveInterfaces("s2", {"e1": (1, False)}))
    dead = ("refused", "interface", "VIF 'v' is at e1 of s1, and e1 has no carrier")
    assert refused(declared, claim(FAR)) == dead
    declared.do(ObserveInterfaces("s2", {"e1": (1, True)}), claim(FAR))
    assert plugged(declared).location == FAR


def test_a_discovered_vif_moves_as_well(net: World) -> None:
    net.do(claim(), Update("vif", "p", {"description": "a web server"}))
    net.do(ObserveInterfaces("s1", {"e1": (1, False)}), claim(FAR, device="vm-8"))
    found = plugged(net)
    assert (found.location, found.device, found.description) == (FAR, "vm-8", "a web server")
    net.do(claim(port=None))
    assert plugged(net) == found
    net.do(claim(FAR, port=None))
    assert empty(net)


def test_where_it_was_declared_to_be_a_vif_stays(declared: World) -> None:
    declared.do(Update("vif", "v", {"switch": "s2", "interface": "e2"}), ObserveInterfaces("s2", {}, gone=("e2",)))
    assert refused(declared, claim()) == ("refused", "interface", "VIF 'v' is declared to be at e2 of s2")
    place = Endpoint("s2", "e2")
    declared.do(claim(place))
    assert outcome(declared, place) == GRANTED
    declared.do(claim(place, port=None))
    assert plugged(declared).location == place


def test_a_vif_of_another_project_is_not_claimed(declared: World) -> None:
    said = ("refused", "project", "VIF 'v' is of project 'red', and the claim of 'blue'")
    assert refused(declared, claim(project="blue")) == said
    declared.do(claim(project="red"))
    assert outcome(declared) == GRANTED


def test_a_vif_needs_room_where_it_comes_to(declared: World) -> None:
    said = ("refused", "interface", "f1 of s1 is a fabric interface")
    assert refused(declared, claim(Endpoint("s1", "f1"))) == said
    assert refused(declared, claim(Endpoint("s9", "e1"))) == ("refused", "switch", "there is no switch 's9'")
    declared.do(Create("vif", {"id": "other", "mac": B, "switch": "s1", "interface": "e1"}))
    assert refused(declared, claim()) == ("refused", "interface", "VIF 'other' is at e1 of s1")


# what an interface says now, it says instead of what it said before


def test_an_interface_may_claim_another_port(net: World) -> None:
    net.do(claim(), claim(port="q"))
    assert (empty(net), net.network.vif("p"), outcome(net)) == (True, None, GRANTED)
    assert (plugged(net, "q").id, plugged(net, "q").location) == ("q", E1)


def test_an_interface_may_claim_its_port_with_another_mac_or_project(net: World) -> None:
    net.do(Update("port", "p", {"connect": ("owner", "project:blue")}), claim(), claim(mac=B))
    assert (plugged(net).id, plugged(net).mac) == ("p", B)
    net.do(claim(mac=B, project="blue"))
    assert (plugged(net).id, plugged(net).project) == ("p", "blue")
    net.do(claim(mac=B, project="blue", vif_kind="dpdk", device="vm-7"))
    assert (plugged(net).vif_kind, plugged(net).device) == ("dpdk", "vm-7")


def test_an_interface_leaves_its_port_even_for_one_that_does_not_take_it(net: World) -> None:
    net.do(claim(), claim(port="none"))
    assert (empty(net), net.network.vif("p")) == (True, None)
    assert outcome(net) == ("refused", "port", "there is no port 'none'")


def test_a_declared_vif_is_not_where_another_port_is_claimed(declared: World) -> None:
    declared.do(claim(), claim(port="q", mac=B))
    assert (plugged(declared).id, plugged(declared).location) == ("v", None)
    assert (plugged(declared, "q").id, plugged(declared, "q").location) == ("q", E1)
    declared.do(claim(E2), claim(E2, project="red"))
    assert plugged(declared).location == E2


def test_an_interface_may_claim_the_port_of_a_vif_that_is_nowhere(declared: World) -> None:
    declared.do(Create("vif", {"id": "w", "mac": B, "project": "red"}), Plug("q", "w"))
    declared.do(claim(), claim(port="q", mac=B))
    assert (plugged(declared).location, plugged(declared, "q").location) == (None, E1)


def test_an_interface_that_claims_another_port_takes_no_mac_from_a_third(net: World) -> None:
    net.do(claim()).vif("r", "red", "s2", "e2", B)
    net.do(claim(port="q", mac=B))
    assert outcome(net) == ("refused", "mac", f"{B} is on this segment already, in port 'r' at e2 of s2")
    assert empty(net)


def test_who_was_put_elsewhere_since_is_no_longer_where_a_claim_brought_it(declared: World) -> None:
    """Another VIF has been declared to be there. It neither goes with the claim nor is moved like a claimed one."""
    declared.do(claim(), Update("vif", "v", {"interface": "e2"}))
    declared.do(
        Create("vif", {"id": "w", "mac": B, "project": "red", "switch": "s1", "interface": "e1"}), Plug("q", "w")
    )
    declared.do(ObserveInterfaces("s1", {"e1": (1, False)}))
    stays = ("refused", "interface", "VIF 'w' is declared to be at e1 of s1")
    assert refused(declared, claim(FAR, "q", B)) == stays
    declared.do(claim(port=None))
    assert plugged(declared, "q").location == E1


def test_who_was_unplugged_where_it_is_alive_is_not_moved(net: World) -> None:
    net.do(claim(), Unplug("p"), claim(FAR))
    left = net.network.vif("p")
    assert left is not None
    assert (left.location, plugged(net).id, plugged(net).location) == (E1, "s2:e1", FAR)


def test_what_was_declared_is_not_taken_for_what_was_discovered(net: World) -> None:
    net.do(Create("vif", {"id": "p", "mac": A, "project": "red"}), claim())
    assert plugged(net).id == "s1:e1"
    assert [found.location for found in (net.network.vif("p"),) if found is not None] == [None]


def test_a_claim_that_is_refused_later_still_takes_its_vif_along(declared: World) -> None:
    declared.do(claim(), Update("port", "p", {"connect": ()}), claim())
    assert (outcome(declared), plugged(declared).location) == (
        ("refused", "connect", "port 'p' is open to nobody, and project 'red' is not"),
        E1,
    )
    declared.do(claim(port=None))
    assert plugged(declared).location is None


def test_a_claim_that_has_brought_nothing_takes_nothing_along(declared: World) -> None:
    declared.do(claim(), claim(port="none"))
    assert plugged(declared).location is None
    kept = declared.network.claim(E1)
    assert kept is not None
    assert not kept.located
    declared.do(Update("vif", "v", {"switch": "s1", "interface": "e1"}), claim(), claim(port=None))
    assert plugged(declared).location == E1


def test_what_somebody_unplugged_is_plugged_in_again_when_it_is_claimed_again(net: World) -> None:
    net.do(claim(), Unplug("p"), claim())
    assert plugged(net).id == "p"
    net.do(Unplug("p"), Delete("vif", "p"), claim())
    assert plugged(net).id == "p"


# offers


def test_a_claim_accepts_an_offer_and_finds_its_port_kept_when_it_is_back(net: World) -> None:
    net.do(Update("port", "p", {"offer": Offer("project:blue", "tap", NOW)}))
    expired = ("refused", "offer", "the offer of port 'p' has expired")
    assert refused(net, claim(project="blue")) == expired
    net.do(claim(project="blue", at=NOW - 1))
    port = net.network.port("p")
    assert isinstance(port, Port)
    assert (port.offer, port.bound_vif, outcome(net)) == (None, "p", GRANTED)
    net.do(claim(port=None))
    assert empty(net)
    kept = ("refused", "bound_vif", "port 'p' is kept for VIF 'p'")
    assert refused(net, claim(FAR, mac=B, project="green")) == kept
    assert refused(net, claim(FAR, mac=A, project="green")) == kept
    assert refused(net, claim(FAR, mac=B, project="blue")) == kept
    changed = ("refused", "vif_kind", "VIF 'p' has accepted the offer of port 'p' as tap")
    assert refused(net, claim(FAR, project="blue", vif_kind="dpdk")) == changed
    net.do(claim(FAR, project="blue"))
    assert (plugged(net).id, plugged(net).location) == ("p", FAR)
    assert refused(net, claim(FAR, project="blue", vif_kind="dpdk")) == changed


def test_a_claim_has_no_roles(net: World) -> None:
    net.do(Update("port", "p", {"connect": ("role:tester",)}))
    said = ("refused", "connect", "port 'p' is open to role:tester, and project 'red' is not")
    assert refused(net, claim()) == said


def test_a_vif_that_the_operator_plugged_in_accepts_the_offer_when_it_is_claimed(net: World) -> None:
    net.do(Create("vif", {"id": "v", "mac": A, "project": "blue"}), Plug("p", "v"))
    closed = "port 'p' is open to its owner 'red', and project 'blue' is not"
    assert refused(net, claim()) == ("refused", "connect", closed)
    net.do(Update("port", "p", {"offer": Offer("project:blue", "veth", NOW + 1)}), claim())
    port = net.network.port("p")
    assert isinstance(port, Port)
    assert (port.offer, port.bound_vif, plugged(net).location, outcome(net)) == (None, "v", E1, GRANTED)
    net.do(claim(at=NOW * 1000))
    assert outcome(net) == GRANTED
