"""In which order, and in what portions, a device is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, NamedTuple, Union

from weft.controller.sync.manner import ENTRIES, Kept, Manner

BUNDLE_MESSAGES = 1000  # larger bundles stall Open vSwitch for more than 100 ms and double its memory


class Removal(NamedTuple):
    """Ask that no item of this identity be held."""

    identity: Any


class Change(NamedTuple, Generic[Kept]):
    """Ask that a referent that is held be this one from now on. What uses it stays."""

    item: Kept

    @property
    def identity(self) -> Any:
        """Which one it is."""
        return self.item.identity


Message = Union[Kept, Removal, Change[Kept]]  # noqa: UP007 (a runtime value, and an alias of any kind of item)


def target_of(message: Message[Kept]) -> Kept | None:
    """What is held where the message was granted; None: nothing."""
    if isinstance(message, Removal):
        return None
    return message.item if isinstance(message, Change) else message


class Batch(NamedTuple, Generic[Kept]):
    """What is sent to a device in one go. An atomic one holds whole or not at all, and at one instant."""

    messages: tuple[Message[Kept], ...]
    atomic: bool


def order(targets: Iterable[tuple[Any, Kept | None]], manner: Manner[Any] = ENTRIES) -> list[Message[Kept]]:
    """The order of all messages: what is put first, in its manner's ranks; then what is removed, by identity.

    Flows are put from the last table to the first, so that a frame is let in only when the way behind is ready, and
    removed from the first table to the last.
    """
    puts: list[Kept] = []
    removes: list[Any] = []
    for identity, item in targets:
        if item is not None:
            puts.append(item)
        else:
            removes.append(identity)
    puts.sort(key=manner.rank)
    return [*puts, *map(Removal, sorted(removes))]
