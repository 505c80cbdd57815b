"""Simulated switches with cables between them: frames go in where machines are, and come out where machines are."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from time import monotonic
from typing import NamedTuple, Protocol

from weft.apps.plugins.simulator.meters import Meters
from weft.apps.plugins.simulator.tally import Tally
from weft.controller.contracts import Question, Reading
from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.meter import METERS
from weft.controller.flow.simulate import Dropped, Event, Left, SimulatedSwitch
from weft.controller.model.facts import Endpoint
from weft.controller.pipeline.schema import Pipeline

VISITS = 1000  # of switches, by one frame and its copies; more is a loop


class Wiring(Protocol):
    """Which interface of a place has which OpenFlow port, which have carrier, and where cables lead."""

    def ofports(self, place: str) -> Mapping[str, int]:
        """The OpenFlow port of each interface of the place that has carrier."""

    def interfaces(self, place: str) -> Mapping[int, str]:
        """The same, by OpenFlow port."""

    def far_end(self, end: Endpoint) -> Endpoint | None:
        """The other end of the cable that is plugged in there; None where a machine is."""


class Visit(NamedTuple):
    """What a frame has met in one switch: by which interface it came in, and all that happened to it, in turn."""

    at: Endpoint
    frame: bytes
    events: tuple[Event, ...]
    interface_by_ofport: Mapping[int, str]
    broken: str = ""  # why the switch could not go on with it


class Heard(NamedTuple):
    """A frame that a machine has heard, and where it is."""

    at: Endpoint
    frame: bytes


class Journey(NamedTuple):
    """All that became of a frame: the switches that it and its copies came to, in turn, and who heard them.

    ``lost`` says in words what became of it outside of any switch; it is empty where nothing did.
    """

    visits: tuple[Visit, ...]
    heard: tuple[Heard, ...]
    lost: str = ""


class SimulatedFabric:
    """The switches that hold entries, by the name of their place. A place that was told nothing forwards nothing."""

    def __init__(self, pipeline: Pipeline, wiring: Wiring, clock: Callable[[], float] = monotonic) -> None:
        self._pipeline = pipeline
        self._wiring = wiring
        self._clock = clock
        self._switches: dict[str, SimulatedSwitch] = {}
        self._meters: dict[str, Meters] = {}
        self._tallies: dict[str, Tally] = {}

    def entries(self, place: str) -> Iterable[Entry]:
        """All that the switch holds."""
        switch = self._switches.get(place)
        return tuple(switch.entries.values()) if switch is not None else ()

    def apply(self, place: str, puts: Sequence[Entry], drops: Sequence[Identity]) -> None:
        """Let the switch hold the entries, and nothing of those identities."""
        switch, meters = self._switch(place)
        for identity in drops:
            switch.drop(identity)
            self._tallies[place].forget(identity)
            if identity.table == METERS:
                meters.drop(int.from_bytes(identity.match, "big"))
        for entry in puts:
            switch.put(entry)
            if entry.table == METERS:
                meters.put(entry)

    def forget(self, place: str) -> None:
        """The switch is gone, with all that it held."""
        self._switches.pop(place, None)
        self._meters.pop(place, None)
        self._tallies.pop(place, None)

    def reading(self, place: str, question: Question) -> Reading:
        """What the switch has counted."""
        return self._tallies.get(place, Tally()).reading(question)

    def _switch(self, place: str) -> tuple[SimulatedSwitch, Meters]:
        meters = self._meters.setdefault(place, Meters(self._clock))
        self._tallies.setdefault(place, Tally())
        if place not in self._switches:
            self._switches[place] = SimulatedSwitch((), self._pipeline, meters.passes)
        return self._switches[place], meters

    def send(self, at: Endpoint, frame: bytes, breathe: Callable[[], None] = lambda: None) -> Journey:
        """A machine sends a frame at an interface: all that becomes of it. Between two switches it may ``breathe``."""
        if at.interface not in self._wiring.ofports(at.switch):
            return Journey((), (), f"switch {at.switch} has no interface {at.interface} with carrier")
        on_wire = deque([(at, frame)])
        visits: list[Visit] = []
        heard: list[Heard] = []
        while on_wire:
            if len(visits) == VISITS:
                return Journey(tuple(visits), tuple(heard), f"it goes round: {VISITS} switches have seen it")
            if visits:
                breathe()
            visit = self._visit(*on_wire.popleft())
            visits.append(visit)
            for end, octets in _leaving(visit):
                far = self._wiring.far_end(end)
                if far is None:
                    heard.append(Heard(end, octets))
                elif far.interface in self._wiring.ofports(far.switch):
                    on_wire.append((far, octets))
        return Journey(tuple(visits), tuple(heard))

    def _visit(self, at: Endpoint, frame: bytes) -> Visit:
        ofports = self._wiring.ofports(at.switch)
        switch = self._switches.get(at.switch)
        events: Sequence[Event] = [Dropped("", self._pipeline.tables[0].name, {}, None)]
        broken = ""
        try:
            if switch is not None:
                events = switch.passes(frame, ofports[at.interface])
                self._tallies[at.switch].note(ofports[at.interface], len(frame), events)
        except (ValueError, RecursionError) as error:  # it is no frame, or somebody's entry is beyond us
            events, broken = (), str(error)
        return Visit(at, frame, tuple(events), self._wiring.interfaces(at.switch), broken)


def _leaving(visit: Visit) -> Iterator[tuple[Endpoint, bytes]]:
    """Where the frame has left the switch, as what. What leaves by a port that is not there, nobody hears."""
    for event in visit.events:
        if isinstance(event, Left) and event.ofport in visit.interface_by_ofport:
            yield Endpoint(visit.at.switch, visit.interface_by_ofport[event.ofport]), event.octets
