"""Stages that differ from the real ones: some replaced, some added, some left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from typing import Any, NamedTuple

from weft.controller.compile.audience import Placed
from weft.controller.compile.stage import Stage
from weft.controller.compile.view import View

MOST_WISHES = 100_000  # of one run of a stage: more come of an error, and would fill the memory


class TooMany(Exception):
    """A stage wants more at once than anybody can need."""


class Variant(NamedTuple):
    """How a set of stages differs from the real one.

    Each of ``stages`` takes the place of the real stage of its name, or comes behind the others where there is none.
    Those named in ``without`` are left out.
    """

    stages: tuple[Stage, ...] = ()
    without: tuple[str, ...] = ()
    doc: str = ""

    def applied(self, real: Sequence[Stage]) -> tuple[Stage, ...]:
        """The whole set. Raises ``ValueError``, which says why it cannot be."""
        names = {stage.name for stage in real}
        own = {stage.name: stage for stage in self.stages}
        if not own and not self.without:
            raise ValueError("it names no stage, so it would be the real ones")
        if len(own) < len(self.stages):
            raise ValueError("it names a stage twice")
        for name in self.without:
            if name not in names:
                raise ValueError(f"there is no real stage {name!r} to leave out; there are {', '.join(sorted(names))}")
            if name in own:
                raise ValueError(f"it brings stage {name!r}, and leaves it out")
        kept = [own.pop(stage.name, stage) for stage in real if stage.name not in self.without]
        found = (*kept, *own.values())
        _check_ids(found)
        return found


def _check_ids(stages: Iterable[Stage]) -> None:
    by_id: dict[int, str] = {}
    for stage in stages:
        if stage.id not in range(1, 256):
            raise ValueError(f"the id of stage {stage.name!r} must be from 1 to 255, not {stage.id!r}")
        if stage.id in by_id:
            raise ValueError(f"stages {by_id[stage.id]!r} and {stage.name!r} share the id {stage.id}")
        by_id[stage.id] = stage.name


def bounded(stage: Stage, most: int = MOST_WISHES) -> Stage:
    """``bounded(stage)`` wants the same, but fails where it would want more than so much of one subject."""

    @wraps(stage.run)
    def run(view: View, *subject: str) -> Iterator[Placed]:
        return _at_most(most, stage.run(view, *subject), f"flows for {', '.join(subject)}")

    @wraps(stage.each or stage.run)
    def each(view: View, subject: str) -> Iterator[str]:
        assert stage.each is not None
        return _at_most(most, stage.each(view, subject), f"members of {subject}")

    return stage._replace(run=run, each=each if stage.each is not None else None)


def _at_most(most: int, found: Iterable[Any], what: str) -> Iterator[Any]:
    for number, one in enumerate(found):
        if number >= most:
            raise TooMany(f"it wants more than {most:,} {what}")
        yield one


def variant_of(given: Any) -> Variant:
    """``variant_of(given)`` is the variant that somebody has written down: one, a stage, some stages, or a function
    that makes one of these.

    Raises ``ValueError`` for anything else.
    """
    if isinstance(given, Variant):
        return given
    if isinstance(given, Stage):
        return Variant((given,), doc=_promise(given.run))
    if isinstance(given, (tuple, list)) and given and all(isinstance(one, Stage) for one in given):
        return Variant(tuple(given))
    if callable(given):
        return variant_of(given())
    raise ValueError(f"it must be a Variant, a stage or a tuple of stages, not {type(given).__name__}")


def _promise(run: Callable[..., Any]) -> str:
    return " ".join((run.__doc__ or "").partition("\n\n")[0].split()).replace("``", "`")
