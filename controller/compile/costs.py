"""What each stage costs: how often it was run, and for how long. The clock is whoever's who wants to know the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from weft.controller.compile.view import View

T = TypeVar("T")


def no_clock() -> float:
    """The time of whoever has no clock: none passes."""
    return 0.0


@dataclass(slots=True)
class Cost:
    """How often something was evaluated, and how many seconds that took.

    A query counts with whoever asks it first; the others find its answer.
    """

    evaluations: int = 0
    seconds: float = 0.0


class Costs:
    """The cost of each stage, by its name."""

    def __init__(self, clock: Callable[[], float] = no_clock) -> None:
        self.clock = clock
        self.by_stage: dict[str, Cost] = {}

    def measured(self, stage: str, function: Callable[[View], T]) -> Callable[[View], T]:
        """``measured(stage, function)`` does the same, and what that costs is the stage's."""
        cost = self.by_stage.setdefault(stage, Cost())

        def run(view: View) -> T:
            began = self.clock()
            try:
                return function(view)
            finally:
                cost.seconds += self.clock() - began
                cost.evaluations += 1

        return run
