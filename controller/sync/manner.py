"""What sync must know of the items that it keeps: when two are the same, and in which order they are told."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from operator import eq
from typing import Any, Generic, Protocol, TypeVar

from weft.controller.flow.entry import OURS, Entry, Identity
from weft.controller.flow.meter import METERS, meter_used_by


class Item(Protocol):
    """A thing that a device holds: a frozen value. What has one ``identity`` is one thing to the device."""

    @property
    def identity(self) -> Hashable:
        """What makes two items the same one. Those of a plug-in can be sorted."""


Kept = TypeVar("Kept", bound=Item)


@dataclass(frozen=True, slots=True)
class Manner(Generic[Kept]):
    """How items of one kind are kept.

    ``same`` compares two items of one identity; ``rank`` sorts what is put; ``ours`` tells whose an item is that nobody
    wants. A ``referent`` is put before the items that use it, and dropped after them: ``uses`` names the referent that
    an item needs. ``bundles``: the device takes a batch whole or not at all.
    """

    same: Callable[[Kept, Kept], bool] = eq
    rank: Callable[[Kept], Any] = lambda item: item.identity
    ours: Callable[[Kept], bool] = lambda item: True
    referent: Callable[[Any], bool] = lambda identity: False
    uses: Callable[[Kept], Hashable] = lambda item: None
    bundles: bool = False


def _same(one: Entry, other: Entry) -> bool:
    """Whether two entries of one identity are the same on a switch, which knows no names of drops."""
    return one.cookie == other.cookie and one.instructions == other.instructions


def _meter_of(entry: Entry) -> Identity | None:
    id = meter_used_by(entry.instructions) if entry.table != METERS else None
    return Identity(METERS, 0, id.to_bytes(4, "big")) if id is not None else None


PLAIN: Manner[Any] = Manner()
ENTRIES: Manner[Entry] = Manner(
    same=_same,
    rank=lambda entry: (-entry.table, entry.priority, entry.match),  # let in only when the way behind is ready
    ours=lambda entry: entry.cookie >> 56 == OURS,
    referent=lambda identity: bool(identity.table == METERS),
    uses=_meter_of,
    bundles=True,
)
