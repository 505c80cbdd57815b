"""A bed and a controller in this process: simulated switches that hold what they are told, and REST by WSGI."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any

import httpx

from tests.stores import MemoryStore
from tests.switch import Switch
from weft.apps.client import Client
from weft.apps.northbound.app import build_app
from weft.conformance.bed import Bed, Sent, serial_of
from weft.conformance.world import World
from weft.controller.flow.actions import Output
from weft.controller.flow.encode import Encoder
from weft.controller.flow.entry import Entry
from weft.controller.flow.flow import flow
from weft.controller.flow.simulate import Left, SimulatedSwitch
from weft.controller.model.commands import ObserveInterfaces
from weft.controller.pipeline.core import CLASSIFY, CORE
from weft.controller.service import Service
from weft.controller.sync.plan import Batch, Removal

TOKEN = "a-token-of-this-test"
CABLES = (("a", "c1", "b", "c2"), ("b", "c1", "c", "c2"), ("c", "c1", "a", "c2"))
_LOOPS = 200
PATIENCE = 0.2  # seconds: all that must happen happens when it is asked for


class Device(Switch):
    """A switch: it takes what it is told, and does with frames what that means."""

    def take(self, batch: Batch) -> dict[int, str]:
        """Do as it is told."""
        self._simulated = None
        return super().take(batch)

    def lay_hands_on(self) -> None:
        """What it holds was changed by somebody else."""
        self._simulated = None

    _simulated: SimulatedSwitch | None = None

    @property
    def forwarding(self) -> SimulatedSwitch:
        """What it does with frames."""
        if self._simulated is None:
            self._simulated = SimulatedSwitch(self.held.values(), CORE)
        return self._simulated


class Fabric(Bed):
    """Three switches in a ring, and the service that looks after them. It is its own bed and its own controller."""

    places: Sequence[str] = ("a", "b", "c")
    device: Callable[[], Device] = Device

    def __init__(self) -> None:
        self._store = MemoryStore()
        self.devices = {place: self.device() for place in self.places}
        self._ports: dict[str, dict[str, tuple[int, bool]]] = {}
        for place in self.places:
            ends = [end for a, one, b, other in CABLES for at, end in ((a, one), (b, other)) if at == place]
            self._ports[place] = {end: (100 + n, True) for n, end in enumerate(ends, 1)}
        self._far = {
            (at, end): (to, other)
            for a, one, b, far in CABLES
            for at, end, to, other in ((a, one, b, far), (b, far, a, one))
        }
        self._out: set[str] = set()
        self._begin()

    def _begin(self) -> None:
        self.service = Service(self._store)
        self._known: dict[str, dict[str, tuple[int, bool]]] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._wsgi = httpx.WSGITransport(app=build_app(self.service, TOKEN))

    # the controller

    def client(self, project: str | None = None) -> Client:
        """Somebody who asks; whenever anybody does, the service works and the devices answer."""
        return Client("http://here.test", TOKEN, project=project, transport=_Working(self))

    def restart(self) -> None:
        """What is not in the store is forgotten."""
        self._begin()

    def close(self) -> None:
        """There is nothing to leave behind."""

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer, when all is done that there was to do."""
        self.work()
        return self._wsgi.handle_request(request)

    def work(self) -> None:
        """Let interfaces be seen, tables be compiled, and devices be told."""
        for place in self.places:
            known = self.service.network.switch(place) is not None and place not in self._out
            if known and self._known.get(place) != self._ports[place]:
                self._known[place] = dict(self._ports[place])
                self.service.observe(ObserveInterfaces(place, self._known[place], whole=True))
        for _ in self.service.work():
            pass
        for place, device in self.devices.items():
            progress = self.service.progress(place)
            if progress is not None and place in self._out:
                progress.disconnect()
            elif progress is not None:
                device.answer(progress)

    # the bed

    def documents(self) -> Mapping[str, Any]:
        """The switches and their cables."""
        links = [
            {"a": {"switch": a, "interface": one}, "b": {"switch": b, "interface": other}}
            for a, one, b, other in CABLES
        ]
        switches = [
            {"id": place, "dpid": f"{n:016x}", "fabric_interfaces": ["c1", "c2"]}
            for n, place in enumerate(self.places, 1)
        ]
        return {"switches": switches, "links": links}

    def plug(self, place: str, name: str) -> str:
        """An interface with the first number that is free."""
        taken = {ofport for ofport, _ in self._ports[place].values()}
        self._ports[place][name] = (next(n for n in range(1, 100) if n not in taken), True)
        return name

    def unplug(self, place: str, interface: str) -> None:
        """It is gone."""
        del self._ports[place][interface]

    def cut(self, link: int, up: bool) -> bool:
        """Both ends lose their carrier."""
        a, one, b, other = CABLES[link]
        for place, end in ((a, one), (b, other)):
            self._ports[place][end] = (self._ports[place][end][0], up)
        return True

    def outage(self, place: str, over: bool) -> bool:
        """The device hears nothing from the service, and goes on with what it has."""
        (self._out.discard if over else self._out.add)(place)
        return True

    def disturb(self, place: str, how: Random) -> str:
        """Flows are taken away, or one is put above all others."""
        device = self.devices[place]
        device.lay_hands_on()
        if how.random() < 0.5 and device.held:
            gone = how.sample(sorted(device.held), min(3, len(device.held)))
            for identity in gone:
                device.do(Removal(identity))
            return f"{len(gone)} flows are deleted"
        foreign = flood(tuple(Output(ofport) for ofport, _ in self._ports[place].values()))
        device.held[foreign.identity] = foreign
        return "a flow is added that floods all"

    def send(self, frames: Sequence[Sent]) -> list[list[Sent]]:
        """Each frame goes its way, over cables that are in."""
        return [self._heard(frame) for frame in frames]

    def _heard(self, sent: Sent) -> list[Sent]:
        assert serial_of(sent.frame)
        found: list[Sent] = []
        on_way = [sent]
        for _ in range(_LOOPS):
            if not on_way:
                return found
            place, interface, octets = on_way.pop()
            names = {ofport: name for name, (ofport, up) in self._ports[place].items() if up}
            ofport, up = self._ports[place].get(interface, (0, False))
            for event in self.devices[place].forwarding.passes(octets, ofport) if up else ():
                if isinstance(event, Left) and event.ofport in names:
                    name = names[event.ofport]
                    if (place, name) in self._far:
                        on_way.append(Sent(*self._far[place, name], event.octets))
                    else:
                        found.append(Sent(place, name, event.octets))
        return found  # it goes round for ever: whoever is in the way has heard it often enough


class _Working(httpx.BaseTransport):
    """Requests to the service of a fabric, whichever it is by then."""

    def __init__(self, fabric: Fabric) -> None:
        self._fabric = fabric

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask it."""
        return self._fabric.handle(request)


def flood(actions: tuple[Output, ...]) -> Entry:
    """A flow that is above all others, and not ours."""
    made = Encoder(CORE).entry(flow(CLASSIFY, 65000, *actions), 0)
    assert isinstance(made, Entry)
    return made._replace(cookie=0)


@contextmanager
def simulated(fabric: Callable[[], Fabric] = Fabric) -> Iterator[World]:
    """A new world in this process."""
    here = fabric()
    yield World(here, here, PATIENCE)
