"""What a port names must be there, and must not be another's: addresses, MACs, the segments of a trunk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.world import World
from weft.controller.model.commands import Create, Delete, Plug, Unplug, Update
from weft.controller.model.conditions import LOCAL_MEMBERS
from weft.controller.model.network import Change
from weft.controller.model.rights import MEMBER, Caller
from weft.controller.model.traits import AllowedAddress, Subport

A, B, C, VIRTUAL = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c", "00:00:5e:00:01:01"


def pair(mac: Any = None, prefix: Any = None) -> tuple[AllowedAddress, ...]:
    """One allowed address."""
    return (AllowedAddress(mac, prefix),)


@pytest.fixture
def net() -> World:
    """Red has VIF a on s1; blue, which is shared with red, has VIF b there; red's port spare is empty."""
    net = World().switch("s1", ["e1", "e2", "e3"]).switch("s2", ["e1"])
    net.segment("red").segment("blue", shared_with=("red",)).segment("green")
    return net.vif("a", "red", "s1", "e1", A).vif("b", "blue", "s1", "e2", B).port("spare", "red")


def test_a_port_takes_the_kinds_that_it_names(net: World) -> None:
    net.do(Create("vif", {"id": "c", "mac": C, "vif_kind": "dpdk"}), Update("port", "spare", {"vif_kinds": ("tap",)}))
    refusal = "conflict, vif_kinds: port 'spare' takes tap, and VIF 'c' is of kind dpdk"
    assert net.refusal(Plug("spare", "c")) == refusal
    net.do(Update("vif", "c", {"vif_kind": "tap"}), Plug("spare", "c"))
    assert net.refusal(Update("vif", "c", {"vif_kind": "dpdk"})) == refusal
    refusal = "conflict, vif_kinds: port 'spare' takes veth, sriov, and VIF 'c' is of kind tap"
    assert net.refusal(Update("port", "spare", {"vif_kinds": ("veth", "sriov")})) == refusal
    net.do(Update("port", "spare", {"vif_kinds": ()}), Update("vif", "c", {"vif_kind": "dpdk"}))


def test_a_fixed_ip_is_on_a_segment_once(net: World) -> None:
    net.do(Update("port", "spare", {"fixed_ips": ("10.0.0.1", "2001:db8::1")}))
    for ip in ("10.0.0.1", "2001:db8::1"):
        refusal = f"conflict, fixed_ips[1]: {ip} is port 'spare''s on segment 'red'"
        assert net.refusal(Update("port", "a", {"fixed_ips": ("10.0.0.9", ip)})) == refusal
        new = {"id": "new", "name": "new", "segment": "red", "fixed_ips": ("10.0.0.9", ip)}
        assert net.refusal(Create("port", new)) == refusal
    net.do(Update("port", "b", {"fixed_ips": ("10.0.0.1",)}))  # on another segment it may be again
    net.do(Update("port", "spare", {"fixed_ips": ("10.0.0.1",)}), Update("port", "a", {"fixed_ips": ("2001:db8::1",)}))
    net.do(Delete("port", "spare"), Update("port", "a", {"fixed_ips": ("10.0.0.1",)}))


def test_a_mac_that_ports_share_is_no_vifs_own(net: World) -> None:
    net.do(Update("port", "spare", {"allowed_addresses": pair(VIRTUAL)}))
    net.do(Update("port", "a", {"allowed_addresses": (*pair(VIRTUAL), *pair(A))}))  # its own it may name
    refusal = f"conflict, allowed_addresses[1].mac: {A} is the own MAC of the VIF in port 'a' on segment 'red'"
    assert net.refusal(Update("port", "spare", {"allowed_addresses": (*pair(VIRTUAL), *pair(A))})) == refusal
    refusal = f"conflict, mac: {VIRTUAL} is among the allowed addresses of port 'spare' on this segment"
    assert net.refusal(Update("vif", "a", {"mac": VIRTUAL})) == refusal
    net.port("late", "red").do(Create("vif", {"id": "late", "mac": VIRTUAL}))
    assert net.refusal(Plug("late", "late")).startswith(f"conflict, mac: {VIRTUAL} is among the allowed addresses")
    net.do(Update("port", "spare", {"allowed_addresses": ()}), Update("vif", "a", {"mac": VIRTUAL}))
    assert net.refusal(Update("port", "spare", {"allowed_addresses": pair(VIRTUAL)})) == (
        f"conflict, allowed_addresses[0].mac: {VIRTUAL} is the own MAC of the VIF in port 'a' on segment 'red'"
    )


BLUE, GUEST = (Caller(project, MEMBER, False, 0) for project in ("blue", "red"))


@pytest.fixture
def shared(net: World) -> World:
    """Blue's port b on its segment names addresses; red has a port guest there, and one of its own, roomy."""
    named = (*pair(VIRTUAL), *pair(prefix="10.1.0.0/16"), *pair(prefix="2001:db8:1::/48"))
    net.do(Update("port", "b", {"fixed_ips": ("10.0.0.1", "2001:db8::1"), "allowed_addresses": named}))
    return net.do(Create("port", {"id": "guest", "name": "guest", "segment": "blue", "project": "red"}))


@pytest.mark.parametrize(
    ("traits", "refusal"),
    [
        ({"fixed_ips": ("10.9.0.1", "10.1.2.3")}, "fixed_ips[1]: 10.1.2.3 overlaps 10.1.0.0/16"),
        ({"fixed_ips": ("2001:db8:1::5",)}, "fixed_ips[0]: 2001:db8:1::5 overlaps 2001:db8:1::/48"),
        ({"allowed_addresses": pair(prefix="10.0.0.1/32")},
         "allowed_addresses[0].prefix: 10.0.0.1/32 overlaps 10.0.0.1/32"),
        ({"allowed_addresses": pair(C, "10.1.9.0/32")},
         "allowed_addresses[0].prefix: 10.1.9.0/32 overlaps 10.1.0.0/16"),
    ],
)  # fmt: skip
def test_an_address_of_another_project_is_not_taken(shared: World, traits: dict[str, Any], refusal: str) -> None:
    whose = "of a port, which is another project's, on segment 'blue'"
    assert shared.refusal(Update("port", "guest", traits), GUEST) == f"conflict, {refusal} {whose}"
    new = {"id": "new", "name": "new", "segment": "blue", "project": "red", **traits}
    assert shared.refusal(Create("port", new), GUEST) == f"conflict, {refusal} {whose}"


@pytest.mark.parametrize(
    ("prefix", "taken"),
    [
        ("10.5.0.0/24", "10.5.0.1/32"),
        ("10.4.0.0/14", "10.5.0.1/32"),
        ("2001:db8::/32", "2001:db8:5::1/128"),
    ],
)
def test_nor_by_the_project_that_has_the_segment(shared: World, prefix: str, taken: str) -> None:
    shared.do(Update("port", "guest", {"fixed_ips": ("10.5.0.1", "2001:db8:5::1")}), caller=GUEST)
    new = {"id": "new", "name": "new", "segment": "blue", "allowed_addresses": pair(C, prefix)}
    whose = "of a port, which is another project's, on segment 'blue'"
    assert shared.refusal(Create("port", new), BLUE) == (
        f"conflict, allowed_addresses[0].prefix: {prefix} overlaps {taken} {whose}"
    )


@pytest.mark.parametrize(
    "traits",
    [
        {"fixed_ips": ("10.0.0.2", "10.2.0.0", "10.0.255.255")},
        {"allowed_addresses": (*pair(prefix="10.0.0.0/32"), *pair(prefix="10.0.0.2/32"), *pair(prefix="10.2.0.0/32"))},
        {"allowed_addresses": pair(prefix="2001:db8:2::/128")},
        {"allowed_addresses": pair(prefix="2001:db8::/127")[:0]},
    ],
)
def test_what_lies_beside_is_free(shared: World, traits: dict[str, Any]) -> None:
    shared.do(Update("port", "guest", traits), caller=GUEST)


def test_a_mac_is_shared_within_a_project(shared: World) -> None:
    refusal = (
        f"conflict, allowed_addresses[0].mac: {VIRTUAL} is allowed to a port, which is another project's, "
        "on segment 'blue'"
    )
    assert shared.refusal(Update("port", "guest", {"allowed_addresses": pair(VIRTUAL)}), GUEST) == refusal
    shared.do(Update("port", "a", {"allowed_addresses": pair(VIRTUAL)}), caller=GUEST)  # on its own segment it may
    new = {"id": "b2", "name": "b2", "segment": "blue", "allowed_addresses": pair(VIRTUAL, "10.0.0.1/32")}
    shared.do(Create("port", new), caller=BLUE)
    assert set(shared.network.addresses("blue").sharers(VIRTUAL)) == {"b", "b2"}


def test_what_the_operator_has_allowed_stays_allowed(shared: World) -> None:
    granted = (*pair(VIRTUAL, "10.1.0.5/32"), *pair(prefix="0.0.0.0/0"))
    shared.do(Update("port", "guest", {"allowed_addresses": granted}))
    shared.do(Update("port", "guest", {"allowed_addresses": (*granted, *pair(C)), "name": "new"}), caller=GUEST)
    refusal = shared.refusal(Update("port", "b", {"fixed_ips": ("10.0.0.3",)}), BLUE)
    assert refusal == (
        "conflict, fixed_ips[0]: 10.0.0.3 overlaps 0.0.0.0/0 of a port, which is another project's, on segment 'blue'"
    )
    shared.do(Update("port", "guest", {"allowed_addresses": ()}), caller=GUEST)
    shared.do(Update("port", "b", {"fixed_ips": ("10.0.0.3",)}), caller=BLUE)


def trunk(*segments: str) -> dict[str, Sequence[Subport]]:
    """A trunk with tags for these segments."""
    return {"trunk": tuple(Subport(tag, segment) for tag, segment in enumerate(segments, 10))}


def test_the_gateway_of_another_project_is_not_taken(net: World) -> None:
    net.do(Create("subnet", {"id": "s", "segment": "blue", "cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.1"}))
    guest, owner = (Caller(project, MEMBER, False, 0) for project in ("red", "blue"))
    new = {"id": "new", "name": "new", "segment": "blue"}
    rule = "10.0.0.1 is the gateway of subnet 's', which is another project's"
    for traits, field in (
        ({"fixed_ips": ("10.0.0.7", "10.0.0.1")}, "fixed_ips[1]"),
        ({"allowed_addresses": pair(VIRTUAL, "10.0.0.1/32")}, "allowed_addresses[0].prefix"),
    ):
        assert net.refusal(Create("port", {**new, **traits}), guest) == f"conflict, {field}: {rule}"
    net.do(Create("port", {**new, "fixed_ips": ("10.0.0.7",)}), caller=guest)
    assert net.refusal(Update("port", "new", {"fixed_ips": ("10.0.0.1",)}), guest) == f"conflict, fixed_ips[0]: {rule}"
    net.do(Update("port", "b", {"fixed_ips": ("10.0.0.1",)}), caller=owner)


def test_a_trunk_leads_to_segments_that_its_project_may_use(net: World) -> None:
    missing = "not-found, trunk[1].segment: there is no segment 'none'"
    assert net.refusal(Update("port", "a", trunk("blue", "none"))) == missing
    strange = "conflict, trunk[0].segment: segment 'green' is not shared with project 'red'"
    assert net.refusal(Update("port", "a", trunk("green"))) == strange
    assert net.refusal(Create("port", {"id": "t", "name": "t", "segment": "red", **trunk("green")})) == strange
    net.do(Update("port", "a", trunk("blue")))
    assert net.refusal(Update("segment", "blue", {"shared_with": ()})) == (
        "conflict, shared_with: port 'a' is of a project that it would not be shared with any more"
    )
    assert net.refusal(Delete("segment", "blue")) == "conflict, id: ports 'a', 'b' still depend on segment 'blue'"
    net.do(Unplug("b"), Delete("port", "b"))
    assert net.refusal(Delete("segment", "blue")) == "conflict, id: ports 'a' still depend on segment 'blue'"
    net.do(Update("port", "a", trunk()), Delete("segment", "blue"))


def test_what_is_one_ports_is_so_on_each_segment_of_its_trunk(net: World) -> None:
    net.do(Update("vif", "b", {"mac": A}))
    assert net.refusal(Update("port", "a", trunk("blue"))) == (
        f"conflict, mac: {A} is on segment 'blue' already, in port 'b' at e2 of s1"
    )
    net.do(Update("vif", "b", {"mac": B}), Update("port", "a", trunk("blue")))
    assert net.refusal(Update("vif", "b", {"mac": A})) == (
        f"conflict, mac: {A} is on this segment already, in port 'a' at e1 of s1"
    )
    assert net.refusal(Update("vif", "a", {"mac": B})) == (
        f"conflict, mac: {B} is on segment 'blue' already, in port 'b' at e2 of s1"
    )
    net.do(Update("port", "a", {"fixed_ips": ("10.0.0.1",)}))
    refusal = "conflict, fixed_ips[0]: 10.0.0.1 is port 'a''s on segment 'blue'"
    assert net.refusal(Update("port", "b", {"fixed_ips": ("10.0.0.1",)})) == refusal
    net.do(Update("port", "b", {"allowed_addresses": pair(VIRTUAL)}))
    assert net.refusal(Update("vif", "a", {"mac": VIRTUAL})) == (
        f"conflict, mac: {VIRTUAL} is among the allowed addresses of port 'b' on segment 'blue'"
    )
    net.do(Update("port", "a", trunk()), Update("port", "b", {"fixed_ips": ("10.0.0.1",)}))
    refusal = "conflict, fixed_ips[0]: 10.0.0.1 is port 'b''s on segment 'blue'"
    assert net.refusal(Update("port", "a", trunk("blue"))) == refusal


def test_a_trunk_needs_room_on_each_of_its_segments(net: World) -> None:
    crowd = World().switch("s1").segment("blue")
    for n in range(LOCAL_MEMBERS - 1):
        crowd.vif(f"n{n}", "blue", "s1", f"n{n}", f"02:00:00:01:{n >> 8:02x}:{n & 255:02x}")
    facts = [fact for fact in crowd.facts() if fact.kind in ("port", "vif", "attachment")]
    net.network.apply([Change(None, fact) for fact in facts], net.network.revision)
    full = (
        "exhausted, switch: s1 has 800 VIFs of segment 'blue', and more do not fit into a list of receivers"
    )  # fmt: skip
    assert net.refusal(Update("port", "a", trunk("blue"))) == full
    net.do(Unplug("b"), Update("port", "a", trunk("blue")))
    assert net.refusal(Plug("b", "b")) == full
    net.do(Update("vif", "a", {"switch": "s2"}), Plug("b", "b"))
    assert net.refusal(Update("vif", "a", {"switch": "s1"})) == full


def test_a_segment_may_become_transparent_and_checked_more_closely(net: World) -> None:
    net.do(Update("segment", "red", {"vlan_transparent": True, "security": "mac+ip"}))
    segment = net.network.segment("red")
    assert segment is not None
    assert (segment.vlan_transparent, segment.security) == (True, "mac+ip")


def test_a_port_of_a_private_vlan_has_its_macs_checked(net: World) -> None:
    net.do(Update("port", "a", {"isolated": "isolated"}))
    rule = "a port whose security is none cannot be in a private VLAN, which tells ports by their MACs"
    assert net.refusal(Update("port", "a", {"security": "none"})) == f"conflict, isolated: {rule}"
    rule = "port 'a' is in a private VLAN, which tells ports by their MACs"
    assert net.refusal(Update("segment", "red", {"security": "none"})) == f"conflict, security: {rule}"
    net.do(Update("port", "a", {"security": "mac"}), Update("segment", "red", {"security": "none"}))


def test_who_shares_a_mac_shares_the_community(net: World) -> None:
    virtual = {"allowed_addresses": (AllowedAddress("00:00:5e:00:01:01"),)}
    net.do(Update("port", "a", virtual), Create("port", {"id": "z", "name": "z", "segment": "red", **virtual}))
    rule = "00:00:5e:00:01:01 is shared with port 'z', whose isolated is None and not 'community:5'"
    refusal = net.refusal(Update("port", "a", {"isolated": "community:5"}))
    assert refusal == f"conflict, allowed_addresses[0].mac: {rule}"
