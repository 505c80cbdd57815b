"""A controller with the simulator in force, and its places kept equal to what is wanted, with nobody's clock."""

from __future__ import annotations

from itertools import count

from tests.controller import Controller
from tests.stores import MemoryStore
from weft.apps.plugins.simulator.fabric import Heard, Journey
from weft.apps.plugins.simulator.plugin import Simulator
from weft.controller.contracts import Unreachable
from weft.controller.model.commands import Create, ObserveInterfaces, Plug
from weft.controller.model.facts import Endpoint
from weft.controller.service import Service
from weft.controller.sync.plan import target_of


class SimulatedController(Controller):
    """The service with the simulator. ``looked`` are the places whose interfaces may be others, as it was told."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        super().__init__(store)
        self.simulator = Simulator({})
        self.looked: set[str] = set()
        self.service = Service(self.store, plugins={self.simulator.name: self.simulator})
        self.simulator.attach(self.service, self.looked.add)
        self.work()

    def place(self, name: str, *cables: str) -> SimulatedController:
        """A simulated switch with these cables' interfaces."""
        self.do(Create("switch", {"id": name, "plugin": "simulator", "fabric_interfaces": cables}))
        return self

    def vif(self, name: str, segment: str, at: tuple[str, str], mac: str) -> SimulatedController:
        """A VIF in a port of its own, of the same name."""
        switch, interface = at
        port = Create("port", {"id": name, "name": name, "segment": segment})
        self.do(port, Create("vif", {"id": name, "mac": mac, "switch": switch, "interface": interface}))
        self.do(Plug(name, name))
        return self

    def drive(self) -> SimulatedController:
        """Let every place be told what it lacks, as its driver would."""
        for step in (self._look, self._tell):
            for name in self.simulated():
                try:
                    step(name)
                except Unreachable:
                    progress = self.service.progress(name)
                    if progress is not None:
                        progress.disconnect()
        return self

    def simulated(self) -> list[str]:
        """The switches that are simulated."""
        found = ((name, self.service.network.switch(name)) for name in self.everyone())
        return [name for name, switch in found if switch is not None and switch.plugin == self.simulator.name]

    def _look(self, place: str) -> None:
        network = self.service.network
        seen = self.simulator.interfaces(place)
        known = {name: network.interface(Endpoint(place, name)) for name in seen}
        taken = {one.ofport for one in known.values() if one is not None}
        free = (number for number in count(1) if number not in taken)
        ports = {name: (one.ofport if one is not None else next(free), seen[name]) for name, one in known.items()}
        self.service.observe(ObserveInterfaces(place, ports, whole=True))
        self.work()

    def _tell(self, place: str) -> None:
        progress = self.service.progress(place)
        assert progress is not None
        progress.connect()
        progress.audited(list(self.simulator.read_back(place)))
        while batch := progress.next_batch():
            puts = [item for item in map(target_of, batch.messages) if item is not None]
            drops = [message.identity for message in batch.messages if target_of(message) is None]
            assert self.simulator.apply(place, puts, drops) == {}
            progress.acknowledged(batch, {})

    def send(self, at: tuple[str, str], frame: bytes) -> Journey:
        """What becomes of a frame."""
        return self.simulator.send(Endpoint(*at), frame)

    def heard(self, at: tuple[str, str], frame: bytes) -> list[Heard]:
        """Who has heard it."""
        return list(self.send(at, frame).heard)
