"""What the core asks of its edges."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from weft.controller.compile.view import View
from weft.controller.model.capabilities import Capabilities
from weft.controller.model.facts import Fact, Key
from weft.controller.model.network import Change
from weft.controller.sync.manner import PLAIN, Kept, Manner


class StoreUnusable(Exception):
    """The store cannot be used as it is: it is corrupt, not Weft's, or of a newer version. Nothing was changed."""


class StoreUnavailable(Exception):
    """The store did not take a change, and holds what it held before."""


class Revision(NamedTuple):
    """What has changed at once, when (seconds since 1970; 0: not known), and who did it."""

    number: int
    at: int
    user: str
    changes: tuple[Change, ...]


class Record(NamedTuple):
    """A line of the audit log: who has asked for what, from where, and what came of it.

    ``outcome`` is "done", or the reason of a refusal; ``revision`` is 0 where nothing has changed.
    """

    at: int
    user: str
    project: str | None
    origin: str
    action: str
    kind: str
    id: str
    outcome: str
    detail: str = ""
    revision: int = 0


class Receipt(NamedTuple):
    """That a request was done: its key, what it asked for in short, when, at which revision, and what it made."""

    key: str
    fingerprint: str
    at: int
    revision: int = 0
    made: tuple[Key | None, ...] = ()


class Store(Protocol):
    """Where facts are kept, how they came to be so, and who did it. What ``commit`` has returned from is never lost."""

    def load(self) -> tuple[int, list[Fact]]:
        """The revision of the last commit, and the facts that hold at it. Raises ``StoreUnusable``."""

    def commit(self, revision: Revision, records: Sequence[Record] = (), receipt: Receipt | None = None) -> None:
        """Keep all of it, whole or not at all. Raises ``StoreUnavailable``."""

    def note(self, records: Sequence[Record], receipt: Receipt | None = None) -> None:
        """Keep what has changed nothing. Raises ``StoreUnavailable``."""

    def revisions(self, after: int, most: int) -> list[Revision]:
        """The revisions that follow that one, the first of them first."""

    def history(self, key: Key, before: int | None = None, most: int = 100) -> list[Revision]:
        """The revisions that have changed that fact, the last first, with nothing but its changes."""

    def records(
        self, wanted: Mapping[str, str], before: int | None = None, most: int = 100
    ) -> list[tuple[int, Record]]:
        """Lines of the audit log whose fields are so, the last first, each with its number."""

    def receipt(self, key: str) -> Receipt | None:
        """The receipt of that key, if there is one. They are kept for a day."""

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


class Unreachable(Exception):
    """A device cannot be spoken with now. It goes on with what it has, and is read back anew when it can."""


class Plugin(Protocol[Kept]):
    """Who realises the switches that name it. A *place* is one of them, by its name in the model.

    The model, its rules and rights, the difference between what a device should hold and what it holds, the order of
    telling it, retries, audits and the status of ports are the core's. ``capabilities`` are what the plug-in can
    honour: the model refuses the rest, and says why. ``manner`` tells how its items are compared and told in order. An
    item is a frozen value with an ``identity``; one that has ``about``, a collection of ids of ports and segments,
    concerns the status of these alone, and any other that of each port at the place.

    What speaks with a device speak with a device is called outside the event loop, one at a time for a place. It may
    wait, for a bounded time, and raise ``Unreachable``. It may be called again at any time with the same effect.
    """

    name: str
    capabilities: Capabilities
    manner: Manner[Any] = PLAIN

    def desired(self, view: View, place: str) -> Iterator[Kept]:
        """What the place should hold. Pure: it reads the view alone, and is asked again when that reads differently."""

    def interfaces(self, place: str) -> Mapping[str, bool]:
        """The interfaces at which VIFs and cables may be, and whether each has carrier."""

    def read_back(self, place: str) -> Iterable[Kept]:
        """All that the device holds of what is Weft's, or stands where Weft's should stand. It changes nothing."""

    def apply(self, place: str, puts: Sequence[Kept], drops: Sequence[Any]) -> Mapping[Hashable, str]:
        """Let the device hold ``puts`` and nothing of the identities ``drops``.

        Returns what the device said of each identity that it refused; the rest holds.
        """


class Connection(NamedTuple):
    """How a host connects a VIF, in the words of compute services: Neutron's ``vif_type`` and ``vif_details``."""

    kind: str
    details: Mapping[str, Any]


@runtime_checkable
class Connects(Protocol):
    """A plug-in whose places want VIFs connected in a way of their own."""

    def connection(self, place: str, segment: str, vif_kind: str) -> Connection:
        """What a host is told that has a VIF of that kind, on that segment, at the place."""
