"""How what is wanted of a switch by one set of stages differs from what another wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.text import named
from weft.controller.pipeline.schema import Pipeline

What = Literal["added", "removed", "changed"]


class Difference(NamedTuple):
    """One place of a switch's tables where the two differ: what there was, and what there is."""

    before: Entry | None
    after: Entry | None

    @property
    def what(self) -> What:
        """Which sort of difference it is."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    @property
    def identity(self) -> Identity:
        """Which place it is."""
        entry = self.after or self.before
        assert entry is not None
        return entry.identity

    def texts(self, pipeline: Pipeline) -> tuple[str, str]:
        """Both as people read them; empty where there is none."""
        before, after = (named(one, pipeline) if one is not None else "" for one in self)
        return before, after


def differences(before: Mapping[Identity, Entry], after: Mapping[Identity, Entry]) -> Iterator[Difference]:
    """``differences(before, after)`` yields each, in the order in which a switch looks at its flows.

    Two entries that do the same are the same, whichever stage wants them.
    """
    other = [i for i, entry in after.items() if i not in before or not _same(before[i], entry)]
    gone = [i for i in before if i not in after]
    for identity in sorted((*other, *gone), key=lambda i: (i.table, -i.priority, i.match)):
        yield Difference(before.get(identity), after.get(identity))


def _same(one: Entry, other: Entry) -> bool:
    return one.instructions == other.instructions
