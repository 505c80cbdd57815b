"""A switch to test with: it holds what it is told, whole bundles or nothing, and refuses what it was made to refuse.

Meters are to it what they are to Open vSwitch: no bundle takes one, one that is there is not added again, a flow needs
the one that it uses, and dies with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.meter import METERS, meter_used_by
from weft.controller.sync.plan import Batch, Change, Message, target_of
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
        errors: dict[int, str] = {}
        before = dict(self.held)
        for index, message in enumerate(batch.messages):
            error = self._error(message, batch.atomic)
            if error:
                errors[index] = error
            else:
                self.do(message)
        if batch.atomic and errors:
            self.held = before
        return errors

    def do(self, message: Message) -> None:
        """As it is told, whoever tells it."""
        target = target_of(message)
        if target is not None:
            self._hold(target)
        elif self.held.pop(message.identity, None) is not None and message.identity.table == METERS:
            for entry in [entry for entry in self.dump() if self._meter_of(entry) == message.identity]:
                del self.held[entry.identity]

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

    def _error(self, message: Message, bundled: bool) -> str:
        """What it says of a message that it refuses."""
        target, meter = target_of(message), message.identity.table == METERS
        if bundled and meter:
            return "no bundle takes a meter"
        if target is None:
            return ""
        if self.refuses(target):
            return "no such port"
        if meter and isinstance(message, Change) != (target.identity in self.held):
            return "no such meter" if isinstance(message, Change) else "there is such a meter"
        return "" if meter or self._meter_of(target) in (None, *self.held) else "no such meter"

    @staticmethod
    def _meter_of(entry: Entry) -> Identity | None:
        """The meter that a flow leads its frames through."""
        meter = meter_used_by(entry.instructions) if entry.table != METERS else None
        return Identity(METERS, 0, meter.to_bytes(4, "big")) if meter is not None else None

    def _hold(self, entry: Entry) -> None:
        self.held[entry.identity] = entry._replace(name="")  # a switch knows no names of drops
