"""How what is wanted of a switch by one set of stages differs from what another wants, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.text import named
from weft.controller.pipeline.schema import Pipeline


class Difference(NamedTuple):
    """One place of a switch's tables where the two differ: what there was, and what there is (empty: nothing)."""

    what: Literal["added", "removed", "changed"]
    before: str
    after: str
    identity: Identity


def differences(
    before: Mapping[Identity, Entry], after: Mapping[Identity, Entry], pipeline: Pipeline
) -> Iterator[Difference]:
    """``differences(before, after, pipeline)`` yields each, in the order in which a switch looks at its flows.

    Two entries that do the same are the same, whichever stage wants them.
    """
    other = [i for i, entry in after.items() if i not in before or not _same(before[i], entry)]
    gone = [i for i in before if i not in after]
    for identity in sorted((*other, *gone), key=lambda i: (i.table, -i.priority, i.match)):
        old, new = before.get(identity), after.get(identity)
        what: Literal["added", "removed", "changed"]
        what = "added" if old is None else "removed" if new is None else "changed"
        texts = [named(one, pipeline) if one is not None else "" for one in (old, new)]
        yield Difference(what, texts[0], texts[1], identity)


def _same(one: Entry, other: Entry) -> bool:
    return one.instructions == other.instructions
