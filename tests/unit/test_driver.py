"""Places of plug-ins: what runs them holds each equal to what is wanted, whatever its device and its plug-in do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.stores import MemoryStore
from weft.apps.plugins.driver import Pace
from weft.apps.plugins.paper import Identity, Paper, Vlan
from weft.apps.plugins.places import Places
from weft.controller.contracts import Unreachable
from weft.controller.model.commands import Command, Create, Delete, Plug, Unplug, Update
from weft.controller.service import Service

from ryu.lib import hub  # isort: skip

PACE = Pace(audit=60.0, look=0.05, limit=0.3, first=0.02, most=0.1)
LIMIT = 20.0
UNCHECKED = {"security": "none"}


class Moody(Paper):
    """A plug-in whose next calls go wrong as they are told to, by verb and place."""

    waits = True

    def __init__(self, folder: Path) -> None:
        super().__init__({"folder": str(folder)})
        self.folder = folder
        self.moods: dict[tuple[str, str], Callable[[], None]] = {}
        self.calls: list[tuple[str, str]] = []

    def _mind(self, verb: str, place: str) -> None:
        self.calls.append((verb, place))
        self.moods.get((verb, place), lambda: None)()

    def read_back(self, place: str) -> list[Vlan]:
        self._mind("read_back", place)
        return super().read_back(place)

    def apply(self, place: str, puts: Sequence[Vlan], drops: Sequence[Identity]) -> dict[Identity, str]:
        self._mind("apply", place)
        return super().apply(place, puts, drops)

    def interfaces(self, place: str) -> dict[str, bool]:
        self._mind("interfaces", place)
        return super().interfaces(place)


class Hall:
    """A service, and places on paper that are driven."""

    def __init__(self, folder: Path) -> None:
        self.plugin = Moody(folder)
        plugins = {"paper": self.plugin}
        self.service = Service(MemoryStore(), plugins=plugins)
        self.places = Places(self.service, plugins, PACE)
        self.service.on_wake = self.places.wake
        self.threads = [hub.spawn(self.places.run), hub.spawn(self._compile)]

    def _compile(self) -> None:
        while True:
            if not self.service.compiled:
                for _ in self.service.work():
                    pass
                self.places.compiled()
            hub.sleep(0.002)

    def do(self, *commands: Command) -> Hall:
        """One transaction."""
        self.service.submit(commands)
        return self

    def sheet(self, place: str, *interfaces: str, vlans: Sequence[Sequence[object]] = ()) -> None:
        """Write down what a place has, and what it holds."""
        for what, said in (("interfaces", dict.fromkeys(interfaces, True)), ("vlans", list(vlans))):
            (self.plugin.folder / f"{place}.{what}.json").write_text(json.dumps(said))

    def lines(self, place: str) -> list[list[object]]:
        """What the place holds."""
        found: list[list[object]] = json.loads((self.plugin.folder / f"{place}.vlans.json").read_text())
        return found

    def place(self, name: str, vif: str) -> Hall:
        """A place, and a port at it, on a segment of its own: VLAN 101 at s1, 102 at s2."""
        number = int(name[1:])
        self.sheet(name, vif, "uplink")
        return self.do(
            Create("switch", {"id": name, "plugin": "paper", "fabric_interfaces": ("uplink",)}),
            Create("segment", {"id": name, "name": name, "project": "x", "segmentation_id": 100 + number, **UNCHECKED}),
        ).plugged(vif, name)

    def plugged(self, name: str, place: str) -> Hall:
        """A VIF at the interface of that name, in a port of the place's segment."""
        return self.do(
            Create("port", {"id": name, "name": name, "segment": place}),
            Create("vif", {"id": name, "mac": f"02:00:00:00:00:0{name[-1]}", "switch": place, "interface": name}),
            Plug(name, name),
        )

    def until(self, condition: Callable[[], Any], what: str = "") -> None:
        """Let everything go on until it is so."""
        end = monotonic() + LIMIT
        while not condition():
            assert monotonic() < end, what or self.states()
            hub.sleep(0.005)

    def states(self) -> dict[str, Any]:
        """The state of every switch."""
        return {str(s.id): self.service.switch_state(str(s.id)) for s in self.service.network.of_kind("switch")}

    def status(self, port: str) -> str:
        """The state of a port."""
        return self.service.port_status(port).state

    def trouble(self, place: str) -> str:
        """The problems of a place."""
        return "; ".join(self.service.switch_state(place).problems)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path)
    yield hall
    hub.joinall([])
    for thread in hall.threads:
        hub.kill(thread)


def test_a_place_holds_what_is_wanted_and_its_port_is_active(hall: Hall) -> None:
    hall.place("s1", "vm1")
    hall.until(lambda: hall.status("vm1") == "ACTIVE")
    assert hall.lines("s1") == [["vm1", 101, "untagged"]]
    assert hall.states()["s1"] == (True, True, ())
    hall.do(Update("port", "vm1", {"admin_up": False}))
    hall.until(lambda: hall.lines("s1") == [])


def test_what_somebody_does_by_hand_is_put_right_when_an_audit_is_asked_for(hall: Hall) -> None:
    hall.place("s1", "vm1")
    hall.until(lambda: hall.status("vm1") == "ACTIVE")
    hall.sheet("s1", "vm1", "uplink", vlans=[["vm1", 101, "tagged"], ["vm1", 7, "untagged"]])
    hall.service.request_audit("s1")
    hall.until(lambda: hall.lines("s1") == [["vm1", 101, "untagged"]])


def test_an_interface_that_comes_or_loses_its_carrier_is_known_a_moment_later(hall: Hall) -> None:
    hall.place("s1", "vm1")
    hall.until(lambda: hall.status("vm1") == "ACTIVE")
    hall.sheet("s1", "uplink", vlans=hall.lines("s1"))
    hall.until(lambda: hall.status("vm1") == "DOWN")
    hall.sheet("s1", "uplink", "vm1", "vm2", vlans=hall.lines("s1"))
    hall.until(lambda: hall.status("vm1") == "ACTIVE")


def test_a_device_that_is_away_is_not_connected_and_is_read_back_anew_when_it_is_there_again(hall: Hall) -> None:
    hall.place("s1", "vm1").place("s2", "vm2")
    hall.until(lambda: hall.status("vm1") == hall.status("vm2") == "ACTIVE")
    (hall.plugin.folder / "s1.interfaces.json").rename(hall.plugin.folder / "away")
    hall.until(lambda: not hall.states()["s1"].connected)
    assert hall.trouble("s1").startswith("it is unreachable: its interfaces cannot be read: ")
    assert (hall.status("vm1"), hall.status("vm2")) == ("DOWN", "ACTIVE")
    hall.do(Update("port", "vm1", {"admin_up": False}))  # meanwhile
    (hall.plugin.folder / "away").rename(hall.plugin.folder / "s1.interfaces.json")
    hall.until(lambda: hall.states()["s1"] == (True, True, ()))
    assert hall.lines("s1") == []


@pytest.mark.parametrize("verb", ["interfaces", "read_back", "apply"])
def test_a_plugin_that_fails_is_contained_and_tried_again(hall: Hall, verb: str) -> None:
    hall.plugin.moods[verb, "s1"] = lambda: {}["nothing"]
    hall.place("s1", "vm1").place("s2", "vm2")
    hall.until(lambda: hall.status("vm2") == "ACTIVE")
    hall.until(lambda: hall.trouble("s1") == "plug-in paper failed: KeyError: 'nothing'")
    assert hall.status("vm1") != "ACTIVE"
    hall.plugin.moods.clear()
    hall.until(lambda: hall.status("vm1") == "ACTIVE")
    assert hall.trouble("s1") == ""


@pytest.mark.parametrize("verb", ["interfaces", "read_back", "apply"])
def test_a_device_that_hangs_holds_up_nobody_else(hall: Hall, verb: str) -> None:
    from weft.apps.plugins.own_thread import native_threading

    go = native_threading.Event()
    hall.plugin.moods[verb, "s1"] = lambda: go.wait(LIMIT)
    hall.place("s1", "vm1").place("s2", "vm2")
    hall.until(lambda: hall.status("vm2") == "ACTIVE")
    hall.until(lambda: hall.trouble("s1").startswith("it hangs: no answer for "))
    before = hall.plugin.calls.count((verb, "s1"))
    assert before == 1, "it was called again before it was back"
    go.set()
    hall.until(lambda: hall.status("vm1") == "ACTIVE")


def test_who_is_tried_again_and_again_is_tried_less_and_less_often(hall: Hall) -> None:
    def away() -> None:
        raise Unreachable("no route")

    hall.plugin.moods["read_back", "s1"] = away
    began = monotonic()
    hall.place("s1", "vm1")
    hall.until(lambda: hall.plugin.calls.count(("read_back", "s1")) >= 8)
    assert monotonic() - began > (0.02 + 0.04 + 0.08 + 4 * 0.1) / 2, "half of each, by chance"


def test_what_a_device_refuses_is_told_of_the_port_and_offered_again_at_an_audit(hall: Hall) -> None:
    hall.place("s1", "vm1")
    hall.until(lambda: hall.status("vm1") == "ACTIVE")
    refuse = hall.plugin.apply
    hall.plugin.apply = lambda place, puts, drops: {put.identity: "table full" for put in puts}  # type: ignore[method-assign]
    hall.plugged("vm2", "s1")
    hall.sheet("s1", "vm1", "vm2", "uplink", vlans=hall.lines("s1"))
    hall.until(lambda: hall.status("vm2") == "ERROR")
    assert "table full" in hall.service.port_status("vm2").reason
    assert hall.status("vm1") == "ACTIVE"
    hall.plugin.apply = refuse  # type: ignore[method-assign]
    hall.service.request_audit("s1")
    hall.until(lambda: hall.status("vm2") == "ACTIVE")


def test_a_device_that_does_not_let_go_is_not_asked_without_end(hall: Hall) -> None:
    hall.place("s1", "vm1")
    hall.until(lambda: hall.status("vm1") == "ACTIVE")
    real = hall.plugin.apply
    told: list[Sequence[Identity]] = []

    def clings(place: str, puts: Sequence[Vlan], drops: Sequence[Identity]) -> dict[Identity, str]:
        told.append(drops)
        return dict.fromkeys(drops, "in use")

    hall.plugin.apply = clings  # type: ignore[method-assign]
    hall.do(Update("port", "vm1", {"admin_up": False}))
    hall.until(lambda: hall.trouble("s1") == "it does not let go of vm1 101: in use")
    at, count = monotonic(), len(told)
    hall.until(lambda: monotonic() > at + 0.5)
    assert len(told) - count <= 0.5 / (PACE.first / 2) + 1
    hall.plugin.apply = real  # type: ignore[method-assign]
    hall.until(lambda: hall.states()["s1"] == (True, True, ()))


def test_a_place_that_is_gone_from_the_model_is_left_as_it_is(hall: Hall) -> None:
    hall.place("s1", "vm1").place("s2", "vm2")
    hall.until(lambda: hall.status("vm1") == hall.status("vm2") == "ACTIVE")
    held = hall.lines("s1")
    hall.do(Unplug("vm1"), Delete("port", "vm1"), Delete("vif", "vm1"), Delete("switch", "s1"))
    hall.until(lambda: set(hall.places.driven) == {"s2"})
    calls = hall.plugin.calls.count(("interfaces", "s1"))
    looked = hall.plugin.calls.count(("interfaces", "s2"))
    hall.until(lambda: hall.plugin.calls.count(("interfaces", "s2")) > looked + 2)
    assert (hall.plugin.calls.count(("interfaces", "s1")), hall.lines("s1")) == (calls, held)


def test_a_switch_of_a_plugin_that_is_not_in_force_is_not_driven(tmp_path: Path) -> None:
    hall = Hall(tmp_path)
    hall.place("s1", "vm1")
    hall.until(lambda: hall.status("vm1") == "ACTIVE")
    store = hall.service._store
    for thread in hall.threads:
        hub.kill(thread)
    service = Service(store)
    for _ in service.work():
        pass
    assert service.network.switch("s1") is not None
    said = "its plug-in is not in force: it is not driven, and keeps what it has"
    assert service.switch_state("s1") == (False, False, (said,))
