"""In which order, and in what portions, a switch is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from weft.controller.flow.entry import Entry, Identity

BUNDLE_MESSAGES = 1000  # larger bundles stall Open vSwitch for more than 100 ms and double its memory


class Removal(NamedTuple):
    """Ask that no entry of this identity be held."""

    identity: Identity


class Change(NamedTuple):
    """Ask that a meter that is held be this one from now on. The flows that use it stay."""

    entry: Entry

    @property
    def identity(self) -> Identity:
        """Which meter it is."""
        return self.entry.identity


Message = Entry | Removal | Change


def target_of(message: Message) -> Entry | None:
    """What is held where the message was granted; None: nothing."""
    match message:
        case Removal():
            return None
        case Change(entry):
            return entry
        case _:
            return message


class Batch(NamedTuple):
    """What is sent to a switch in one go. An atomic one holds whole or not at all, and at one instant."""

    messages: tuple[Message, ...]
    atomic: bool


def order(targets: Iterable[tuple[Identity, Entry | None]]) -> list[Message]:
    """The order of all messages: what is added first, from the last table to the first, so that a frame is let in
    only when the way behind is ready; then what is removed, from the first table to the last.
    """
    adds: list[Entry] = []
    removes: list[Identity] = []
    for identity, entry in targets:
        if entry is not None:
            adds.append(entry)
        else:
            removes.append(identity)
    adds.sort(key=lambda entry: (-entry.table, entry.priority, entry.match))
    return [*adds, *map(Removal, sorted(removes))]
