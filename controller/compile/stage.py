"""What a stage is: a rule of the fabric, as a pure generator over one kind of subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from weft.controller.compile.audience import Placed
from weft.controller.compile.view import View
from weft.controller.model.facts import Key


class Stage(NamedTuple):
    """A rule of the fabric.

    ``per`` is the kind of fact that it is run for. With ``each``, it is run for every pair of such a fact and a
    member of ``each(view, fact)``. ``id`` stands in the cookie of its flows and is never reused.
    """

    name: str
    id: int
    per: str
    run: Callable[..., Iterator[Placed]]
    each: Callable[[View, str], Iterable[str]] | None = None

    def flows(self, view: View, subject: tuple[str, ...]) -> Iterator[Placed]:
        """The flows that the subject wants now."""
        return self.run(view, *subject)


def stage(
    id: int, per: str, each: Callable[[View, str], Iterable[str]] | None = None
) -> Callable[[Callable[..., Iterator[Placed]]], Stage]:
    """Make a stage of a generator; its name is the generator's."""

    def made(run: Callable[..., Iterator[Placed]]) -> Stage:
        return Stage(run.__name__, id, per, run, each)

    return made


class Owner(NamedTuple):
    """Who wants a flow: a stage, on behalf of a subject."""

    stage: Stage
    subject: tuple[str, ...]

    @property
    def about(self) -> Key:
        """The fact that the stage is run for."""
        return Key(self.stage.per, self.subject[0])

    def __str__(self) -> str:
        return f"{self.stage.name}({', '.join(self.subject)})"
