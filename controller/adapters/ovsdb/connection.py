"""One database's connection: it is asked to be watched, and what it says is taken in until the connection ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from socket import SHUT_RDWR
from time import monotonic
from typing import Any

import eventlet
import structlog
from eventlet.green import threading
from eventlet.semaphore import Semaphore

from weft.controller.adapters.ovsdb import messages
from weft.controller.adapters.ovsdb.database import COLUMNS, NAME, Database
from weft.controller.adapters.ovsdb.register import Register
from weft.controller.adapters.ovsdb.teller import Teller
from weft.controller.adapters.ovsdb.turns import Turns
from weft.controller.adapters.ovsdb.values import Garbage, shown
from weft.controller.service import Service

log = structlog.get_logger(__name__)

MOST_BYTES = 32 << 20  # that one database may take
CALM = 0.1, 1.0  # the least and the most seconds between two rounds of telling

_READ_SIZE = 1 << 14
_LONGEST_ECHO = 4096
_MOST_SHOWN = 8  # bridges, in a line of the log
_MONITOR, _ECHO = "weft-monitor", "weft-echo"  # the ids of our requests
_CLOSED_THERE = "the database closed the connection"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long, in seconds, a database may take: to say all that it holds, for a message, to answer; and how often."""

    message: float = 60.0
    echo_interval: float = 5.0
    unanswered: int = 3
    probe: float = 2.0


@dataclass(frozen=True)
class Shared:
    """What all connections have in common."""

    service: Service
    register: Register[Connection] = field(default_factory=Register)
    patience: Patience = field(default_factory=Patience)
    strangers_read: Turns = field(default_factory=Turns)
    speakers_read: Turns = field(default_factory=Turns)  # so that no crowd of strangers holds them up
    tell: Turns = field(default_factory=Turns)


class Connection:
    """A database's connection, from the first byte to the last; ``serve`` runs it in a greenthread of its own."""

    def __init__(self, socket: Any, address: str, shared: Shared) -> None:
        self.address = address
        self.reason = ""  # why it ended
        self._socket = socket
        self._shared = shared
        self._cutter = messages.Cutter()
        self._database = Database()
        self._opened = monotonic()
        self._begun = self._opened  # when the message began that is not whole yet
        self._heard = 0  # portions so far
        self._whole = False  # whether it has said all that it holds
        self._probing = False
        self._changed = threading.Event()
        self._sending = Semaphore(1)
        self._unheard: set[int] = set()  # the switches that another one speaks for

    def end(self, reason: str) -> None:
        """End it. Anybody may ask, at any time; the first reason is the one that is told."""
        self.reason = self.reason or reason
        with suppress(OSError):  # it may be over already
            self._socket.shutdown(SHUT_RDWR)  # wakes whoever reads or writes

    def probe(self) -> None:
        """End it, unless the database soon shows a sign of life: another one speaks for the same switch."""
        if not self._probing:
            self._probing = True
            eventlet.spawn(self._probe)

    def serve(self) -> None:
        """Listen to the database until the connection ends, then say why. Nothing is taken back."""
        teller = eventlet.spawn(self._tell)
        try:
            self._socket.settimeout(self._shared.patience.echo_interval)
            self._send(messages.request("monitor", [NAME, None, _WANTED], _MONITOR))
            self._read()
        except Garbage as garbage:
            self.end(str(garbage))
        except OSError as error:
            self.end(f"the connection failed: {error}")
        except Exception:
            log.exception("a database's session failed", address=self.address)
            self.end("its session failed in the controller")
        finally:
            teller.kill()
            self._shared.register.leave(self)
            self._socket.close()
            say = log.info if self.reason == _CLOSED_THERE else log.warning
            say("a database's session ends", address=self.address, reason=self.reason)

    # what it says

    def _read(self) -> None:
        silent = 0
        while not self.reason:
            data = self._receive()
            self._take(data or b"")  # a crowd that falls silent or ends all at once has its turns as well
            if data:
                silent = 0
            elif data is None:
                silent += 1
                if silent > self._shared.patience.unanswered:
                    raise Garbage(f"it left {silent - 1} echo requests unanswered")
                self._send(messages.request("echo", [], _ECHO))
            else:
                self.end(_CLOSED_THERE)
            self._check_time()

    def _receive(self) -> bytes | None:
        """What has come; None when nothing came for a while, and no bytes at all when it is over."""
        try:
            data: bytes = self._socket.recv(_READ_SIZE)
        except TimeoutError:
            return None
        except OSError as error:
            self.end(f"the connection failed: {error}")
            return b""
        self._heard += 1
        return data

    def _take(self, data: bytes) -> None:
        """Take in what has come. Nobody's turn lasts while we wait for a socket, so answers are sent after it."""
        shared, answers = self._shared, list[bytes]()
        if not self._cutter.held:
            self._begun = monotonic()
        turns = shared.strangers_read if shared.register.is_stranger(self) else shared.speakers_read
        turns.work(self._hear_all(data, answers))
        held = self._cutter.held + self._database.weight
        if held > MOST_BYTES:
            raise Garbage(f"it makes us hold more than {MOST_BYTES} bytes")
        shared.register.hold(self, held)
        if answers:
            self._send(b"".join(answers))

    def _check_time(self) -> None:
        """A message may come in portions, but not for ever."""
        patience, now = self._shared.patience.message, monotonic()
        if not self._whole and now - self._opened > patience:
            raise Garbage(f"it did not say what it holds in {patience:g} s")
        if self._cutter.held and now - self._begun > patience:
            raise Garbage(f"a message was not whole after {patience:g} s")

    def _hear_all(self, data: bytes, answers: list[bytes]) -> Iterator[None]:
        for text in self._cutter.feed(data):
            if self.reason:
                return
            message = yield from messages.parse(text)
            yield from self._hear(message, answers)
            self._begun = monotonic()

    def _hear(self, message: dict[str, Any], answers: list[bytes]) -> Iterator[None]:
        match message:
            case {"method": "update", "params": [None, updates]} if self._whole:
                yield from self._update(updates)
            case {"method": "echo", "params": params, "id": id}:
                answer = messages.reply(params, id)
                if len(answer) > _LONGEST_ECHO:
                    raise Garbage(f"it wants an echo of {len(answer)} bytes")
                answers.append(answer)
            case {"method": method}:
                raise Garbage(f"nobody asked for {shown(method)}")
            case {"id": id, "result": _} if id == _ECHO:
                pass
            case {"id": id, "error": error} if id == _MONITOR and error is not None:
                raise Garbage(f"it does not let itself be watched: {_said(error)}")
            case {"id": id, "result": updates} if id == _MONITOR and not self._whole:
                yield from self._update(updates)
                self._whole = True
                bridges = [f"{dpid:016x}" for dpid in sorted(self._database.dpids)[:_MOST_SHOWN]]
                log.info("a database's session begins", address=self.address, bridges=bridges)
            case _:
                raise Garbage("it answers what nobody has asked")

    def _update(self, updates: Any) -> Iterator[None]:
        yield from self._database.update(updates)
        self._changed.set()

    def _send(self, message: bytes) -> None:
        with self._sending:
            self._socket.sendall(message)

    def _probe(self) -> None:
        heard = self._heard
        try:
            self._send(messages.request("echo", [], _ECHO))
        except OSError as error:
            self.end(f"the connection failed: {error}")
        eventlet.sleep(self._shared.patience.probe)
        if self._heard == heard:
            self.end(f"another one speaks for its switch, and it was silent for {self._shared.patience.probe:g} s")
        self._probing = False

    # what the model is told of it

    def _tell(self) -> None:
        """Tell the model what has changed, and now and then look again."""
        teller = Teller(self._database, self._shared.service, self._speak)
        least, most = CALM
        rest: float | None = None  # before it has said all that it holds there is nothing to tell
        try:
            while True:
                self._changed.wait(rest)
                self._changed.clear()
                began = monotonic()
                self._shared.tell.share(teller.tell())
                rest = teller.rest
                # Whoever says much again and again is heard seldom.
                eventlet.sleep(min(most, max(least, 5 * (monotonic() - began))))
        except Exception:
            log.exception("a database's claims could not be told", address=self.address)
            self.end("its claims could not be told")

    def _speak(self, dpids: Iterable[int]) -> set[int]:
        """For which of these switches this database speaks."""
        wanted = set(dpids)
        heard = self._shared.register.speak(self, wanted)
        unheard = wanted - heard
        for dpid in unheard - self._unheard:
            log.warning("another database speaks for this switch", address=self.address, switch=f"{dpid:016x}")
        self._unheard = unheard
        return heard


_WANTED = {table: {"columns": columns} for table, columns in COLUMNS.items()}


def _said(error: Any) -> str:
    return shown(error.get("error", "") if isinstance(error, dict) else error)
