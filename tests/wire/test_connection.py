"""A real Ryu process on loopback: whatever one peer does, the others' sessions go on, and quickly."""

from __future__ import annotations

import resource
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count

import pytest

from tests.wire.captured import CAPTURED
from tests.wire.switches import HELLO, Controller, GoodPeer, Switch, features_reply, message
from weft.controller.adapters.openflow.guard import Kind
from weft.controller.adapters.openflow.protocol import (
    OFPT_BARRIER_REPLY,
    OFPT_ECHO_REPLY,
    OFPT_ECHO_REQUEST,
    OFPT_ERROR,
    OFPT_MULTIPART_REPLY,
    OFPT_PACKET_IN,
)

PATIENCE = {"handshake": 1.0, "echo_interval": 0.4, "unanswered": 3, "probe": 0.5}
QUICK = 0.5  # seconds; some milliseconds on a quiet machine
dpids = count(1)
BY_KIND = dict(CAPTURED)


def packet_in(data: bytes) -> bytes:
    match = struct.pack("!HHIII", 1, 12, 0x80000004, 1, 0)
    return message(OFPT_PACKET_IN, struct.pack("!IHBBQ", 0xFFFFFFFF, len(data), 0, 0, 0) + match + bytes(2) + data)


@pytest.fixture(scope="module")
def controller() -> Iterator[Controller]:
    with closing(Controller(patience=PATIENCE, most_unfinished=300)) as running:
        yield running


@pytest.fixture
def good(controller: Controller) -> Iterator[GoodPeer]:
    with GoodPeer(controller, next(dpids)) as peer:
        yield peer


@pytest.fixture
def dpid() -> int:
    return next(dpids)


GARBAGE_BEFORE_HELLO = {
    "a HELLO element of length 0": (bytes.fromhex("05000010000000010001000000000000"), "says that it has 0 bytes"),
    "a length of 0": (bytes.fromhex("0502000000000001"), "says that it has 0 bytes"),
    "a huge HELLO": (bytes.fromhex("0500ffff00000001"), "not 8 to 512"),
    "another protocol": (b"GET / HTTP/1.1\r\n\r\n", "speaks OpenFlow version 0x47"),
    "an unknown type": (bytes.fromhex("0563000800000001"), "type 99"),
    "a barrier reply first": (message(OFPT_BARRIER_REPLY), "before HELLO"),
    "a refusal": (message(OFPT_ERROR, bytes(4) + b"go away"), "refuses us: 'go away'"),
}
GARBAGE_AFTER_HANDSHAKE = {
    "a second HELLO": (HELLO, "HELLO again"),
    "a second FEATURES_REPLY": (features_reply(77, 1), "FEATURES_REPLY unasked"),
    "a message of OpenFlow 1.3": (message(OFPT_ECHO_REQUEST, version=4), "speaks OpenFlow version 0x04"),
    "a port of length 0": (message(OFPT_MULTIPART_REPLY, struct.pack("!HH4xIH34x", 13, 0, 1, 0)), "port says"),
    "a match field of length 0": (packet_in(b"").replace(b"\x80\0\0\4", b"\x80\0\0\0"), "has 0 bytes, not 4"),
    "flow statistics of length 0": (message(OFPT_MULTIPART_REPLY, struct.pack("!HH4x56x", 1, 0)), "of 0 bytes"),
}


@pytest.mark.parametrize(("garbage", "reason"), GARBAGE_BEFORE_HELLO.values(), ids=GARBAGE_BEFORE_HELLO.keys())
def test_garbage_before_the_handshake_ends_one_connection(
    controller: Controller, good: GoodPeer, garbage: bytes, reason: str
) -> None:
    bad = Switch(controller)
    bad.send(garbage)
    assert bad.is_closed()
    assert reason in controller.wait("session ends", address=bad.address)["reason"]
    assert controller.count("session ends", address=bad.address) == 1
    assert good.report("garbage before the handshake") < QUICK


@pytest.mark.parametrize(("garbage", "reason"), GARBAGE_AFTER_HANDSHAKE.values(), ids=GARBAGE_AFTER_HANDSHAKE.keys())
def test_garbage_after_the_handshake_ends_one_session(
    controller: Controller, good: GoodPeer, dpid: int, garbage: bytes, reason: str
) -> None:
    bad = Switch(controller, dpid).connect()
    controller.wait("main", switch=f"{dpid:016x}")
    bad.send(garbage)
    assert bad.is_closed()
    assert reason in controller.wait("session ends", switch=f"{dpid:016x}")["reason"]
    controller.wait("dead", switch=f"{dpid:016x}")
    assert good.report("garbage after the handshake") < QUICK


def test_a_truncated_message_ends_its_connection_when_its_time_is_up(controller: Controller, good: GoodPeer) -> None:
    bad = Switch(controller)
    bad.send(HELLO[:12])
    assert not bad.is_closed(PATIENCE["handshake"] * 0.5)
    assert bad.is_closed(PATIENCE["handshake"] * 2)
    bad.close()
    cut = Switch(controller)
    cut.send(HELLO[:12])
    cut.close()
    assert good.report("truncated messages") < QUICK


def test_a_switch_of_another_version_is_told_why(controller: Controller) -> None:
    old = Switch(controller)
    old.send(bytes.fromhex("0400001000000001") + bytes.fromhex("0001000800000010"))
    _, error = old.await_type(OFPT_ERROR)
    assert error[:4] == bytes(4), "HELLO_FAILED, INCOMPATIBLE"
    assert b"does not offer OpenFlow 1.4" in error
    assert old.is_closed()


def test_a_switch_of_a_newer_version_is_welcome(controller: Controller, dpid: int) -> None:
    """As Open vSwitch does, it offers 1.5 in the header and 1.0, 1.3, 1.4 and 1.5 in the bitmap."""
    switch = Switch(controller, dpid)
    switch.send(BY_KIND[Kind.HELLO])
    switch.send(features_reply(dpid, switch.await_type(5)[0]))
    switch.close()


def test_messages_may_come_byte_by_byte_or_many_at_once(controller: Controller, dpid: int) -> None:
    switch = Switch(controller, dpid)
    for byte in HELLO:
        switch.send(bytes((byte,)))
        time.sleep(0.002)
    switch.send(features_reply(dpid, switch.await_type(5)[0]))
    switch.send(message(OFPT_MULTIPART_REPLY, struct.pack("!HH4x", 13, 0), switch.await_type(18)[0]))
    switch.send(b"".join(message(OFPT_BARRIER_REPLY, xid=xid) for xid in range(1000)) + BY_KIND[Kind.FLOW_STATS])
    controller.wait("flows", switch=f"{dpid:016x}", count=2)
    xids = [line["xid"] for line in controller.said if line["event"] == "barrier" and line["switch"] == f"{dpid:016x}"]
    assert xids == list(range(1000))
    switch.close()
    controller.wait("session ends", switch=f"{dpid:016x}", reason="the switch closed the connection")


@pytest.mark.parametrize("broken", [packet_in(b"raise"), message(OFPT_ERROR, struct.pack("!HH", 4, 9))])
def test_a_failing_handler_costs_nothing_but_a_log_line(controller: Controller, dpid: int, broken: bytes) -> None:
    switch = Switch(controller, dpid).connect()
    controller.wait("main", switch=f"{dpid:016x}")
    switch.send(broken * 3)
    assert switch.echo(b"still there?") < QUICK
    if broken[1] == OFPT_ERROR:
        said = controller.wait("a handler failed", switch=f"{dpid:016x}", kind="ERROR")
        assert "this hook always fails" in said["exception"]
    switch.close()


def test_a_datapath_id_is_said_once(controller: Controller, dpid: int) -> None:
    fickle = Switch(controller, dpid)
    fickle.send(HELLO)
    fickle.send(features_reply(dpid, fickle.await_type(5)[0]) + features_reply(dpid + 1000, 0))
    assert fickle.is_closed()
    assert "FEATURES_REPLY unasked" in controller.wait("session ends", address=fickle.address)["reason"]


@pytest.mark.parametrize(
    ("small", "thousands"),
    [(packet_in(b"x" * 40), 20), (message(OFPT_ECHO_REPLY), 150)],
    ids=["packet-in", "echo reply"],
)
def test_a_flood_of_small_messages_leaves_others_their_turn(
    controller: Controller, good: GoodPeer, dpid: int, small: bytes, thousands: int
) -> None:
    flood = Switch(controller, dpid).connect()
    controller.wait("main", switch=f"{dpid:016x}")
    good.report("before a flood")
    for _ in range(thousands):
        flood.send(small * 1000)
    assert good.report(f"in a flood of {thousands},000 small messages") < QUICK
    flood.close()


def test_a_switch_that_never_reads_blocks_nobody_for_ever(controller: Controller, good: GoodPeer, dpid: int) -> None:
    deaf = Switch(controller, dpid).connect()
    controller.wait("main", switch=f"{dpid:016x}")
    deaf.send(packet_in(b"flood"))
    controller.wait("flooded", 10, switch=f"{dpid:016x}")
    assert "echo requests unanswered" in controller.wait("session ends", switch=f"{dpid:016x}")["reason"]
    assert good.report("beside a switch that never reads") < QUICK


def test_a_switch_that_answers_no_echo_is_dead(controller: Controller, dpid: int) -> None:
    dumb = Switch(controller, dpid).connect()
    began = time.monotonic()
    said = controller.wait("session ends", 10, switch=f"{dpid:016x}")
    assert said["reason"] == "it left 3 echo requests unanswered"
    assert time.monotonic() - began > 2 * PATIENCE["echo_interval"]
    assert dumb.is_closed()


def test_a_datapath_id_has_one_live_session(controller: Controller, good: GoodPeer) -> None:
    dpid = good.switch.dpid
    second = Switch(controller, dpid)
    second.send(HELLO)
    second.send(features_reply(dpid, second.await_type(5)[0]))
    assert second.is_closed()
    said = controller.wait("session ends", address=second.address)
    assert f"its datapath id {dpid:016x} is that of the live session" in said["reason"]
    time.sleep(PATIENCE["probe"] * 2)
    assert good.report("beside a second switch with the same datapath id") < QUICK


def test_a_rebooted_switch_gets_its_datapath_id_back(controller: Controller, dpid: int) -> None:
    lost = Switch(controller, dpid).connect()  # from now on it says nothing
    controller.wait("main", switch=f"{dpid:016x}")
    again = Switch(controller, dpid)
    again.send(HELLO)
    again.send(features_reply(dpid, again.await_type(5)[0]))
    assert again.is_closed()
    assert "another connection claims" in controller.wait("session ends", switch=f"{dpid:016x}")["reason"]
    third = Switch(controller, dpid).connect()
    assert third.echo() < QUICK
    controller.wait("session begins", address=third.address)
    lost.close()
    third.close()


@pytest.mark.alone
def test_two_thousand_idle_connections_disturb_nobody(controller: Controller, good: GoodPeer, dpid: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    good.report("before idle connections")
    began = time.monotonic()
    idle = [socket.create_connection(("127.0.0.1", controller.port)) for _ in range(2000)]
    print(f"2,000 connections opened in {time.monotonic() - began:.2f} s")
    began = time.monotonic()
    switch = Switch(controller, dpid).connect()
    controller.wait("main", switch=f"{dpid:016x}")
    print(f"a switch that came behind them was in after {(time.monotonic() - began) * 1e3:.0f} ms")
    assert switch.echo() < QUICK
    assert good.report("with 2,000 idle connections") < QUICK
    until = time.monotonic() + 10 * PATIENCE["handshake"]
    while controller.count("session ends", switch="") < 2000 and time.monotonic() < until:
        assert switch.echo() < QUICK
        time.sleep(0.05)
    assert good.report("while they ended") < QUICK
    assert controller.count("session ends", switch="") >= 2000
    crowded = "more than 300 connections had not finished their handshake"
    assert controller.count("session ends", switch="", reason=crowded) > 1000
    switch.close()
    for connection in idle:
        connection.close()


def test_no_file_descriptor_left_is_no_end(dpid: int) -> None:
    patience = PATIENCE | {"handshake": 60.0}  # nobody leaves by himself
    with closing(Controller(open_files=60, patience=patience)) as small, GoodPeer(small, dpid) as good:
        idle = [socket.create_connection(("127.0.0.1", small.port)) for _ in range(150)]
        small.wait("no connection can be accepted")
        switch = connected_in_the_end(lambda: Switch(small, next(dpids)))
        assert switch.echo() < QUICK
        assert good.report("with no file descriptor left") < QUICK
        for connection in idle:
            connection.close()


def connected_in_the_end(make: Callable[[], Switch]) -> Switch:
    """A switch tries again when its connection is taken away, as real ones do."""
    for _ in range(20):
        try:
            return make().connect()
        except (OSError, EOFError):
            time.sleep(0.1)
    raise AssertionError("no connection lasted")
