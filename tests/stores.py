"""A store to test with: it keeps its facts in memory, and its disk can be full."""

from __future__ import annotations

from collections.abc import Sequence

from weft.controller.contracts import StoreUnavailable
from weft.controller.model.facts import Fact, Key, key_of
from weft.controller.model.network import Change


class MemoryStore:
    """Keeps what it is given for as long as the test runs. While ``full``, it takes nothing."""

    def __init__(self) -> None:
        self.revision = 0
        self.facts: dict[Key, Fact] = {}
        self.full = False

    def load(self) -> tuple[int, list[Fact]]:
        """The last revision, and its facts."""
        return self.revision, list(self.facts.values())

    def commit(self, revision: int, changes: Sequence[Change]) -> None:
        """Keep the changes."""
        if self.full:
            raise StoreUnavailable("the disk is full")
        for change in changes:
            assert self.facts.get(change.key) == change.before, "a change must start from what holds"
            if change.after is None:
                del self.facts[change.key]
            else:
                self.facts[key_of(change.after)] = change.after
        self.revision = revision

    def close(self) -> None:
        """Nothing is held open."""
