"""An interface may name a VIF that is plugged in, as Quantum's clients do: it claims for the VIF's port."""

from __future__ import annotations

import pytest

from tests.claims import E1, E2, FAR, GRANTED, NOW, A, B, claim, empty, outcome, plugged, refused
from tests.world import World
from weft.controller.model.attached import attached_vif, is_attached, mac_of
from weft.controller.model.commands import Create, Delete, ObserveInterfaces, Plug, Unplug, Update
from weft.controller.model.decide import decide
from weft.controller.model.rights import OPERATOR


@pytest.fixture
def net() -> World:
    """Red's ports p and q are empty; s1 and s2 have interfaces that say nothing yet."""
    net = World().switch("s1", ["e1", "e2"], ["f1"]).switch("s2", ["e1", "e2"], ["f1"])
    return net.segment("red").port("p", "red").port("q", "red")


@pytest.fixture
def attached(net: World) -> World:
    """Somebody has attached ``vm`` to port p, and has said nothing more of it."""
    return net.do(Create("vif", attached_vif("vm", "red")), Plug("p", "vm"))


def test_what_an_attachment_has_made_has_a_mac_of_its_own_until_its_interface_says_one(attached: World) -> None:
    made = plugged(attached)
    assert (made.mac, made.location, is_attached(made)) == (mac_of("vm"), None, True)
    attached.do(claim(port="vm", vif_kind="vhost-user", device="instance-7"))
    found = plugged(attached)
    assert outcome(attached) == GRANTED
    assert (found.id, found.mac, found.location, found.vif_kind) == ("vm", A, E1, "vhost-user")
    assert is_attached(found), "it still goes when it is taken out"
    assert decide(attached.network, claim(port="vm", vif_kind="vhost-user", device="instance-7")) == []


def test_the_macs_of_attachments_are_local_and_of_one_station() -> None:
    macs = {mac_of(f"vm-{n}") for n in range(1000)}
    assert len(macs) == 1000
    assert all(int(mac[:2], 16) & 3 == 2 for mac in macs)


def test_it_may_be_claimed_by_its_port_as_well(attached: World) -> None:
    attached.do(claim(port="p"))
    assert (outcome(attached), plugged(attached).mac, plugged(attached).location) == (GRANTED, A, E1)


def test_its_frames_pass_with_the_mac_that_its_interface_has_said(attached: World) -> None:
    attached.vif("other", "red", "s1", "e2", B).do(claim(port="vm")).compile()
    flows = [entry.name for entry in attached.compiler.flows("s1").values()]
    attached.do(claim(port=None)).compile()
    assert len(flows) > len(attached.compiler.flows("s1")), "and without its interface it has no flows"


def test_when_its_interface_is_gone_another_one_may_come_with_another_mac(attached: World) -> None:
    attached.do(claim(port="vm"), claim(port=None))
    found = plugged(attached)
    assert (found.location, found.id) == (None, "vm")
    attached.do(claim(FAR, "vm", B))
    assert (plugged(attached).mac, plugged(attached).location) == (B, FAR)


def test_its_interface_may_say_another_mac(attached: World) -> None:
    attached.do(claim(port="vm"), claim(port="vm", mac=B))
    assert (outcome(attached), plugged(attached).mac, plugged(attached).location) == (GRANTED, B, E1)


def test_it_moves_when_its_old_place_is_dead(attached: World) -> None:
    attached.do(claim(port="vm"))
    still = ("refused", "interface", "VIF 'vm' is at e1 of s1, which still has carrier")
    assert refused(attached, claim(FAR, "vm", B)) == still
    attached.do(ObserveInterfaces("s1", {"e1": (1, False)}), claim(FAR, "vm", B))
    assert (plugged(attached).mac, plugged(attached).location) == (B, FAR)
    assert outcome(attached) == ("refused", "interface", "VIF 'vm' is at e1 of s2 now")


def test_no_mac_comes_twice_onto_a_segment(attached: World) -> None:
    attached.vif("other", "red", "s1", "e2", A)
    said = ("refused", "mac", f"{A} is on this segment already, in port 'other' at e2 of s1")
    assert refused(attached, claim(port="vm")) == said


def test_a_claim_that_says_no_mac_is_refused(attached: World) -> None:
    assert refused(attached, claim(port="vm", mac="")) == (
        *("refused", "mac"),
        "must be a MAC such as 02:00:00:00:00:01 (got '')",
    )


def test_an_interface_that_names_a_declared_vif_says_where_that_is(net: World) -> None:
    net.do(Create("vif", {"id": "v", "mac": A, "project": "red", "device": "vm-1"}), Plug("p", "v"))
    net.do(claim(port="v"))
    assert (outcome(net), plugged(net).location) == (GRANTED, E1)
    net.do(claim(port=None))
    assert plugged(net).location is None
    assert refused(net, claim(port="v", mac=B)) == ("refused", "port", "port 'p' has VIF 'v' in it"), "its MAC is said"


def test_a_vif_that_is_in_no_port_claims_nothing(net: World) -> None:
    net.do(Create("vif", attached_vif("vm", "red")))
    assert refused(net, claim(port="vm")) == ("refused", "port", "there is no port 'vm'")


def test_what_was_claimed_too_early_is_granted_when_it_is_told_again(net: World) -> None:
    early = claim(port="vm")
    assert refused(net, early) == ("refused", "port", "there is no port 'vm'")
    net.do(Create("vif", attached_vif("vm", "red")), Plug("p", "vm"), early)
    assert (outcome(net), plugged(net).location) == (GRANTED, E1)


def test_who_takes_it_out_and_attaches_it_elsewhere_gets_it_there(attached: World) -> None:
    said = claim(port="vm")
    attached.do(said, Unplug("p"), Delete("vif", "vm"))
    gone = ("refused", "port", "VIF 'vm', which it was for, is gone")
    assert (outcome(attached), empty(attached)) == (gone, True)
    attached.do(Create("vif", attached_vif("vm", "red")), Plug("q", "vm"), said)
    assert (outcome(attached), plugged(attached, "q").location) == (GRANTED, E1)


def test_who_gives_a_port_the_name_of_anothers_attachment_gets_nothing_by_it(attached: World) -> None:
    attached.segment("blue").do(
        Create("port", {"id": "vm", "name": "a thief", "segment": "blue"}), caller=OPERATOR._replace(at=NOW)
    )
    attached.do(claim(port="vm"))
    assert (outcome(attached), plugged(attached).location, empty(attached, "vm")) == (GRANTED, E1, True)


def test_who_gives_an_attachment_the_name_of_anothers_port_gets_nothing_by_it(net: World) -> None:
    net.segment("blue").port("theirs", "blue")
    net.do(Create("vif", attached_vif("p", "blue")), Plug("theirs", "p"), caller=OPERATOR._replace(at=NOW))
    net.do(claim())
    assert (outcome(net), plugged(net).location) == (GRANTED, E1)
    assert plugged(net, "theirs").location is None


def test_a_name_that_two_took_in_the_same_second_means_neither(attached: World) -> None:
    attached.do(claim(port="vm"))
    attached.segment("blue").do(Create("port", {"id": "vm", "name": "vm", "segment": "blue"}))
    both = ("refused", "port", "there is a port 'vm', and a VIF 'vm' in port 'p', and neither is older")
    assert refused(attached, claim(port="vm")) == both
    assert plugged(attached).location == E1, "what is there stays"


def test_a_discovered_vif_is_no_name_for_its_port(net: World) -> None:
    net.do(Create("vif", {"id": "p", "mac": B}), claim())
    assert plugged(net).id == "s1:e1"
    assert refused(net, claim(E2, "s1:e1")) == ("refused", "port", "there is no port 's1:e1'")


def test_who_names_it_anew_by_hand_says_its_mac(attached: World) -> None:
    attached.do(Update("vif", "vm", {"mac": B, "device": "vm-7"}))
    assert refused(attached, claim(port="vm")) == ("refused", "port", "port 'p' has VIF 'vm' in it")
    attached.do(claim(port="vm", mac=B))
    assert outcome(attached) == GRANTED
