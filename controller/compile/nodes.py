"""By which names the compiler's evaluations go, and what is told of why a flow exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from weft.controller.compile.stage import Owner, Stage
from weft.controller.model.facts import Key


class Span(NamedTuple):
    """Names the evaluation of a segment's audience."""

    segment: str

    @property
    def about(self) -> Key:
        """The fact that it is evaluated for."""
        return Key("segment", self.segment)

    def __str__(self) -> str:
        return f"span({self.segment})"


class Split(NamedTuple):
    """Names the evaluation of the pairs that a stage runs for."""

    stage: Stage
    subject: str

    @property
    def about(self) -> Key:
        """The fact that it is evaluated for."""
        return Key(self.stage.per, self.subject)

    def __str__(self) -> str:
        return f"the pairs of {self.stage.name}({self.subject})"


@dataclass(frozen=True, slots=True)
class Place:
    """Names the evaluation of what a place should hold. It is equal to no ``Span``, whatever their names."""

    switch: str

    @property
    def about(self) -> Key:
        """The fact that it is evaluated for."""
        return Key("switch", self.switch)

    def __str__(self) -> str:
        return f"the plug-in of {self.switch}"


class Reason(NamedTuple):
    """Why a flow exists: who wants it, and the facts that this was decided from."""

    owner: Owner
    facts: frozenset[Key]

    def __str__(self) -> str:
        return f"{self.owner} because of {', '.join(sorted(map(str, self.facts)))}"
