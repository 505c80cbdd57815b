"""A plug-in is driven by the same difference, progress and status as a switch, in its own kind of item."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from tests.stores import MemoryStore
from weft.controller.compile.placement import seats_at, wires_at
from weft.controller.compile.view import View
from weft.controller.contracts import Plugin
from weft.controller.model.capabilities import Capabilities
from weft.controller.model.commands import Command, Create, Delete, ObserveInterfaces, Plug, Unplug, Update
from weft.controller.service import Service
from weft.controller.sync.plan import Removal

MACS = [f"02:00:00:00:00:0{n}" for n in range(1, 6)]


class Vlan(NamedTuple):
    """An interface is on a VLAN: the one that it has no tag for, or one with a tag."""

    interface: str
    vlan: int
    tagged: bool
    about: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, int]:
        """The interface and the VLAN."""
        return self.interface, self.vlan


class Bridges(Plugin[Vlan]):
    """Bridges that are dictionaries: each place holds what it was told last."""

    name = "bridge"
    capabilities = Capabilities(learns=True)

    def __init__(self) -> None:
        self.held: dict[str, dict[Any, Vlan]] = {}
        self.asked: list[str] = []
        self.broken: set[str] = set()

    def desired(self, view: View, place: str) -> Iterator[Vlan]:
        self.asked.append(place)
        stations = seats_at(view, place)
        if place in self.broken:
            raise ValueError("out of its mind")
        for station in stations:
            for on in station.seat.places:
                yield Vlan(station.interface, on.tag, on.vlan is not None, (station.port,))
        for wire in wires_at(view, place):
            for interface in wire.interfaces:
                yield Vlan(interface, wire.segmentation_id, True, (wire.segment,))

    def interfaces(self, place: str) -> Mapping[str, bool]:
        return {"e1": True, "e2": True, "up": True}

    def read_back(self, place: str) -> Iterable[Vlan]:
        return self.held.setdefault(place, {}).values()

    def apply(self, place: str, puts: Sequence[Vlan], drops: Sequence[Any]) -> Mapping[Hashable, str]:
        held = self.held.setdefault(place, {})
        held |= {item.identity: item for item in puts if item.vlan != 666}
        for identity in drops:
            held.pop(identity, None)
        return {item.identity: "VLAN 666 is reserved" for item in puts if item.vlan == 666}


class Driven:
    """A service whose bridges are driven at once, and whose switches never connect."""

    def __init__(self, plugin: Bridges, store: MemoryStore | None = None) -> None:
        self.plugin = plugin
        self.service = Service(store or MemoryStore(), plugins={"bridge": plugin})
        self.work()

    def work(self) -> None:
        """Compile what is due."""
        for _ in self.service.work():
            pass

    def do(self, *commands: Command) -> Driven:
        """Do the commands, and compile."""
        self.service.submit(commands)
        self.work()
        return self

    def drive(self, *places: str) -> list[Any]:
        """Bring the places up to what is wanted; what they were told."""
        told = []
        for place in places:
            progress = self.service.progress(place)
            assert progress is not None
            if not progress.connected:
                progress.connect()
            if progress.needs_audit:
                progress.audited([*self.plugin.read_back(place)])
            while (batch := progress.next_batch()) is not None:
                drops = [message.identity for message in batch.messages if isinstance(message, Removal)]
                puts = [message for message in batch.messages if not isinstance(message, Removal)]
                said = self.plugin.apply(place, puts, drops)
                told += batch.messages
                progress.acknowledged(
                    batch, {n: said[m.identity] for n, m in enumerate(batch.messages) if m.identity in said}
                )
        return told


@pytest.fixture
def net() -> Driven:
    """Two bridges with a cable between them, and one segment with the tag 100: a is at one end and b at the other."""
    net = Driven(Bridges())
    for name in ("b1", "b2"):
        net.do(Create("switch", {"id": name, "plugin": "bridge", "fabric_interfaces": ("up",)}))
        net.service.observe(ObserveInterfaces(name, {"e1": (1, True), "e2": (2, True), "up": (3, True)}))
    net.do(Create("link", {"a": ("b1", "up"), "b": ("b2", "up")}))
    net.do(Create("segment", {"id": "red", "name": "red", "project": "p", "segmentation_id": 100}))
    for name, place, mac in (("a", "b1", MACS[0]), ("b", "b2", MACS[1])):
        net.do(
            Create("port", {"id": name, "name": name, "segment": "red"}),
            Create("vif", {"id": name, "mac": mac, "switch": place, "interface": "e1"}),
            Plug(name, name),
        )
    return net


def test_a_place_holds_who_is_there_and_what_its_cables_carry(net: Driven) -> None:
    net.drive("b1", "b2")
    for place, port in (("b1", "a"), ("b2", "b")):
        assert set(net.plugin.held[place].values()) == {
            Vlan("e1", 100, False, (port,)),
            Vlan("up", 100, True, ("red",)),
        }
    assert net.service.port_status("a") == ("ACTIVE", "")


def test_a_port_is_active_when_every_place_has_acknowledged_it(net: Driven) -> None:
    assert net.service.port_status("a").state == "DOWN", "nobody drives the bridges yet"
    net.drive("b1")
    assert net.service.port_status("a") == ("BUILD", "switch b2 has not said yet what it holds")
    net.drive("b2")
    assert net.service.port_status("a") == ("ACTIVE", "")


def test_only_the_places_that_a_change_concerns_are_asked_again(net: Driven) -> None:
    net.drive("b1", "b2")
    net.plugin.asked.clear()
    net.do(Update("port", "a", {"name": "another name"}), Update("vif", "a", {"interface": "e2"}))
    assert set(net.plugin.asked) == {"b1"}
    assert net.drive("b1", "b2") == [Vlan("e2", 100, False, ("a",)), Removal(("e1", 100))]


def test_a_segment_that_crosses_a_place_no_more_leaves_its_cables(net: Driven) -> None:
    net.drive("b1", "b2")
    net.do(Unplug("b"))
    net.drive("b1", "b2")
    assert set(net.plugin.held["b1"].values()) == {Vlan("e1", 100, False, ("a",))}
    assert net.plugin.held["b2"] == {}
    net.do(Plug("b", "b"), Update("segment", "red", {"admin_up": False}))
    net.drive("b1", "b2")
    assert net.plugin.held == {"b1": {}, "b2": {}}


def test_what_was_changed_by_hand_is_put_right(net: Driven) -> None:
    net.drive("b1", "b2")
    net.plugin.held["b1"] = {("e2", 9): Vlan("e2", 9, True), ("e1", 100): Vlan("e1", 100, True)}
    net.service.request_audit("b1")
    assert net.drive("b1", "b2") == [
        Vlan("e1", 100, False, ("a",)), Vlan("up", 100, True, ("red",)), Removal(("e2", 9)),
    ]  # fmt: skip


def test_what_a_device_refuses_is_the_error_of_whom_it_is_about(net: Driven) -> None:
    net.do(
        Create("segment", {"id": "bad", "name": "bad", "project": "p", "segmentation_id": 666}),
        Create("port", {"id": "c", "name": "c", "segment": "bad"}),
        Create("vif", {"id": "c", "mac": MACS[2], "switch": "b1", "interface": "e2"}),
        Plug("c", "c"),
    )
    net.drive("b1", "b2")
    assert net.service.port_status("c") == ("ERROR", "switch b1 refused e2 666: VLAN 666 is reserved")
    assert net.service.port_status("a") == ("ACTIVE", "")
    (problem,) = net.service.switch_state("b1").problems
    assert problem.endswith(": VLAN 666 is reserved")


def test_a_plugin_that_fails_leaves_forwarding_as_it_is(net: Driven) -> None:
    net.drive("b1", "b2")
    held = dict(net.plugin.held["b1"])
    net.plugin.broken.add("b1")
    net.do(Update("vif", "a", {"interface": "e2"}))
    assert net.drive("b1", "b2") == []
    assert net.plugin.held["b1"] == held
    assert net.service.port_status("a") == ("ERROR", "the plug-in of b1 failed: ValueError: out of its mind")
    assert net.service.port_status("b") == ("ACTIVE", "")
    assert net.service.switch_state("b1").problems == ("the plug-in of b1 failed: ValueError: out of its mind",)
    net.plugin.broken.clear()
    net.do(Update("port", "a", {"admin_up": False}))
    net.drive("b1")
    assert net.plugin.held["b1"].keys() == {("up", 100)}


def test_after_a_restart_nothing_is_told_again_and_a_failing_plugin_is_not_driven() -> None:
    store = MemoryStore()
    plugin = Bridges()
    first = Driven(plugin, store)
    first.do(Create("switch", {"id": "b1", "plugin": "bridge"}))
    first.service.observe(ObserveInterfaces("b1", {"e1": (1, True)}))
    first.do(
        Create("segment", {"id": "red", "name": "red", "project": "p", "segmentation_id": 100}),
        Create("port", {"id": "a", "name": "a", "segment": "red"}),
        Create("vif", {"id": "a", "mac": MACS[0], "switch": "b1", "interface": "e1"}),
        Plug("a", "a"),
    )
    first.drive("b1")
    assert Driven(plugin, store).drive("b1") == []
    plugin.broken.add("b1")
    assert Driven(plugin, store).service.progress("b1") is None, "nobody can say what it should hold"


def test_another_device_of_the_same_name_is_another_device(net: Driven) -> None:
    net.drive("b1", "b2")
    before = net.service.progress("b2")
    net.service.submit(
        [Unplug("b"), Delete("vif", "b"), Delete("link", "b1:up~b2:up"), Delete("switch", "b2"),
         Create("switch", {"id": "b2", "dpid": 2})]
    )  # fmt: skip
    net.work()
    assert net.service.progress("b2") is not before


def test_what_a_place_holds_is_told_in_its_own_words(net: Driven) -> None:
    net.drive("b1", "b2")
    told = [(report.table, report.actions, report.state) for report in net.service.flows("b1")]
    assert told == [
        ("Vlan", str(Vlan("e1", 100, False, ("a",))), "installed"),
        ("Vlan", str(Vlan("up", 100, True, ("red",))), "installed"),
    ]
