"""The simulator as a plug-in: its switches hold what they are told, and its interfaces are those of the model."""

from __future__ import annotations

from random import Random

import pytest

from tests.packets import SHORTEST, ethernet
from tests.simulated import SimulatedController
from weft.apps.plugins.simulator.fabric import Heard
from weft.apps.plugins.simulator.plugin import Simulator
from weft.controller.contracts import Unreachable
from weft.controller.counters import about_drops, about_port, drops_on, place_of, port_document
from weft.controller.model.commands import Create, Delete, Unplug, Update
from weft.controller.model.facts import Endpoint

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
TO_ALL = ethernet("ff:ff:ff:ff:ff:ff", A, 0x88B5).ljust(SHORTEST, b"\0")
HEARD = [Heard(Endpoint("s2", "e1"), TO_ALL)]


@pytest.fixture
def net() -> SimulatedController:
    """Two places with a cable, and a VIF at each."""
    net = SimulatedController().place("s1", "f1").place("s2", "f1")
    net.do(Create("link", {"a": ("s1", "f1"), "b": ("s2", "f1")}))
    net.do(Create("segment", {"id": "red", "name": "red", "project": "p", "security": "mac"}))
    net.vif("a", "red", ("s1", "e1"), A).vif("b", "red", ("s2", "e1"), B)
    return net.drive()


def test_what_is_declared_works(net: SimulatedController) -> None:
    assert net.status("a") == net.status("b") == ("ACTIVE", "")
    assert net.heard(("s1", "e1"), TO_ALL) == HEARD


def test_an_interface_is_there_while_the_model_speaks_of_it_or_somebody_asks(net: SimulatedController) -> None:
    assert net.simulator.interfaces("s1") == {"e1": True, "f1": True}
    net.simulator.plug(Endpoint("s1", "e9"), there=True)
    assert net.simulator.interfaces("s1") == {"e1": True, "e9": True, "f1": True}
    net.simulator.plug(Endpoint("s1", "e9"), there=False)
    net.do(Update("vif", "a", {"switch": "s2", "interface": "e2"}))
    assert net.simulator.interfaces("s1") == {"f1": True}
    assert net.simulator.interfaces("s2") == {"e1": True, "e2": True, "f1": True}
    assert net.simulator.interfaces("nowhere") == {}


def test_its_driver_is_told_to_look_when_interfaces_may_be_others(net: SimulatedController) -> None:
    for change, places in (
        (Update("vif", "a", {"switch": "s2", "interface": "e2"}), {"s2"}),
        (Update("switch", "s1", {"fabric_interfaces": ("f1", "f2")}), {"s1"}),
        (Update("segment", "red", {"admin_up": False}), set()),
    ):
        net.looked.clear()
        net.do(change)
        assert net.looked == places
    net.looked.clear()
    net.simulator.pull(Endpoint("s1", "f1"), up=False)
    assert net.looked == {"s1"}


def test_an_interface_without_carrier_is_out_of_use(net: SimulatedController) -> None:
    net.simulator.pull(Endpoint("s2", "f1"), up=False)
    assert net.heard(("s1", "e1"), TO_ALL) == []
    net.drive()
    assert [end for end in net.simulator.interfaces("s2").items() if not end[1]] == [("f1", False)]
    net.simulator.pull(Endpoint("s2", "f1"), up=True)
    assert net.drive().heard(("s1", "e1"), TO_ALL) == HEARD


def test_what_is_changed_behind_the_controllers_back_is_found_and_repaired(net: SimulatedController) -> None:
    before = sorted(net.simulator.read_back("s1"))
    said = set()
    for seed in range(20):
        said.add(net.simulator.disturb("s1", Random(seed)).partition(" ")[0])
        net.drive()
        assert sorted(net.simulator.read_back("s1")) == before
    assert said == {"lost", "an"}


def test_a_place_out_of_reach_goes_on_with_what_it_has(net: SimulatedController) -> None:
    net.simulator.reach("s2", over=False)
    for verb in (net.simulator.interfaces, net.simulator.read_back, lambda place: net.simulator.apply(place, [], [])):
        with pytest.raises(Unreachable):
            verb("s2")
    net.drive()
    assert net.heard(("s1", "e1"), TO_ALL) == HEARD
    assert net.status("b")[0] == "DOWN"
    net.simulator.reach("s2", over=True)
    assert net.drive().status("b") == ("ACTIVE", "")


def test_a_controller_that_starts_anew_fills_its_switches_anew(net: SimulatedController) -> None:
    again = SimulatedController(net.store)
    assert again.heard(("s1", "e1"), TO_ALL) == []
    assert again.drive().heard(("s1", "e1"), TO_ALL) == HEARD
    assert again.held() == net.held()


def test_a_switch_that_is_gone_is_forgotten(net: SimulatedController) -> None:
    net.do(Delete("link", "s1:f1~s2:f1"))
    for name in ("a", "b"):
        net.do(Unplug(name), Delete("vif", name))
    net.do(Delete("switch", "s1"))
    assert list(net.simulator.fabric.entries("s1")) == []


def test_it_counts_what_passes_and_what_dies(net: SimulatedController) -> None:
    place, network = place_of(net.service.network, "a"), net.service.network
    for frame in (TO_ALL, TO_ALL, TO_ALL[:11] + b"\x99" + TO_ALL[12:]):
        net.send(("s1", "e1"), frame)
    told = port_document(place, net.simulator.ask({"s1": about_port(place)})["s1"])
    assert told["received"] == {"frames": 3, "bytes": 180}
    assert [(drop["reason"], drop["frames"]) for drop in told["dropped"]] == [("admit:source-mac", 1)]
    readings = net.simulator.ask({**about_drops(network), "elsewhere": about_port(place)})
    assert readings.keys() == {"s1", "s2"}
    assert [(drop.number, drop.reason, drop.counted.frames) for drop in drops_on(network, "s1", readings["s1"])] == [
        (place.number, "admit:source-mac", 1)
    ]
    net.simulator.reach("s1", over=False)
    assert net.simulator.ask(about_drops(network)).keys() == {"s2"}


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="speed: is not a setting; there is one, socket"):
        Simulator({"speed": 1})
    for wrong in (7, "/nowhere/at/all"):
        with pytest.raises(ValueError, match="socket: must be a path, in a directory that is there"):
            Simulator({"socket": wrong})
