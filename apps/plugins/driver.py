"""One place, kept equal to what is wanted of it by the plug-in that realises it.

It does one thing at a time: look which interfaces there are, ask what the device holds, tell it the difference, wait
until something is wanted otherwise, and every while ask again. Whatever a device or its plug-in does, only this place
waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from itertools import count
from random import uniform
from time import monotonic
from typing import Any, NamedTuple

import structlog

from weft.controller.adapters.openflow import compat  # noqa: F401  # isort: skip  # Ryu cannot be imported before
from ryu.lib import hub

from weft.apps.plugins.own_thread import Hangs, NoThread, OwnThread
from weft.controller.contracts import Plugin, Unreachable
from weft.controller.model.commands import ObserveInterfaces
from weft.controller.model.facts import Endpoint
from weft.controller.service import Refused, Service
from weft.controller.sync.plan import Batch, target_of
from weft.controller.sync.progress import Progress

log = structlog.get_logger(__name__)


class NotTaken(Exception):
    """The device keeps what it should let go of."""


class Pace(NamedTuple):
    """How patient a driver is, in seconds."""

    audit: float = 30.0  # between two audits
    look: float = 5.0  # between two looks at the interfaces
    limit: float = 60.0  # for one call of the plug-in, after which its place counts as unreachable
    first: float = 1.0  # before the next try when one has failed, and twice as long after each that fails as well
    most: float = 10.0


class PlaceDriver:
    """Drives one place for as long as the model has it, and has it with this plug-in."""

    def __init__(
        self, place: str, plugin: Plugin[Any], service: Service, calls: OwnThread | NoThread, pace: Pace
    ) -> None:
        self.place = place
        self._plugin = plugin
        self._service = service
        self._calls = calls
        self._pace = pace
        self._wake = hub.Event()
        self._progress: Progress[Any] | None = None
        self._failures = 0
        self._next_look = self._next_audit = monotonic()

    @property
    def waiting(self) -> bool:
        """Whether it waits for the model to be compiled."""
        return self._progress is None

    def wake(self) -> None:
        """Something may be wanted otherwise."""
        self._wake.set()

    def look(self) -> None:
        """Its interfaces may be others: do not wait until it is time to look."""
        self._next_look = monotonic()
        self._wake.set()

    def run(self) -> None:
        """Keep the place equal to what is wanted of it, until it is gone from the model."""
        try:
            while self.is_needed:
                self._wake.clear()
                try:
                    if not self._advance():
                        self._succeed()
                        self._wake.wait(max(0.0, min(self._next_look, self._next_audit) - monotonic()))
                except Unreachable as error:
                    self._fail(f"it is unreachable: {error}")
                except Hangs as error:
                    self._fail(f"it hangs: {error}")
                except NotTaken as error:
                    self._fail(str(error))
                except Refused as error:
                    self._fail(f"what it says of its interfaces was not taken: {error}")
                except Exception as error:
                    log.exception("a plug-in failed", plugin=self._plugin.name, place=self.place)
                    self._fail(f"plug-in {self._plugin.name} failed: {type(error).__name__}: {error}")
        finally:
            self._leave_progress()
            self._service.note_trouble(self.place, "")
            self._calls.end()

    @property
    def is_needed(self) -> bool:
        """Whether the model has the place, and has it with this plug-in."""
        found = self._service.network.switch(self.place)
        return found is not None and found.plugin == self._plugin.name

    # what is due

    def _advance(self) -> bool:
        """Do what is due. Whether there may be more to do at once."""
        if monotonic() >= self._next_look:
            self._look()
        progress = self._service.progress(self.place)
        if progress is None:
            self._leave_progress()
            self._next_audit = monotonic() + self._pace.audit
            return False
        if progress is not self._progress:
            self._leave_progress()
            if not self._service.compiled:
                return False  # what its interfaces are now must be compiled before it is told anything
            self._progress = progress
            progress.connect()
        if progress.needs_audit or monotonic() >= self._next_audit:
            self._audit(progress)
        return self._tell(progress)

    def _look(self) -> None:
        """Tell the model which interfaces there are."""
        seen = self._call(self._plugin.interfaces, self.place)
        self._next_look = monotonic() + self._pace.look
        durable = self._service.observe(ObserveInterfaces(self.place, self._numbered(dict(seen)), whole=True))
        if not durable:
            log.warning("what a place says of its interfaces is not in the store yet", place=self.place)

    def _numbered(self, seen: Mapping[str, bool]) -> dict[str, tuple[int, bool]]:
        """Each interface with a number, which it keeps for as long as it is there: flow tables need one."""
        network = self._service.network
        known = (network.interface(Endpoint(self.place, name)) for name in sorted(seen))
        numbers = {interface.id.interface: interface.ofport for interface in known if interface is not None}
        taken = set(numbers.values())
        free = (number for number in count(1) if number not in taken)
        return {name: (numbers[name] if name in numbers else next(free), up) for name, up in sorted(seen.items())}

    def _audit(self, progress: Progress[Any]) -> None:
        """Ask the device what it holds."""
        found = self._call(lambda place: list(self._plugin.read_back(place)), self.place)
        audit = progress.audited(found)
        self._next_audit = monotonic() + self._pace.audit
        say = log.info if audit.clean or progress.cold else log.warning  # an empty device is nothing to worry about
        counts = {what: len(identities) for what, identities in audit._asdict().items()}
        say("audited", place=self.place, plugin=self._plugin.name, **counts)

    def _tell(self, progress: Progress[Any]) -> bool:
        """Tell the device what is next. Whether anything was told."""
        batch = progress.next_batch()
        if batch is None:
            return False
        puts = [item for item in map(target_of, batch.messages) if item is not None]
        drops = [message.identity for message in batch.messages if target_of(message) is None]
        said = self._call(lambda place: dict(self._plugin.apply(place, puts, drops) or {}), self.place)
        self._told(progress, batch, {identity: str(error) for identity, error in said.items()})
        return True

    def _told(self, progress: Progress[Any], batch: Batch[Any], said: Mapping[Hashable, str]) -> None:
        refused = {at: said[one.identity] for at, one in enumerate(batch.messages) if one.identity in said}
        progress.acknowledged(batch, refused)
        log.debug("told", place=self.place, messages=len(batch.messages), refused=len(refused))
        for at, error in refused.items():
            item = target_of(batch.messages[at])
            if item is None:  # to ask again at once would be to ask forever
                raise NotTaken(f"it does not let go of {_words(batch.messages[at].identity)}: {error}")
            log.error("a place refused an item", place=self.place, item=str(item), error=error)

    def _call(self, verb: Callable[..., Any], *arguments: Any) -> Any:
        return self._calls.call(self._pace.limit, verb, *arguments)

    # how it goes

    def _succeed(self) -> None:
        """All that was due is done."""
        if self._failures:
            log.info("a place is well again", place=self.place, plugin=self._plugin.name)
            self._service.note_trouble(self.place, "")
        self._failures = 0

    def _fail(self, trouble: str) -> None:
        """Say so, and wait a while. Then everything begins anew: what the device holds by then, nobody knows."""
        log.warning("a place is in trouble", place=self.place, plugin=self._plugin.name, trouble=trouble)
        self._leave_progress()
        self._service.note_trouble(self.place, trouble)
        delay = min(self._pace.most, self._pace.first * 2 ** min(self._failures, 30)) * uniform(0.5, 1.0)
        self._failures += 1
        again = monotonic() + delay
        while self.is_needed and (rest := again - monotonic()) > 0:
            self._wake.clear()
            if self._wake.wait(rest) and self._is_asked_for():
                break
        self._next_look = monotonic()

    def _is_asked_for(self) -> bool:
        """Whether somebody wants to know at once what the device holds."""
        progress = self._service.progress(self.place)
        return progress is not None and progress.audit_requested

    def _leave_progress(self) -> None:
        if self._progress is not None:
            self._progress.disconnect()
            self._progress = None


def _words(identity: Any) -> str:
    return " ".join(map(str, identity)) if isinstance(identity, tuple) else str(identity)
