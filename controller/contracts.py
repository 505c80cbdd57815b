"""What the core asks of its edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

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


class Count(NamedTuple):
    """Frames, and their bytes."""

    frames: int
    octets: int


class Question(NamedTuple):
    """What a switch is asked of its counters, all at once: those of ports, of flow entries, and of meters.

    ``entries`` are tables with what the entries match at least, in the bytes of an ``Entry``; of ``meters``, None asks
    for all.
    """

    ofports: tuple[int, ...] = ()
    entries: tuple[tuple[int, bytes], ...] = ()
    meters: tuple[int, ...] | None = ()


class Traffic(NamedTuple):
    """What has come in by a port of a switch, and what was sent out of it."""

    received: Count
    sent: Count


class Reading(NamedTuple):
    """What a switch answers. Entries and meters that have counted nothing are left out.

    ``entries`` are table and match with what they have counted; a meter counts what it has dropped.
    """

    ports: Mapping[int, Traffic] = {}
    entries: Sequence[tuple[int, bytes, Count]] = ()
    meters: Mapping[int, Count] = {}


class Counters(Protocol):
    """Where counters are read: from the switches themselves, now."""

    def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Reading]:
        """Ask all these switches at once. Who has no session, or does not answer in time, is not in the answer."""
