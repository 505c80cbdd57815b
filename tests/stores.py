"""A store to test with: it keeps its facts in memory, and its disk can be full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from weft.controller.contracts import Receipt, Record, Revision, StoreUnavailable
from weft.controller.model.facts import Fact, Key, key_of


class MemoryStore:
    """Keeps what it is given for as long as the test runs. While ``full``, it takes nothing."""

    def __init__(self) -> None:
        self.revision = 0
        self.facts: dict[Key, Fact] = {}
        self.full = False
        self._log: list[Revision] = []
        self._records: list[Record] = []
        self._receipts: dict[str, Receipt] = {}

    def load(self) -> tuple[int, list[Fact]]:
        """The last revision, and its facts."""
        return self.revision, list(self.facts.values())

    def commit(self, revision: Revision, records: Sequence[Record] = (), receipt: Receipt | None = None) -> None:
        """Keep the changes, and the rest."""
        self.note(records, receipt)
        for change in revision.changes:
            assert self.facts.get(change.key) == change.before, "a change must start from what holds"
            if change.after is None:
                del self.facts[change.key]
            else:
                self.facts[key_of(change.after)] = change.after
        self.revision = revision.number
        self._log.append(revision)

    def note(self, records: Sequence[Record], receipt: Receipt | None = None) -> None:
        """Keep records and a receipt."""
        if self.full:
            raise StoreUnavailable("the disk is full")
        self._records += records
        if receipt is not None:
            self._receipts[receipt.key] = receipt

    def revisions(self, after: int, most: int) -> list[Revision]:
        """The revisions that follow that one."""
        return [one for one in self._log if one.number > after][:most]

    def history(self, key: Key, before: int | None = None, most: int = 100) -> list[Revision]:
        """The revisions that have changed that fact, the last first."""
        own = [one._replace(changes=tuple(c for c in one.changes if c.key == key)) for one in reversed(self._log)]
        return [one for one in own if one.changes and (before is None or one.number < before)][:most]

    def records(
        self, wanted: Mapping[str, str], before: int | None = None, most: int = 100
    ) -> list[tuple[int, Record]]:
        """Lines of the audit log, the last first."""
        found = [(n, r) for n, r in enumerate(self._records, 1) if all(getattr(r, f) == v for f, v in wanted.items())]
        return [(n, r) for n, r in reversed(found) if before is None or n < before][:most]

    def receipt(self, key: str) -> Receipt | None:
        """The receipt of that key."""
        return self._receipts.get(key)

    def close(self) -> None:
        """Nothing is held open."""
