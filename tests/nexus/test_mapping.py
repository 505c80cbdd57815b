"""What the model wants of a Nexus: from ports, VIFs and cables to items, and from there to the switch."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.nexus.nexus import NOTHING, Carried, Nexus
from tests.nexus.telling import Difference, difference, tell
from tests.world import World
from weft.apps.plugins.nexus import NexusPlugin
from weft.apps.plugins.nexus.items import Access, Item, Member, Profile, Trunk, Virtual, Vlan
from weft.apps.plugins.nexus.names import name_of
from weft.controller.compile.compiler import Compiler
from weft.controller.model.capabilities import EVERYTHING, OPENVSWITCH
from weft.controller.model.commands import Create, Delete, ObserveInterfaces, Plug, Unplug, Update
from weft.controller.model.network import Network
from weft.controller.model.traits import Subport

Make = Callable[..., NexusPlugin]
SETTLED = Difference([], [])


class Mixed(World):
    """Open vSwitch ``s1`` and Nexus ``n1``, whose ``eth1/1`` has a cable to ``s1``. Segments ``red`` and ``blue``."""

    def __init__(self, plugin: NexusPlugin) -> None:
        super().__init__()
        self.network = Network(capabilities={OPENVSWITCH: EVERYTHING, plugin.name: plugin.capabilities})
        self.compiler = Compiler(self.network, desired={plugin.name: plugin.desired})
        self.switch("s1", ["p1", "p2"], ["up"])
        self.do(Create("switch", {"id": "n1", "plugin": "nexus", "fabric_interfaces": ("eth1/1",)}))
        interfaces = ("eth1/1", "eth1/2", "eth1/3", "eth1/4.1", "eth1/4.2")
        self.do(ObserveInterfaces("n1", {name: (number, True) for number, name in enumerate(interfaces, 1)}))
        self.link(("s1", "up"), ("n1", "eth1/1"))
        self.segment("red", segmentation_id=20, security="none")
        self.segment("blue", segmentation_id=30, security="none")

    def machine(self, name: str, segment: str, interface: str, **traits: object) -> None:
        """A machine at the Nexus."""
        kind = "sriov" if "." in interface else "physical"
        self.port(name, segment, **traits)
        mac = f"02:00:00:00:00:{len(self.facts()):02x}"
        self.do(Create("vif", {"id": name, "mac": mac, "vif_kind": kind, "switch": "n1", "interface": interface}))
        self.do(Plug(name, name))

    def wanted(self) -> list[Item]:
        """What is wanted of the Nexus."""
        return list((self.compile().compiler.wanted("n1") or {}).values())

    def bare(self) -> set[Item]:
        """The same, without whom it concerns."""
        return {item._replace(about=frozenset()) for item in self.wanted()}


@pytest.fixture
def mixed(plugin: Make) -> Mixed:
    return Mixed(plugin(channels=2))


RED = Vlan(20, "weft-red")
CABLE = {Trunk("eth1/1"), Member("eth1/1", 20)}


def test_a_machine_is_on_the_vlan_of_its_segment_and_the_cable_carries_it_when_it_leads_on(mixed: Mixed) -> None:
    assert mixed.bare() == set()
    mixed.machine("a", "red", "eth1/2")
    assert mixed.bare() == {RED, Access("eth1/2", 20)}
    mixed.vif("b", "red", "s1", "p1", "02:00:00:00:01:01")
    assert mixed.bare() == {RED, Access("eth1/2", 20), *CABLE}
    mixed.do(Unplug("b"))
    assert mixed.bare() == {RED, Access("eth1/2", 20)}


def test_whoever_is_shut_or_gone_is_on_nothing(mixed: Mixed) -> None:
    mixed.machine("a", "red", "eth1/2")
    mixed.machine("b", "red", "eth1/3")
    mixed.do(Update("port", "a", {"admin_up": False}))
    assert mixed.bare() == {RED, Access("eth1/3", 20)}
    mixed.do(Update("segment", "red", {"admin_up": False}))
    assert mixed.bare() == set()
    mixed.do(Update("segment", "red", {"admin_up": True}), Unplug("b"), Delete("port", "b"))
    assert mixed.bare() == set()


def test_virtual_interfaces_on_a_segment_share_its_profile(mixed: Mixed) -> None:
    mixed.machine("a", "red", "eth1/4.1")
    mixed.machine("b", "red", "eth1/4.2")
    shared = Profile("weft-red", 20)
    assert mixed.bare() == {RED, shared, Virtual("eth1/4.1", "weft-red"), Virtual("eth1/4.2", "weft-red")}
    mixed.do(Unplug("b"))
    assert mixed.bare() == {RED, shared, Virtual("eth1/4.1", "weft-red")}


def test_an_item_says_whom_it_concerns(mixed: Mixed) -> None:
    mixed.machine("a", "red", "eth1/2")
    mixed.vif("b", "red", "s1", "p1", "02:00:00:00:01:01")
    about = {item.identity[0]: item.about for item in mixed.wanted()}
    assert about == {"vlan": {"red"}, "trunk": {"red"}, "member": {"red"}, "access": {"a"}}


@pytest.mark.parametrize(
    ("traits", "field"),
    [
        ({"security": "mac"}, "security"),
        ({"max_rate": 1000, "burst": 100}, "max_rate"),
        ({"promiscuous": True}, "promiscuous"),
        ({"trunk": (Subport(5, "blue"),)}, "trunk"),
    ],
)
def test_what_a_nexus_cannot_honour_is_refused_when_a_vif_is_to_be_there(
    mixed: Mixed, traits: dict[str, object], field: str
) -> None:
    mixed.do(Update("segment", "blue", {"shared_with": ("red",)}))
    mixed.port("a", "red", **traits)
    place = {"switch": "n1", "interface": "eth1/2"}
    mixed.do(Create("vif", {"id": "a", "mac": "02:00:00:00:00:0a", "vif_kind": "physical", **place}))
    refusal = mixed.refusal(Plug("a", "a"))
    assert refusal.startswith(f"conflict, {field}:")
    assert "nexus" in refusal


def test_a_kind_of_vif_that_no_switch_has_is_refused(mixed: Mixed) -> None:
    mixed.port("a", "red")
    mixed.do(Create("vif", {"id": "a", "mac": "02:00:00:00:00:0a", "vif_kind": "tap"}), Plug("a", "a"))
    assert mixed.refusal(Update("vif", "a", {"switch": "n1", "interface": "eth1/2"})).startswith("conflict, ")


def test_no_two_segments_have_one_name() -> None:
    ids = ["red", "red-1", "1c0e9d3a-57be-4c6f-8c39-5d9dfb3fd9a1", "1c0e9d3a-57be-4c6f-8c39-5d9dfb3fd9a2", "a" * 64]
    names = [name_of("weft", id) for id in ids]
    assert len(set(names)) == len(ids)
    assert all(len(name) <= 32 for name in names)


def test_the_switch_follows_the_model(nexus: Nexus, plugin: Make) -> None:
    one = plugin(channels=2)
    mixed = Mixed(one)
    mixed.machine("a", "red", "eth1/2")
    mixed.machine("c", "blue", "eth1/3")
    mixed.vif("b", "red", "s1", "p1", "02:00:00:00:01:01")
    assert tell(one, mixed.wanted()) == {}
    assert difference(one, mixed.wanted()) == SETTLED
    assert nexus.forwarding()["eth1/1"] == Carried(None, frozenset({20}))
    assert nexus.forwarding()["eth1/2"] == Carried(20, frozenset())
    mixed.do(Unplug("a"), Delete("port", "a"))
    mixed.vif("d", "blue", "s1", "p2", "02:00:00:00:01:02")
    assert tell(one, mixed.wanted()) == {}
    assert nexus.forwarding()["eth1/1"] == Carried(None, frozenset({30}))
    assert nexus.forwarding()["eth1/2"] == NOTHING
    assert nexus.vlan(20) is None
