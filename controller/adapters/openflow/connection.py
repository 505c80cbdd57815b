"""One switch's connection: Ryu's ``Datapath`` with a receive loop that trusts no length and waits for nobody for ever.

Ryu's ``OFPHandler`` still does the handshake, and Ryu's parsers still make the events. What Weft reads in bulk never
gets there: a hook takes it away as bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from socket import SHUT_RDWR
from time import monotonic
from typing import Any

import structlog

from weft.controller.adapters.openflow import compat  # noqa: F401  # isort: skip  # Ryu cannot be imported before
from ryu.controller import ofp_event
from ryu.controller.controller import Datapath
from ryu.controller.handler import CONFIG_DISPATCHER, DEAD_DISPATCHER, HANDSHAKE_DISPATCHER, MAIN_DISPATCHER
from ryu.lib import hub
from ryu.ofproto.ofproto_v1_4_parser import msg_parser as parse

from weft.controller.adapters.openflow import guard, messages
from weft.controller.adapters.openflow.guard import Garbage, Kind
from weft.controller.adapters.openflow.live_sessions import Sessions
from weft.controller.adapters.openflow.protocol import OFP_VERSION, OFPET_HELLO_FAILED

log = structlog.get_logger(__name__)

_READ_SIZE = 0x10000
_HEADER_SIZE = 8
_LONGEST_TURN = 0.005  # seconds of work after which the others get theirs
_STEPS = 5  # a wait is cut in so many, so that a while in which the whole process stood still counts as one only
_LAST_WORDS = 1.0  # seconds that a refusal may take to leave
_CLOSED_HERE = "the controller closed the connection"
_CLOSED_THERE = "the switch closed the connection"
_BEFORE_HELLO = {Kind.HELLO, Kind.ERROR, Kind.ECHO_REQUEST, Kind.ECHO_REPLY}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long, in seconds, a switch may take: for the handshake, between signs of life, to answer a probe."""

    handshake: float = 5.0
    echo_interval: float = 5.0
    unanswered: int = 3
    probe: float = 2.0


class Connection(Datapath):  # type: ignore[misc]
    """A switch's connection, from the first byte to the last; ``serve`` runs it in a greenthread of its own."""

    supported_ofp_version = frozenset((OFP_VERSION,))

    def __init__(
        self,
        socket: Any,
        address: tuple[str, int],
        sessions: Sessions[Connection],
        hooks: Mapping[Kind, Hook],
        patience: Patience,
        tls: Any = None,
    ) -> None:
        super().__init__(_AnySocket(), address)
        self.set_version(OFP_VERSION)
        self.socket = socket
        self.reason = ""  # why it ended
        self._sessions = sessions
        self._hooks = hooks
        self._patience = patience
        self._tls = tls
        self._heard = 0  # messages so far
        self._probing = False
        self._sender: Any = None

    @property
    def name(self) -> str:
        """The datapath id in 16 digits, or nothing before it is known."""
        return "" if self.id is None else f"{self.id:016x}"

    def next_xid(self) -> int:
        """A transaction id that no other recent message on this connection carries, neither ours nor Ryu's."""
        self.xid: int = self.xid + 1 & 0xFFFFFFFF
        return self.xid

    def end(self, reason: str) -> None:
        """End the session. Anybody may ask, at any time; the first reason is the one that is told."""
        self.reason = self.reason or reason
        with suppress(OSError):  # it may be over already
            self.socket.shutdown(SHUT_RDWR)  # wakes whoever reads or writes

    def close(self) -> None:
        """End the session because the controller wants it."""
        self.end(_CLOSED_HERE)

    def probe(self) -> None:
        """End the session, unless the switch soon shows a sign of life: another connection claims its datapath id."""
        if not self._probing:
            self._probing = True
            hub.spawn(self._probe)

    def set_state(self, state: str) -> None:
        """Ryu's step of the handshake; MAIN is the end of it."""
        if state == MAIN_DISPATCHER:
            self._sessions.finish(self)
            log.info("session begins", switch=self.name, address=self.address)
        super().set_state(state)

    def serve(self) -> None:
        """Speak with the switch until the session ends, then say why."""
        threads = [hub.spawn(self._pulse)]
        try:
            if self._tls is not None:
                self._secure()
            self._sender = hub.spawn(self._send_loop)
            threads.append(self._sender)
            self.send(messages.hello(self.next_xid()))
            self._recv_loop()
        except Garbage as garbage:
            self.end(str(garbage))
        except (OSError, EOFError, ValueError) as error:  # ValueError: a TLS socket that was shut down meanwhile
            self.end(f"the connection failed: {error}")
        finally:
            self.is_active = False
            for thread in threads:
                hub.kill(thread)
            self.send_q = None  # a sender that never ran could not say so
            self.socket.close()
            tell = log.info if self.reason in (_CLOSED_HERE, _CLOSED_THERE) else log.warning
            tell("session ends", switch=self.name, address=self.address, reason=self.reason)
            self.set_state(DEAD_DISPATCHER)
            self._sessions.leave(self)

    def _secure(self) -> None:
        """Shake hands for TLS."""
        self.socket = self._tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        try:
            self.socket.do_handshake()
        except AttributeError:
            raise EOFError("it was shut down during the TLS handshake") from None

    def _recv_loop(self) -> None:
        """Read messages and act on each, never holding more than one message and one read."""
        buffer = bytearray()
        worked = 0.0
        while not self.reason:
            data = self.socket.recv(_READ_SIZE)
            if not data:
                self.end(_CLOSED_THERE)
            began = monotonic()
            buffer += data
            start = 0
            while not self.reason and len(buffer) - start >= _HEADER_SIZE:
                stop = start + guard.header(buffer[start : start + _HEADER_SIZE]).length
                if stop > len(buffer):
                    break
                self._receive(bytes(buffer[start:stop]))
                start = stop
                worked += monotonic() - began
                if worked > _LONGEST_TURN:
                    hub.sleep(0)
                    worked = 0.0
                began = monotonic()
            del buffer[:start]

    def _receive(self, message: bytes) -> None:
        """Check one message, then give it to its hook, or through Ryu's parser to Ryu's handlers."""
        kind = guard.check(message)
        self._heard += 1
        self._check_order(kind, message)
        xid = int.from_bytes(message[4:8], "big")
        hook = self._hooks.get(kind)
        try:
            if hook is not None:
                hook(self, xid, message)
            elif kind not in guard.NEVER_FOR_RYU:
                self._dispatch(parse(self, OFP_VERSION, message[1], len(message), xid, message))
        except Garbage:
            raise
        except Exception:
            log.exception("a handler failed", switch=self.name, address=self.address, kind=str(kind), xid=xid)

    def _dispatch(self, message: Any) -> None:
        """What Ryu's own loop does with a parsed message."""
        event = ofp_event.ofp_msg_to_ev(message)
        state = self.state
        self.ofp_brick.send_event_to_observers(event, state)
        for handler in list(self.ofp_brick.get_handlers(event, state)):
            handler(event)

    def _check_order(self, kind: Kind, message: bytes) -> None:
        """Each step of the handshake comes once, and in order; a datapath id has one live session."""
        if self.state == HANDSHAKE_DISPATCHER and kind not in _BEFORE_HELLO:
            raise Garbage(f"it sends {kind} before HELLO")
        if kind is Kind.HELLO:
            if self.state != HANDSHAKE_DISPATCHER:
                raise Garbage("it sends HELLO again")
            if not guard.offers_our_version(message):
                self._refuse(f"it does not offer OpenFlow 1.4, but at most version 0x{message[0]:02x}")
        elif kind is Kind.FEATURES_REPLY:
            if self.state != CONFIG_DISPATCHER or self.id is not None:
                raise Garbage("it sends FEATURES_REPLY unasked")
            dpid = int.from_bytes(message[8:16], "big")
            holder = self._sessions.claim(dpid, self)
            if holder is not self:
                raise Garbage(f"its datapath id {dpid:016x} is that of the live session with {holder.address}")
        elif kind is Kind.PORT_DESC and self.id is None:
            raise Garbage("it describes its ports before it has a datapath id")
        elif kind is Kind.ERROR and messages.error(message)[0] == OFPET_HELLO_FAILED:
            raise Garbage(f"it refuses us: {message[12:].decode('ascii')[:200]!r}")

    def _refuse(self, reason: str) -> None:
        """Say why in an error, as section 6.3.1 of the standard wants it, and end."""
        self.reason = reason
        self.send(messages.hello_failed(reason), close_socket=True)
        with hub.Timeout(_LAST_WORDS, False):
            self._sender.wait()
        raise Garbage(reason)

    def _send_loop(self) -> None:
        """Ryu's, and the end of the session when it cannot send any more."""
        super()._send_loop()
        self.end("sending failed")

    def _pulse(self) -> None:
        """End the session when the handshake takes too long, or when later the switch shows no sign of life."""
        for _ in range(_STEPS):
            hub.sleep(self._patience.handshake / _STEPS)
            if self.state == MAIN_DISPATCHER:
                break
        else:
            return self.end(f"its handshake was not done after {self._patience.handshake:g} s")
        silent = 0
        while silent < self._patience.unanswered:
            silent = 0 if self._lives(self._patience.echo_interval) else silent + 1
        return self.end(f"it left {silent} echo requests unanswered")

    def _probe(self) -> None:
        if not self._lives(self._patience.probe):
            self.end(f"another connection claims its datapath id, and it was silent for {self._patience.probe:g} s")
        self._probing = False

    def _lives(self, seconds: float) -> bool:
        """Ask for an echo, wait, and say whether any message came meanwhile."""
        heard = self._heard
        if not self._send_q_sem.locked():  # else enough is on its way that it must answer to TCP
            self.send(messages.echo_request(self.next_xid()))
        for _ in range(_STEPS):
            hub.sleep(seconds / _STEPS)
        return self._heard > heard


class _AnySocket:
    """Stands in while Ryu's constructor sets TCP_NODELAY, which an AF_UNIX socket refuses, and a time-out."""

    def setsockopt(self, *_: int) -> None:
        pass

    def settimeout(self, _: float) -> None:
        pass


Hook = Callable[[Connection, int, bytes], None]
"""``hook(connection, xid, message)`` takes a whole message away from Ryu, header included; it may raise ``Garbage``."""
