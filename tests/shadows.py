"""A controller with shadows to test with, and stages that are good for tests alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.controller import Controller
from tests.stores import MemoryStore
from weft.controller.compile.audience import Placed, here
from weft.controller.compile.seats import seat
from weft.controller.compile.stage import stage
from weft.controller.compile.stages.edge import forward
from weft.controller.compile.variant import Variant
from weft.controller.compile.view import View
from weft.controller.flow.actions import Drop
from weft.controller.flow.flow import flow
from weft.controller.model.commands import Create, ObserveInterfaces, Plug
from weft.controller.pipeline.core import DELIVER
from weft.controller.service import Service


@stage(id=200, per="port")
def closed(view: View, port_id: str) -> Iterator[Placed]:
    """Nobody hears anything."""
    at = seat(view, port_id)
    if at is not None:
        yield here(at.switch, flow(DELIVER, 500, Drop("isolated"), port=at.port_number))


@stage(id=201, per="port")
def fragile(view: View, port_id: str) -> Iterator[Placed]:
    """Fails while a port is called broken."""
    port = view.port(port_id)
    if port is not None and port.name == "broken":
        raise ZeroDivisionError("so it is")
    yield from ()


VARIANTS: Mapping[str, Variant | str] = {
    "closed": Variant((closed,), doc="Nobody hears anything."),
    "same": Variant((forward,)),
    "fragile": Variant((fragile,)),
    "without": Variant(without=("listen", "account")),
}


class Shadowed(Controller):
    """A controller with shadows."""

    def __init__(self, variants: Mapping[str, Variant | str] = VARIANTS, store: MemoryStore | None = None) -> None:
        self.store = store if store is not None else MemoryStore()
        self.service = Service(self.store, variants=variants)
        self.switches = {}
        self.work()

    def fabric(self, cables: int = 1) -> Shadowed:
        """Two switches with cables between them, and a VIF on each."""
        ends = tuple(f"f{number}" for number in range(1, cables + 1))
        interfaces = {"e1": (1, True), "e2": (2, True)} | {end: (n, True) for n, end in enumerate(ends, 101)}
        for number, switch in enumerate(("s1", "s2"), 1):
            self.do(Create("switch", {"id": switch, "dpid": number, "fabric_interfaces": ends}))
            self.service.observe(ObserveInterfaces(switch, interfaces))
        for end in ends:
            self.do(Create("link", {"a": ("s1", end), "b": ("s2", end)}))
        self.do(Create("segment", {"id": "red", "name": "red", "project": "p"}))
        return self.vif("a", "s1", "e1", "02:00:00:00:00:0a").vif("b", "s2", "e1", "02:00:00:00:00:0b")

    def vif(self, name: str, switch: str, interface: str, mac: str, **traits: object) -> Shadowed:
        """A VIF at an interface, plugged into a port of its own with these traits."""
        self.do(
            Create("port", {"id": name, "name": name, "segment": "red", **traits}),
            Create("vif", {"id": name, "mac": mac, "switch": switch, "interface": interface}),
            Plug(name, name),
        )
        return self

    def shade(self) -> Shadowed:
        """Bring the shadows up to the facts, and do what becomes due by that."""
        for _ in self.service.shadow_work():
            pass
        self.work()
        return self
