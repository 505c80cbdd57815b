"""What the core asks of its edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from weft.controller.model.facts import Fact
from weft.controller.model.network import Change


class StoreUnusable(Exception):
    """The store cannot be used as it is: it is corrupt, not Weft's, or of a newer version. Nothing was changed."""


class StoreUnavailable(Exception):
    """The store did not take a change, and holds what it held before."""


class Store(Protocol):
    """Where facts are kept. What ``commit`` has returned from is never lost."""

    def load(self) -> tuple[int, list[Fact]]:
        """The revision of the last commit, and the facts that hold at it. Raises ``StoreUnusable``."""

    def commit(self, revision: int, changes: Sequence[Change]) -> None:
        """Keep the changes as that revision, whole or not at all. Raises ``StoreUnavailable``."""

    def close(self) -> None:
        """Let go of the store."""
