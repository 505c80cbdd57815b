"""One switch's session: what the switch says reaches the service, what is wanted of the switch reaches the switch.

It does one thing at a time: learn which interfaces there are, ask what the switch holds, tell it the difference, wait
until something is wanted otherwise, and every while ask again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from time import monotonic
from typing import Any

import structlog

from weft.controller.adapters.openflow import compat  # noqa: F401  # isort: skip  # Ryu cannot be imported before
from ryu.lib import hub

from weft.controller.adapters.openflow import messages, statistics
from weft.controller.adapters.openflow.connection import Connection
from weft.controller.adapters.openflow.conversation import Conversation, NoAnswer, Request
from weft.controller.adapters.openflow.guard import Garbage, Kind
from weft.controller.adapters.openflow.interfaces import Interfaces
from weft.controller.flow.entry import Entry
from weft.controller.model.commands import ObserveInterfaces
from weft.controller.service import Refused, Service
from weft.controller.sync.plan import Batch
from weft.controller.sync.progress import Progress

log = structlog.get_logger(__name__)

CALM = 0.1  # seconds between two observations of one switch
BACKOFF = 1.0  # seconds before the next try when an observation was not taken
OFPPR_DELETE = 1


class SwitchSession:
    """A session with one switch, for as long as its connection lives."""

    def __init__(self, connection: Connection, service: Service, audit_interval: float) -> None:
        self.connection = connection
        self.dpid: int = connection.id
        self._service = service
        self._audit_interval = audit_interval
        self._conversation = Conversation(connection)
        self._wake = hub.Event()
        self.interfaces = Interfaces()
        self._unobserved = True
        self._observed_at = float("-inf")
        self._progress: Progress[Entry] | None = None
        self._next_audit = monotonic() + audit_interval

    @property
    def name(self) -> str | None:
        """The name that the model has for the switch; None while it does not know it."""
        return self._service.network.switch_of_dpid(self.dpid)

    @property
    def waiting(self) -> bool:
        """Whether it waits for the model to be compiled, or to know the switch."""
        return self._progress is None

    def wake(self) -> None:
        """Something may be wanted otherwise."""
        self._wake.set()

    # what the switch says

    def describe(self, ports: Iterable[Any]) -> None:
        """The switch has named all its interfaces."""
        self.interfaces = Interfaces()
        for port in ports:
            self._note(self.interfaces.add, port)

    def port_status(self, port: Any, reason: int) -> None:
        """One of its interfaces has come, gone or changed. The model hears of it before anything else is sent.

        It hears at once, unless it has just heard something: who flaps is heard every ``CALM`` seconds.
        """
        self._note(self.interfaces.remove if reason == OFPPR_DELETE else self.interfaces.add, port)
        self._unobserved = True
        if monotonic() - self._observed_at >= CALM:
            self._observe()
        self.wake()

    def _note(self, note: Callable[[Any], None], port: Any) -> None:
        try:
            note(port)
        except ValueError as error:
            self.connection.end(str(error))

    def hear(self, kind: Kind, xid: int, message: bytes) -> None:
        """An answer to what was asked or told."""
        error = "error type {} code {}".format(*messages.error(message)) if kind is Kind.ERROR else ""
        if not self._conversation.hear(xid, message, error) and error:
            log.warning("a switch reports an error that nobody waits for", switch=self.name, error=error, xid=xid)

    def ask(self, requests: Sequence[Request]) -> list[list[bytes]]:
        """What the switch replies to each of these questions, whatever else it is told meanwhile. ``NoAnswer``."""
        return self._conversation.ask(requests)

    def _observe(self) -> None:
        """Tell the model which interfaces there are."""
        name = self.name
        self._observed_at = monotonic()
        if name is not None:
            try:
                seen = ObserveInterfaces(name, dict(self.interfaces.by_name), whole=True)
                durable = self._service.observe(seen)
                self._unobserved = False
            except Refused as error:
                log.error("what a switch says of its interfaces was not taken", switch=name, error=str(error))
            else:
                if not durable:
                    log.warning("what a switch says of its interfaces is not in the store yet", switch=name)

    # what the switch is told

    def run(self) -> None:
        """Keep the switch equal to what is wanted of it, until the connection ends."""
        try:
            while self.connection.is_active and not self.connection.reason:
                self._wake.clear()
                if not self._advance():
                    self._rest()
        except (NoAnswer, Garbage) as error:
            self.connection.end(str(error))
        except Exception:
            log.exception("a session failed", switch=self.name)
            self.connection.end("its session failed in the controller")
        finally:
            self.close()

    def close(self) -> None:
        """The connection is gone; the switch goes on with what it has."""
        self._service.forget_unknown(self.dpid)
        self._service.note_software(self.dpid, "")
        self._conversation.end()
        self._leave_progress()

    def _advance(self) -> bool:
        """Do what is due. Whether there may be more to do at once."""
        name = self.name
        if name is None:
            self._leave_progress()
            self._service.meet_unknown(self.dpid, str(self.connection.address[0]))
            self._unobserved = True
            return False
        self._service.forget_unknown(self.dpid)
        if self._unobserved:
            hub.sleep(max(0.0, self._observed_at + CALM - monotonic()))
            self._observe()
            if self._unobserved:
                hub.sleep(BACKOFF)
            return True
        progress = self._service.progress(name)
        if progress is None:
            return False
        if progress is not self._progress:
            if not self._service.compiled:
                return False  # what its interfaces are now must be compiled before it is told anything
            self._leave_progress()
            self._progress = progress
            self.connection.send(messages.set_config(self.connection.next_xid()))
            progress.connect()
            hub.spawn(self._meet)
        if progress.needs_audit:
            self._audit(progress)
        return self._tell(progress)

    def _meet(self) -> None:
        """Ask the switch which software it is; nothing waits for that."""
        try:
            ((reply,),) = self.ask([statistics.desc_request])
            self._service.note_software(self.dpid, statistics.software(reply))
        except (NoAnswer, ValueError) as error:  # also where it replies with no description, or with several
            log.warning("a switch does not say what it is", switch=self.name, error=str(error))

    def _leave_progress(self) -> None:
        if self._progress is not None:
            self._progress.disconnect()
            self._progress = None

    def _audit(self, progress: Progress[Entry]) -> None:
        audit = progress.audited(self._conversation.dump())
        self._next_audit = monotonic() + self._audit_interval
        say = log.info if audit.clean or progress.cold else log.warning  # an empty switch is nothing to worry about
        counts = {what: len(identities) for what, identities in audit._asdict().items()}
        say("audited", switch=self.name, **counts)

    def _tell(self, progress: Progress[Entry]) -> bool:
        """Send what is next. Whether anything was sent."""
        batch = progress.next_batch()
        if batch is None:
            return False
        if batch.atomic:
            self._told(progress, batch, self._conversation.tell(batch))
        else:  # either all of a cold fill, or meters, which no bundle takes
            batches = chain([batch], iter(progress.next_batch, None)) if progress.cold else iter([batch])
            for sent, errors in self._conversation.pour(batches):
                self._told(progress, sent, errors)
        return True

    def _told(self, progress: Progress[Entry], batch: Batch[Entry], errors: dict[int, str]) -> None:
        progress.acknowledged(batch, errors)
        log.debug("told", switch=self.name, messages=len(batch.messages), atomic=batch.atomic, refused=len(errors))
        for index, error in errors.items():
            log.error("a switch refused an entry", switch=self.name, entry=str(batch.messages[index]), error=error)

    def _rest(self) -> None:
        """Wait until woken; when it is time, look whether the switch still holds what it should."""
        patience = self._audit_interval if self._progress is None else max(0.0, self._next_audit - monotonic())
        if not self._wake.wait(patience) and self._progress is not None:
            self._audit(self._progress)
