"""A switch to test with: it holds what it is told, whole bundles or nothing, and refuses what it was made to refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from weft.controller.flow.entry import Entry, Identity
from weft.controller.sync.plan import Batch
from weft.controller.sync.progress import Progress


def nothing(_: Entry) -> bool:
    """Refuse no entry."""
    return False


class Switch:
    """What a switch holds. ``heard`` counts the messages that it was told."""

    def __init__(self, entries: Iterable[Entry] = (), refuses: Callable[[Entry], bool] = nothing) -> None:
        self.held: dict[Identity, Entry] = {}
        self.refuses = refuses
        self.heard = 0
        for entry in entries:
            self._hold(entry)

    def dump(self) -> list[Entry]:
        """All that it holds."""
        return list(self.held.values())

    def take(self, batch: Batch) -> dict[int, str]:
        """Do as it is told. The messages that it refuses, by index; an atomic batch with such a one is not done."""
        self.heard += len(batch.messages)
        entries = {index: message for index, message in enumerate(batch.messages) if isinstance(message, Entry)}
        errors = {index: "no such port" for index, entry in entries.items() if self.refuses(entry)}
        if not (batch.atomic and errors):
            for index, message in enumerate(batch.messages):
                if not isinstance(message, Entry):
                    self.held.pop(message.identity, None)
                elif index not in errors:
                    self._hold(message)
        return errors

    def answer(self, progress: Progress) -> None:
        """One session: say what it holds when it is asked, and take what it is told, until there is nothing more."""
        if not progress.connected:
            progress.connect()
        while True:
            if progress.needs_audit:
                progress.audited(self.dump())
            batch = progress.next_batch()
            if batch is None:
                return
            progress.acknowledged(batch, self.take(batch))

    def _hold(self, entry: Entry) -> None:
        self.held[entry.identity] = entry._replace(name="")  # a switch knows no names of drops
