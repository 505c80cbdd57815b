"""What the guard lets pass, Ryu handles in bounded time without an exception; what Open vSwitch says, passes."""

from __future__ import annotations

import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from weft.controller.adapters.openflow import compat  # noqa: F401  # isort: skip  # Ryu cannot be imported before
from ryu.controller import ofp_event
from ryu.controller.handler import HANDSHAKE_DISPATCHER
from ryu.controller.ofp_handler import OFPHandler
from ryu.ofproto import ofproto_protocol, ofproto_v1_4
from ryu.ofproto import ofproto_v1_4_parser as ryu

from tests.wire.captured import CAPTURED
from tests.wire.crafted import PASSED, REFUSED, element, of
from weft.controller.adapters.openflow import guard, matches, messages, statistics
from weft.controller.adapters.openflow.guard import Garbage, Kind
from weft.controller.adapters.openflow.protocol import OFP_VERSION

PARSE_TIME = 1.0  # seconds of CPU; the slowest that passes takes some 50 ms on a quiet machine


class Hung(BaseException):
    """Ryu did not come back."""


class Switch(ofproto_protocol.ProtocolDesc):  # type: ignore[misc]
    """What Ryu's OFPHandler needs of a connection."""

    def __init__(self) -> None:
        super().__init__(OFP_VERSION)
        self.address = ("nowhere", 0)
        self.state = HANDSHAKE_DISPATCHER
        self.ports: dict[int, Any] = {}
        self.id: int | None = None
        self.sent: list[Any] = []

    supported_ofp_version = frozenset((OFP_VERSION,))

    def set_state(self, state: str) -> None:
        self.state = state

    def send_msg(self, message: Any, close_socket: bool = False) -> None:
        message.serialize()
        self.sent.append(message)

    def acknowledge_echo_reply(self, xid: int) -> None:
        pass


HANDLER = OFPHandler()
READERS: dict[Kind, Callable[[bytes], Iterator[object]]] = {
    Kind.PORT_STATS: statistics.port_stats,
    Kind.METER_STATS: statistics.meter_stats,
    Kind.METER_CONFIG: statistics.meter_configs,
}


@contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    def hung(*_: object) -> None:
        raise Hung

    old = signal.signal(signal.SIGPROF, hung)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.1)  # again and again: whatever runs just then may swallow one
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, old)


def handle_with_ryu(message: bytes) -> Any:
    """Parse a message and give it to all handlers that Ryu's OFPHandler has for it."""
    switch = Switch()
    parsed = ryu.msg_parser(switch, OFP_VERSION, message[1], len(message), 1, message)
    event = ofp_event.ofp_msg_to_ev(parsed)
    for method in (
        HANDLER.hello_handler,
        HANDLER.error_msg_handler,
        HANDLER.echo_request_handler,
        HANDLER.echo_reply_handler,
        HANDLER.switch_features_handler,
        HANDLER.multipart_reply_handler,
        HANDLER.port_status_handler,
    ):
        if type(event) in method.callers:
            method(event)
    return parsed


def must_be_harmless(message: bytes) -> Kind | None:
    """Either the guard refuses the message, or all behind it can take it. Says which kind passed."""
    try:
        kind = guard.check(message)
    except Garbage:
        return None
    if kind is Kind.FLOW_STATS:
        try:
            list(messages.flow_stats(message))
        except Garbage:
            return None
    elif kind in guard.NEVER_FOR_RYU:
        with cpu_limit(PARSE_TIME):
            list(READERS[kind](message))
    elif kind is not Kind.HELLO or guard.offers_our_version(message):
        with cpu_limit(PARSE_TIME):
            handle_with_ryu(message)
    if kind is Kind.DESC:
        assert statistics.software(message).isprintable()
    return kind


@pytest.mark.parametrize(("message", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_garbage_is_refused_with_a_reason(message: bytes, reason: str) -> None:
    with pytest.raises(Garbage, match=reason):
        guard.check(message)


@pytest.mark.parametrize("message", PASSED.values(), ids=PASSED.keys())
def test_what_the_standard_allows_passes_and_ryu_takes_it(message: bytes) -> None:
    assert must_be_harmless(message) is not None


@pytest.mark.parametrize(("kind", "message"), CAPTURED, ids=[kind.name for kind, _ in CAPTURED])
def test_what_open_vswitch_says_passes_and_ryu_takes_it(kind: Kind, message: bytes) -> None:
    assert must_be_harmless(message) is kind


def test_every_kind_was_captured_from_open_vswitch() -> None:
    assert {kind for kind, _ in CAPTURED} == set(Kind)


def test_the_lengths_of_match_fields_are_those_that_ryu_wants() -> None:
    ours: dict[Any, int] = {**matches.FIELD_SIZES, **matches.EXPERIMENTER_FIELD_SIZES}
    assert ours == {field.num: field.type.size for field in ofproto_v1_4.oxm_types}


@pytest.mark.parametrize(
    ("hello", "offered"),
    [
        (of(0, b""), True),
        (of(0, b"", version=6), True),
        (of(0, b"", version=4), False),
        (of(0, element(1, 8, struct.pack("!I", 1 << 5)), version=1), True),
        (of(0, element(1, 8, struct.pack("!I", 1 << 4)), version=6), False),
        (of(0, element(1, 8, bytes(4)), version=5), False),
    ],
)
def test_a_hello_offers_our_version_by_its_bitmap_or_else_by_its_own(hello: bytes, offered: bool) -> None:
    guard.check(hello)
    assert guard.offers_our_version(hello) is offered


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real message in which bytes were changed, cut, repeated or added; its length is mostly put right again."""
    message = bytearray(draw(st.sampled_from([m for _, m in CAPTURED] + [m for m in PASSED.values() if len(m) < 400])))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(message) - 1))
        match draw(st.sampled_from(("byte", "small", "cut", "repeat", "add"))):
            case "byte":
                message[at] = draw(st.integers(0, 255))
            case "small":
                message[at] = draw(st.sampled_from((0, 1, 4, 7, 8, 12, 16, 255)))
            case "cut":
                del message[at : at + draw(st.integers(1, 16))]
            case "repeat":
                message[at:at] = message[at : at + draw(st.integers(1, 40))]
            case _:
                message[at:at] = draw(st.binary(min_size=1, max_size=16))
        if len(message) < 8:
            message += bytes(8)
    if draw(st.integers(0, 9)):
        message[0] = OFP_VERSION
        struct.pack_into("!H", message, 2, min(len(message), 0xFFFF))
    return bytes(message)


@settings(max_examples=1500, deadline=None)
@example(of(0, element(1, 8, bytes(4)) + element(7, 4, bytes(4))))
@given(mutated())
def test_a_mutated_message_is_refused_or_ryu_takes_it(message: bytes) -> None:
    must_be_harmless(message)


def test_without_the_guard_one_hello_stops_ryu_for_ever() -> None:
    """Why there is a guard; and a check that the limit which the other tests rely on works."""
    message, _ = REFUSED["a HELLO whose unknown element has length 0, which stops Ryu for ever"]
    with pytest.raises(Hung), cpu_limit(0.2):
        handle_with_ryu(message)


def test_the_guard_needs_no_framework() -> None:
    script = (
        "import sys; import weft.controller.adapters.openflow.guard, weft.controller.adapters.openflow.messages;"
        "assert not {'ryu', 'eventlet', 'socket'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
