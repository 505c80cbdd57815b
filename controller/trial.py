"""Stages tried on a network without a switch: what they want, and what becomes of frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from weft.controller.comparison import USUAL, Bounds, Comparison
from weft.controller.compile.composed import ALONE, Composed
from weft.controller.compile.costs import no_clock
from weft.controller.compile.variant import variant_of
from weft.controller.flow.frame import Frame
from weft.controller.flow.simulate import SimulatedSwitch
from weft.controller.flow.text import named
from weft.controller.model.network import Network
from weft.controller.model.promotion import REAL
from weft.controller.rehearsal import Case, Fate, Wiring
from weft.controller.shadow import BUDGET, Compilation, Shadows

_NAME = "trial"


class Trial:
    """The real stages with others in their places or beside them, on one network that does not change.

    ``given`` is a stage, a tuple of stages, a ``Variant``, or a function that makes one of these; None: the real
    stages alone. Raises ``ValueError`` where that cannot be, or where a stage fails.
    """

    def __init__(
        self, network: Network, given: Any = None, composed: Composed = ALONE, clock: Callable[[], float] = no_clock
    ) -> None:
        self._network = network
        shadows = Shadows(network, {} if given is None else {_NAME: variant_of(given)}, composed)
        shadows.clock = clock
        if shadows.unusable:
            raise ValueError(shadows.unusable[_NAME])
        self._real = shadows.running if network.promoted == REAL else shadows.by_name[REAL]
        self._tried = shadows.by_name.get(_NAME, self._real)
        for compilation in (self._real, self._tried):
            _settle(compilation)
        self._wiring = Wiring(network)
        self._switches = {
            str(fact.id): SimulatedSwitch(self._tried.compiler.flows(str(fact.id)).values(), composed.pipeline)
            for fact in network.of_kind("switch")
        }

    def table(self, switch: str) -> list[str]:
        """What is wanted of a switch, a line for each flow, in the order in which the switch looks at them."""
        compiler = self._tried.compiler
        entries = sorted(compiler.flows(switch).values(), key=lambda e: (e.table, -e.priority, e.match))
        return [named(entry, compiler.pipeline) for entry in entries]

    def send(self, vif: str, dst: str, src: str = "", **frame: Any) -> Fate:
        """Who hears a frame that a VIF sends to a MAC, and why it, or a copy of it, dies anywhere.

        ``frame`` are other fields of a ``Frame``. Raises ``KeyError`` where no such VIF is anywhere.
        """
        sender = self._network.vif(vif)
        interface = self._network.interface(sender.location) if sender is not None and sender.location else None
        if sender is None or interface is None:
            raise KeyError(vif)
        sent = Frame(src or sender.mac, dst, **frame)
        return self._wiring.fate(self._switches, Case("", interface.id.switch, interface.ofport, sent))

    def difference(self, bounds: Bounds = USUAL) -> Comparison:
        """How they differ from the real stages: in tables, in what becomes of frames, and in cost."""
        found = Comparison(self._network, self._real, self._tried, bounds)
        for _ in found.work():
            pass
        return found


def _settle(compilation: Compilation) -> None:
    """Bring it up to the facts. Raises ``ValueError`` where it fails."""
    for _ in compilation.work(100 * BUDGET):
        pass
    if compilation.given_up:
        raise ValueError(compilation.given_up)
    if complaints := compilation.compiler.complaints():
        raise ValueError("; ".join(complaints))
