"""The simulator as a plug-in: switches that need no device, no root and no other program."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from weft.apps.plugins.simulator.fabric import Journey, SimulatedFabric
from weft.apps.plugins.simulator.wiring import ModelWiring
from weft.controller.compile.view import View
from weft.controller.contracts import Question, Reading, Unreachable
from weft.controller.flow.entry import Entry, Identity
from weft.controller.model.capabilities import Capabilities
from weft.controller.model.facts import Endpoint, Key
from weft.controller.model.network import Network
from weft.controller.pipeline.core import CORE
from weft.controller.service import Service
from weft.controller.sync.manner import ENTRIES

NAME = "simulator"


class Simulator:
    """Realises switches in this very process.

    An interface is there for as long as the model speaks of it, as that of a VIF or of a cable, or somebody has asked
    for it. It has carrier unless somebody has pulled it.
    """

    name = NAME
    capabilities = Capabilities(flow_tables=True)
    manner = ENTRIES
    waits = False  # nothing here waits for anybody, so no place needs a thread

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """``settings`` may name a ``socket``, by which programs send and hear frames (``bench``)."""
        for setting in settings.keys() - {"socket"}:
            raise ValueError(f"{setting}: is not a setting; there is one, socket")
        socket = settings.get("socket")
        if socket is not None and (not isinstance(socket, str) or not Path(socket).parent.is_dir()):
            raise ValueError("socket: must be a path, in a directory that is there")
        self._socket = socket
        self._network = Network()
        self._asked: dict[str, set[str]] = {}
        self._pulled: set[Endpoint] = set()
        self._out: set[str] = set()
        self._look: Callable[[str], None] = lambda place: None
        self.pipeline = CORE
        self._join()

    def _join(self) -> None:
        self._wiring = ModelWiring(self._network, self._carriers)
        self.fabric = SimulatedFabric(self.pipeline, self._wiring)

    def attach(self, service: Service, look: Callable[[str], None]) -> None:
        """Follow the model of the service. ``look`` is told of places whose interfaces may be others now."""
        self._network, self._look = service.network, look
        self.pipeline = service.compiler.pipeline
        self._join()
        service.on_touch.append(self._touched)
        if self._socket is not None:
            from weft.apps.plugins.simulator.bench import Bench  # it needs an event loop

            Bench(self, self._socket).open()

    def _touched(self, keys: Collection[Key]) -> None:
        """These facts are others now."""
        for key in keys:
            match key:
                case Key("interface", Endpoint(place, _)):
                    self._wiring.forget(place)
                case Key("switch", str(place)):
                    if not self._is_ours(place):
                        self.fabric.forget(place)
                    self._changed(place)
                case Key("vif", str(id)):
                    vif = self._network.vif(id)
                    if vif is not None and vif.switch is not None:
                        self._changed(vif.switch)

    def _changed(self, place: str) -> None:
        """The interfaces of a place may be others."""
        self._wiring.forget(place)
        if self._is_ours(place):
            self._look(place)

    def _is_ours(self, place: str) -> bool:
        found = self._network.switch(place)
        return found is not None and found.plugin == self.name

    # the contract

    def desired(self, view: View, place: str) -> Iterator[Entry]:
        """Nothing besides the compiled flow entries."""
        del view, place
        yield from ()

    def interfaces(self, place: str) -> Mapping[str, bool]:
        """The interfaces that the model speaks of, or somebody has asked for."""
        self._reach(place)
        return self._carriers(place)

    def read_back(self, place: str) -> Iterable[Entry]:
        """All that the switch holds."""
        self._reach(place)
        return self.fabric.entries(place)

    def apply(self, place: str, puts: Sequence[Entry], drops: Sequence[Identity]) -> Mapping[Identity, str]:
        """Hold the entries, and nothing of those identities. Nothing is ever refused."""
        self._reach(place)
        self.fabric.apply(place, puts, drops)
        return {}

    def _reach(self, place: str) -> None:
        if place in self._out:
            raise Unreachable("somebody has put it out of reach")

    def _carriers(self, place: str) -> dict[str, bool]:
        found = self._network.switch(place)
        if found is None or found.plugin != self.name:
            return {}
        vifs = (self._network.vif(id) for id in self._network.vifs_on(place))
        names = {*found.fabric_interfaces, *(vif.interface for vif in vifs if vif is not None and vif.interface)}
        names |= self._asked.get(place, set())
        return {name: Endpoint(place, name) not in self._pulled for name in sorted(names)}

    def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Reading]:
        """What those of the switches that are simulated, and in reach, have counted."""
        ours = (place for place in questions if self._is_ours(place) and place not in self._out)
        return {place: self.fabric.reading(place, questions[place]) for place in ours}

    # what people and programs do to it

    def send(self, at: Endpoint, frame: bytes, breathe: Callable[[], None] = lambda: None) -> Journey:
        """A machine sends a frame: all that becomes of it. Between two switches it may ``breathe``."""
        return self.fabric.send(at, frame, breathe)

    def plug(self, at: Endpoint, there: bool) -> None:
        """Have an interface there, whatever the model says; or only while the model speaks of it."""
        asked = self._asked.setdefault(at.switch, set())
        (asked.add if there else asked.discard)(at.interface)
        self._changed(at.switch)

    def pull(self, at: Endpoint, up: bool) -> None:
        """Let an interface lose its carrier, or have it again."""
        (self._pulled.discard if up else self._pulled.add)(at)
        self._changed(at.switch)

    def reach(self, place: str, over: bool) -> None:
        """Let the controller not reach a switch, until it is over. It forwards by what it holds."""
        (self._out.discard if over else self._out.add)(place)

    def disturb(self, place: str, chance: Random) -> str:
        """Change what a switch holds behind the controller's back; says what."""
        held = sorted(self.fabric.entries(place))
        if not held:
            return "it holds nothing that could be changed"
        entry = chance.choice(held)
        match chance.choice(("lose one", "lose many", "alter")):
            case "lose one":
                self.fabric.apply(place, [], [entry.identity])
                return f"lost an entry of table {entry.table}"
            case "lose many":
                lost = [other.identity for other in held if other.table == entry.table]
                self.fabric.apply(place, [], lost)
                return f"lost all {len(lost)} entries of table {entry.table}"
            case _:
                other = chance.choice([one for one in held if one.table == entry.table])
                self.fabric.apply(place, [entry._replace(instructions=other.instructions, cookie=other.cookie)], [])
                return f"an entry of table {entry.table} does what another should"
