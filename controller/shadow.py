"""Sets of stages that are compiled on the same facts: one is what the switches follow, the others are its shadows.

A shadow is compiled when nothing else is to be done, and no switch is told of it. What it does wrong is its own: one
that crashes, or that costs more than its budget, is given up, and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext

from weft.controller.compile.compiler import NOBODY, Compiler
from weft.controller.compile.composed import ALONE, Composed
from weft.controller.compile.costs import Costs, no_clock
from weft.controller.compile.places import Desired
from weft.controller.compile.stage import Stage
from weft.controller.compile.variant import Variant, bounded
from weft.controller.model.facts import Key
from weft.controller.model.network import Network
from weft.controller.model.promotion import REAL, Promotion

BUDGET = 500_000  # evaluations in which a shadow must have caught up; ten thousand ports take a quarter of it


class Overrun(BaseException):
    """One evaluation has taken too long. It is no ``Exception``, so that no stage can go on as if nothing were."""


class Compilation:
    """One set of stages on the live facts. ``given_up`` says why it is compiled no longer; empty while it is."""

    def __init__(
        self,
        name: str,
        doc: str,
        stages: Iterable[Stage],
        network: Network,
        composed: Composed,
        desired: Mapping[str, Desired],
        clock: Callable[[], float] = no_clock,
    ) -> None:
        self.name = name
        self.doc = doc
        self.compiler = Compiler(network, stages, composed.pipeline, composed.guests, Costs(clock), desired)
        self.given_up = ""
        self._untold: set[Key] = set()  # touched, and not yet told the compiler
        self._steps = 0  # since it had caught up last

    def touch(self, keys: Iterable[Key]) -> None:
        """These facts read differently now; what that means is looked at later."""
        if not self.given_up:
            self._untold |= {key for key in keys if key.kind != Promotion.kind}  # which no stage can read

    @property
    def settled(self) -> bool:
        """Whether its flows are those of the facts."""
        return not (self.given_up or self._untold) and self.compiler.settled

    def work(self, budget: int, limit: Callable[[], AbstractContextManager[object]] = nullcontext) -> Iterator[None]:
        """Bring its flows up to the facts, one small step at a time, each of them inside a ``limit()``."""
        while not (self.settled or self.given_up):
            self._step(budget, limit)
            yield
        for switch in self.compiler.changed():  # nobody is told: who wants to know asks for all flows
            self.compiler.forget_changes(switch)
        self._steps = 0

    def _step(self, budget: int, limit: Callable[[], AbstractContextManager[object]]) -> None:
        try:
            with limit():
                told, self._untold = self._untold, set()
                self.compiler.touch(told)
                next(self.compiler.settle(), None)
        except (Exception, SystemExit, Overrun) as error:
            self._give_up(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
        self._steps += 1
        if self._steps > budget and not self.settled:
            self._give_up(f"it has not caught up within its budget of {budget:,} evaluations")

    def _give_up(self, why: str) -> None:
        """Let go of it: what it knew is not needed by anybody."""
        self.given_up = self.given_up or why
        self.compiler = Compiler(Network(), (), self.compiler.pipeline, costs=self.compiler.costs)
        self._untold = set()


class Shadows:
    """Every set of stages by name, and which of them the switches follow: ``REAL``, unless another was promoted."""

    def __init__(
        self,
        network: Network,
        variants: Mapping[str, Variant | str] | None = None,
        composed: Composed = ALONE,
        desired: Mapping[str, Desired] = NOBODY,
    ) -> None:
        """In place of a variant that is not to be had, a text says why."""
        self._network = network
        self._composed = composed
        self._desired = desired
        self._stages = {REAL: composed.stages}
        self._docs = {REAL: "The stages of Weft and of its extensions."}
        self._own: dict[str, Variant] = {}
        self.unusable: dict[str, str] = {}  # why, by name
        for name, variant in (variants or {}).items():
            if isinstance(variant, str):
                self.unusable[name] = variant
                continue
            try:
                self._stages[name] = tuple(map(bounded, variant.applied(self._stages[REAL])))
                self._docs[name], self._own[name] = variant.doc, variant
            except ValueError as error:
                self.unusable[name] = str(error)
        self.budget = BUDGET
        self.limit: Callable[[], AbstractContextManager[object]] = nullcontext
        self.clock: Callable[[], float] = no_clock
        wanted = network.promoted
        self.running = self._compilation(wanted if wanted in self._stages else REAL)
        others = (name for name in self._stages if name != self.running.name)
        self.by_name = {name: self._compilation(name) for name in others}  # the shadows

    def _compilation(self, name: str) -> Compilation:
        # The clock may be set later than the sets are made.
        made = (name, self._docs[name], self._stages[name], self._network, self._composed, self._desired)
        return Compilation(*made, clock=lambda: self.clock())

    @property
    def names(self) -> tuple[str, ...]:
        """Every set of stages that there is."""
        return tuple(self._stages)

    @property
    def missing(self) -> str:
        """The promoted set, where there is none of that name; empty otherwise. The switches follow another."""
        return "" if self._network.promoted in self._stages else self._network.promoted

    def altered(self, name: str) -> tuple[list[str], list[str], list[str]]:
        """The stages of a set that the real one has not, those that it has otherwise, and those that it alone has."""
        real = {stage.name: stage for stage in self._stages[REAL]}
        own = self._own.get(name, Variant())
        added = [stage.name for stage in own.stages if stage.name not in real]
        return added, [stage.name for stage in own.stages if stage.name in real], list(own.without)

    def get(self, name: str) -> Compilation | None:
        """The set of that name, whether the switches follow it or not."""
        return self.running if name == self.running.name else self.by_name.get(name)

    def touch(self, keys: Iterable[Key]) -> None:
        """These facts read differently now."""
        for shadow in self.by_name.values():
            shadow.touch(keys)

    def work(self) -> Iterator[None]:
        """Bring the shadows up to the facts, one small step at a time."""
        for shadow in (*self.by_name.values(),):
            yield from shadow.work(self.budget, self.limit)

    @property
    def due(self) -> bool:
        """Whether another set was promoted than the switches follow, and it has caught up."""
        promoted = self.by_name.get(self._network.promoted)
        return promoted is not None and promoted.settled

    def promote(self) -> Compiler:
        """Let the switches follow what was promoted, if it is due; what they followed is a shadow from now on."""
        if self.due:
            after = self.by_name.pop(self._network.promoted)
            self.by_name[self.running.name] = self.running
            self.running = after
        return self.running.compiler
