"""Frames prove it: what the plug-in tells two Nexus, real bridges do, and machines hear whom they should."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

import pytest

from tests.nexus.bed import NexusBed
from tests.nexus.telling import difference
from tests.world import World
from weft.apps.plugins.nexus import NexusPlugin
from weft.conformance.bed import Sent, mark
from weft.conformance.octets.ethernet import BROADCAST, ethernet
from weft.controller.compile.compiler import Compiler
from weft.controller.model.commands import Create, Delete, ObserveInterfaces, Plug, Unplug, Update
from weft.controller.model.network import Network

pytestmark = pytest.mark.guest


class Fabric:
    """Two Nexus and a cable, with a model that says who is where."""

    def __init__(self, room: Path) -> None:
        self.bed = NexusBed(room)
        self.plugin = NexusPlugin(self.bed.settings()["nexus"])
        self.world = World()
        self.world.network = Network(capabilities={"nexus": self.plugin.capabilities})
        self.world.compiler = Compiler(self.world.network, desired={"nexus": self.plugin.desired})
        documents = self.bed.documents()
        for switch in documents["switches"]:
            cables = tuple(switch["fabric_interfaces"])
            self.world.do(Create("switch", {**switch, "fabric_interfaces": cables}))
        self._at: dict[str, tuple[str, str]] = {}
        self._macs: dict[str, str] = {}
        self._serial = count()
        self.observe(*self.bed.places)
        for link in documents["links"]:
            self.world.link(*(tuple(link[end].values()) for end in ("a", "b")))

    def observe(self, *places: str) -> None:
        """The model hears which interfaces there are."""
        for place in places:
            found = sorted(self.plugin.interfaces(place).items())
            self.world.do(ObserveInterfaces(place, {name: (n, up) for n, (name, up) in enumerate(found, 1)}))

    def machine(self, name: str, segment: str, place: str) -> None:
        """A machine with a VIF, plugged into a port of the segment."""
        interface = self.bed.plug(place, name)
        self._at[name], self._macs[name] = (place, interface), f"02:00:00:00:00:{len(self._at) + 1:02x}"
        self.observe(place)
        self.world.port(name, segment)
        location = {"switch": place, "interface": interface}
        self.world.do(Create("vif", {"id": name, "mac": self._macs[name], "vif_kind": "physical", **location}))
        self.world.do(Plug(name, name))

    def settle(self) -> int:
        """Tell the switches what they lack; how much that was."""
        self.world.compile()
        told = 0
        for place in self.bed.places:
            wanted = list((self.world.compiler.wanted(place) or {}).values())
            puts, drops = difference(self.plugin, wanted, place)
            told += len(puts) + len(drops)
            if puts or drops:
                assert self.plugin.apply(place, puts, drops) == {}
        return told

    def heard(self, name: str, to: str = "") -> set[str]:
        """Who hears a frame that the machine sends to another, or to all."""
        destination = self._macs[to] if to else BROADCAST
        octets = self._frame(destination, name)
        ((*ears,),) = self.bed.send([Sent(*self._at[name], octets)])
        names = {end: machine for machine, end in self._at.items()}
        found = [names[ear.place, ear.interface] for ear in ears]
        assert len(found) == len(set(found)), "nobody hears a frame twice"
        return set(found)

    def _frame(self, destination: str, name: str) -> bytes:
        return ethernet(destination, self._macs[name], 0x88B5, bytes(50) + mark(next(self._serial)))

    def close(self) -> None:
        self.plugin.close()
        self.bed.close()


@pytest.fixture(scope="module")
def fabric(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fabric]:
    """Red has a and c at the one switch and b at the other; blue has d and e, at each one."""
    fabric = Fabric(tmp_path_factory.mktemp("bed"))
    try:
        fabric.world.segment("red", security="none").segment("blue", security="none")
        for name, segment, place in (("a", "red", "n1"), ("b", "red", "n2"), ("c", "red", "n1")):
            fabric.machine(name, segment, place)
        for name, place in (("d", "n1"), ("e", "n2")):
            fabric.machine(name, "blue", place)
        fabric.settle()
        yield fabric
    finally:
        fabric.close()


@pytest.fixture
def there(fabric: Fabric) -> Iterator[Fabric]:
    """The same for every test, which leaves it so."""
    yield fabric
    assert fabric.settle() == 0


def lives(there: Fabric) -> bool:
    """Whether everybody hears whom they should, and nobody else."""
    return (
        there.heard("a") == {"b", "c"}
        and there.heard("b") == {"a", "c"}
        and there.heard("d") == {"e"}
        and there.heard("e", "d") == {"d"}
        and there.heard("b", "a") == {"a"}
    )


def test_segments_hear_themselves_alone_over_both_switches(there: Fabric) -> None:
    assert lives(there)


def test_whoever_is_shut_or_unplugged_neither_speaks_nor_hears(there: Fabric) -> None:
    there.world.do(Update("port", "c", {"admin_up": False}))
    there.settle()
    assert there.heard("c") == set()
    assert there.heard("a") == {"b"}
    there.world.do(Update("port", "c", {"admin_up": True}), Unplug("b"))
    there.settle()
    assert there.heard("b") == set()
    assert there.heard("a") == {"c"}
    there.world.do(Plug("b", "b"))
    there.settle()
    assert lives(there)


@pytest.mark.parametrize("seed", range(4))
def test_what_somebody_changes_at_the_console_is_mended(there: Fabric, seed: int) -> None:
    chance = Random(seed)
    said = there.bed.disturb(chance.choice(there.bed.places), chance)
    assert there.settle() > 0, said
    assert lives(there), said


def test_a_switch_that_is_away_forwards_on_and_is_told_later(there: Fabric) -> None:
    there.bed.outage("n2", over=False)
    assert lives(there)
    there.world.do(Unplug("e"))
    there.bed.outage("n2", over=True)
    there.settle()
    assert there.heard("d") == set()
    there.world.do(Plug("e", "e"))
    there.settle()
    assert lives(there)


def test_a_vlan_number_given_again_lets_nobody_in_who_was_there_before(there: Fabric) -> None:
    blue = there.world.network.segment("blue")
    assert blue is not None
    there.world.do(Unplug("d"), Unplug("e"), Delete("port", "d"), Delete("port", "e"), Delete("segment", "blue"))
    there.world.segment("green", security="none", segmentation_id=blue.segmentation_id)
    there.machine("f", "green", "n1")
    there.machine("g", "green", "n2")
    there.settle()
    assert there.heard("f") == {"g"}
    assert there.heard("d") == set()
    assert there.heard("e") == set()
