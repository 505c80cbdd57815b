"""Nobody is promised what the plug-in that would have to realise it cannot honour."""

from __future__ import annotations

import pytest

from tests.world import World
from weft.controller.compile.compiler import Compiler
from weft.controller.model.capabilities import OPENVSWITCH_ALONE, Capabilities
from weft.controller.model.commands import Command, Create, ObserveInterfaces, Plug, Update
from weft.controller.model.facts import TRANSPORTS, Switch
from weft.controller.model.network import Network
from weft.controller.model.traits import Offer, Subport
from weft.controller.model.trunks import Carried

PLAIN = Capabilities(
    transports=frozenset({"vlan"}),
    vif_kinds=frozenset({"physical", "veth"}),
    security=frozenset({"none", "mac"}),
    traits=frozenset({"max_rate"}),
    learns=True,
)
MAC = "02:00:00:00:00:01"
AT_BRIDGE = {"switch": "b1", "interface": "e1"}
WHERE = "plug-in bridge, which switch 'b1' is of,"


def among(capabilities: dict[str, Capabilities]) -> World:
    """A world with these plug-ins in force."""
    net = World()
    net.network = Network(capabilities=capabilities)
    net.compiler = Compiler(net.network)
    return net


@pytest.fixture
def net() -> World:
    """An Open vSwitch and a bridge that honours little; red is checked by MACs alone."""
    net = among(OPENVSWITCH_ALONE | {"bridge": PLAIN})
    net.do(Create("switch", {"id": "s1", "dpid": 1}), Create("switch", {"id": "b1", "plugin": "bridge"}))
    for switch in ("s1", "b1"):
        net.do(ObserveInterfaces(switch, {"e1": (1, True), "e2": (2, True)}))
    return net.segment("red", security="mac").segment("blue", security="mac+ip", shared_with=("red",))


def test_a_switch_is_of_a_plugin_that_is_in_force(net: World) -> None:
    assert net.refusal(Create("switch", {"id": "x", "plugin": "nobody"})) == (
        "conflict, plugin: must be one of bridge, openvswitch, not 'nobody'"
    )
    assert net.refusal(Create("switch", {"id": "x"})) == "malformed, dpid: a switch needs one"
    assert net.refusal(Create("switch", {"id": "x", "dpid": 7, "plugin": "bridge"})) == (
        "conflict, dpid: a switch of plug-in bridge has none"
    )
    assert "fixed when it is made" in net.refusal(Update("switch", "b1", {"plugin": "openvswitch"}))


@pytest.mark.parametrize(
    ("traits", "said"),
    [
        ({"promiscuous": True}, "conflict, promiscuous: {} cannot honour promiscuous of port 'a'"),
        ({"isolated": "isolated"}, "conflict, isolated: {} cannot honour isolated of port 'a'"),
        ({"max_broadcast": 5}, "conflict, max_broadcast: {} cannot honour max_broadcast of port 'a'"),
        ({"trunk": (Subport(5, "blue"),)}, "conflict, security: {} cannot honour security mac+ip of port 'a'"),
        ({"trunk": (Subport(5, "blue"),), "security": "mac"}, "conflict, trunk: {} cannot honour trunk of port 'a'"),
        ({"security": "mac+inner"}, "conflict, security: {} cannot honour security mac+inner of port 'a'"),
    ],
)
def test_what_the_place_cannot_honour_is_refused_when_the_vif_comes_there(
    net: World, traits: dict[str, object], said: str
) -> None:
    net.port("a", "red", **traits)
    net.do(Create("vif", {"id": "a", "mac": MAC, **AT_BRIDGE}))
    assert net.refusal(Plug("a", "a")) == said.format(WHERE)
    net.do(Update("vif", "a", {"switch": "s1"}), Plug("a", "a"))
    assert net.refusal(Update("vif", "a", {"switch": "b1"})) == said.format(WHERE)


def test_who_is_there_already_is_given_nothing_more(net: World) -> None:
    net.vif("a", "red", "b1", "e1", MAC)
    assert net.refusal(Update("port", "a", {"promiscuous": True})) == (
        f"conflict, promiscuous: {WHERE} cannot honour promiscuous of port 'a'"
    )
    assert net.refusal(Update("segment", "red", {"security": "mac+ip"})) == (
        f"conflict, security: {WHERE} cannot honour security mac+ip of port 'a'"
    )
    assert net.refusal(Update("segment", "red", {"vlan_transparent": True})) == (
        f"conflict, segment: {WHERE} cannot honour vlan_transparent of port 'a'"
    )


def test_what_asks_nothing_of_a_switch_is_no_matter(net: World) -> None:
    net.vif("a", "red", "b1", "e1", MAC, fixed_ips=("10.0.0.1",), dhcp_server=True, router=True, max_rate=100)
    net.do(Update("port", "a", {"offer": None, "description": "its addresses are not looked at on this segment"}))


def test_a_vif_is_of_a_kind_that_the_place_takes(net: World) -> None:
    net.port("a", "red").do(Create("vif", {"id": "a", "mac": MAC, "vif_kind": "dpdk", **AT_BRIDGE}))
    assert net.refusal(Plug("a", "a")) == (
        f"conflict, vif_kind: {WHERE} takes physical, veth, and VIF 'a' is of kind dpdk"
    )


def test_a_segment_that_the_place_cannot_carry_has_nobody_there(net: World) -> None:
    net.segment("island", transport="local", security="none").port("a", "island")
    net.do(Create("vif", {"id": "a", "mac": MAC, **AT_BRIDGE}))
    assert net.refusal(Plug("a", "a")) == f"conflict, segment: {WHERE} cannot honour transport local of port 'a'"


def test_who_is_carried_by_a_trunk_is_where_the_trunk_is(net: World) -> None:
    net.vif("a", "red", "b1", "e1", MAC).port("b", "blue", project="red", security="mac")
    carried: Command = Create("trunk", {"id": "t", "port": "a", "subports": (Carried("b", 5),)})
    assert net.refusal(carried) == f"conflict, trunk: {WHERE} cannot honour trunk of port 'a'"
    net.do(Update("vif", "a", {"switch": "s1"}), carried)
    assert net.refusal(Update("vif", "a", {"switch": "b1"})) == (
        f"conflict, trunk: {WHERE} cannot honour trunk of port 'a'"
    )


def test_what_no_plugin_honours_is_refused_when_it_is_asked_for() -> None:
    net = among({"bridge": PLAIN})
    assert net.refusal(Create("segment", {"id": "i", "name": "i", "project": "p", "transport": "local"})) == (
        "conflict, transport: plug-in bridge cannot honour transport local"
    )
    net.segment("red", security="mac")
    wish = Create("port", {"id": "a", "name": "a", "segment": "red", "promiscuous": True})
    assert net.refusal(wish) == "conflict, promiscuous: plug-in bridge cannot honour promiscuous, and there is no other"
    only = Create("port", {"id": "a", "name": "a", "segment": "red", "vif_kinds": ("dpdk",)})
    assert net.refusal(only) == (
        "conflict, vif_kinds: plug-in bridge cannot honour VIFs of kind dpdk, and there is no other"
    )


def test_nothing_new_comes_to_a_place_that_nobody_drives(net: World) -> None:
    net.vif("a", "red", "b1", "e1", MAC)
    later = among(dict(OPENVSWITCH_ALONE))
    later.network = Network(net.facts(), net.network.revision, capabilities=OPENVSWITCH_ALONE | {"other": PLAIN})
    assert later.network.capabilities_at("b1") is None
    later.port("b", "red").do(Create("vif", {"id": "b", "mac": "02:00:00:00:00:02", "switch": "b1", "interface": "e2"}))
    assert later.refusal(Plug("b", "b")) == (
        "conflict, switch: plug-in bridge, which switch 'b1' is of, is not in force, so nothing new may be there"
    )
    later.do(Update("switch", "b1", {"description": "it may be described"}))


def test_every_transport_is_open_vswitchs() -> None:
    assert OPENVSWITCH_ALONE["openvswitch"].transports == set(TRANSPORTS)
    assert Offer("project:p", "tap", 1).vif_kind in OPENVSWITCH_ALONE["openvswitch"].vif_kinds
    assert Switch(id="s", number=1).plugin in OPENVSWITCH_ALONE
