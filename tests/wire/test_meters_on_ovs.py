"""A real Open vSwitch takes every meter that we make, gives back the same bytes, and treats meters as we think it does.

What is held here is what ``sync`` relies on: no bundle takes a meter, a changed meter keeps its flows, a deleted one
takes them with it, and the limit holds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.entries import entry, limit
from tests.wire.unprivileged_ovs import BARRIER_REPLY, ERROR, IS_THERE, MULTIPART_REPLY, TIMEOUT, Bridge, OpenVSwitch
from weft.controller.adapters.openflow import messages, statistics
from weft.controller.adapters.openflow.protocol import OFPBCT_CLOSE_REQUEST, OFPBCT_DISCARD_REQUEST, OFPBCT_OPEN_REQUEST
from weft.controller.contracts import Count
from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.meter import LARGEST, METERS, held_meter, meter, meter_entry
from weft.controller.pipeline.reasons import METERED
from weft.controller.sync.plan import BUNDLE_MESSAGES, Change, Message, Removal, target_of
from weft.controller.sync.progress import Progress

pytestmark = pytest.mark.skipif(not IS_THERE, reason="needs Open vSwitch")

METER_EXISTS, INVALID_METER, UNKNOWN_METER, NOT_IN_A_BUNDLE = (12, 1), (12, 2), (12, 3), (17, 10)
LAST_OFPORT = 0xFEFF  # that Open vSwitch gives to an interface
HIGHEST = len(METERED) * LAST_OFPORT + len(METERED) - 1
OUT = bytes.fromhex("0004001800000000 0000001000000002 0000000000000000")  # apply-actions: output to port 2
SHORT, LONG = ("ffffffffffff" + "020000000001" + "88b5" + size * "00" for size in (46, 1500))


class Metered(Bridge):
    """A bridge that is told what ``sync`` plans, by our codec."""

    def tell(self, *told: Message) -> dict[Identity, tuple[int, int]]:
        """Tell it these messages outside of bundles. Type and code of the error for those that it refuses."""
        identity_by_xid: dict[int, Identity] = {}
        encoded = []
        for message in told:
            xid = next(self._xids)
            identity_by_xid[xid] = message.identity
            encoded.append(in_bytes(message, xid))
        answered = self.ask(b"".join(encoded))
        return {identity_by_xid[int.from_bytes(m[4:8], "big")]: messages.error(m) for m in answered if m[1] == ERROR}

    def ask(self, said: bytes) -> list[bytes]:
        """All that it answers before it is through."""
        barrier = next(self._xids)
        self._socket.sendall(said + messages.barrier_request(barrier))
        answers: list[bytes] = []
        for reply in self._replies():
            if reply[1] == BARRIER_REPLY and int.from_bytes(reply[4:8], "big") == barrier:
                return answers
            answers.append(reply)
        raise EOFError

    def meters(self) -> list[Entry]:
        """All meters that it holds."""
        replies = self.ask(statistics.meter_config_request(next(self._xids)))
        assert all(reply[1] == MULTIPART_REPLY for reply in replies)
        return sorted(held_meter(*config) for reply in replies for config in statistics.meter_configs(reply))

    def dropped_of(self, meter: int, frames: int) -> Count:
        """What a meter has dropped when so many frames have come out at the other port, or did not."""
        until = time.monotonic() + TIMEOUT
        while time.monotonic() < until:
            (reply,) = self.ask(statistics.port_stats_request(next(self._xids), 2))
            (port,) = statistics.port_stats(reply)
            dropped = self.dropped(meter)
            if port.sent.frames + dropped.frames >= frames:
                return dropped
        raise AssertionError(f"{port} and {dropped} are not {frames} frames")

    def dropped(self, meter: int) -> Count:
        """What a meter has dropped."""
        (reply,) = self.ask(statistics.meter_stats_request(next(self._xids), meter))
        (stat,) = statistics.meter_stats(reply)
        return stat.dropped


def in_bytes(message: Message, xid: int) -> bytes:
    """The message as the controller sends it."""
    target = target_of(message)
    if message.identity.table != METERS:
        return messages.add_flow(target, xid) if target else messages.delete_flow(message.identity, xid)
    if target is None:
        return messages.delete_meter(message.identity, xid)
    return messages.change_meter(target, xid) if isinstance(message, Change) else messages.add_meter(target, xid)


def through(meter: int, in_port: int = 1) -> Entry:
    """A flow from one port to the other, through a meter."""
    return entry(0, in_port=in_port)._replace(instructions=b"\0\x06\0\x08" + meter.to_bytes(4, "big") + OUT)


@pytest.fixture(scope="module")
def ovs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenVSwitch]:
    switch = OpenVSwitch(tmp_path_factory.mktemp("meters"))
    yield switch
    switch.close()


@pytest.fixture
def bridge(ovs: OpenVSwitch) -> Iterator[Metered]:
    made = Metered(ovs, "metered", (1, 2))
    yield made
    made.remove()


wishes = st.builds(
    meter,
    st.integers(1, HIGHEST),
    st.one_of(st.integers(1, 100_000), st.integers(1, LARGEST)),
    st.one_of(st.integers(1, 100_000), st.integers(1, LARGEST)),
    st.sampled_from(("kbit/s", "frames/s")),
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=st.lists(wishes, max_size=20, unique_by=lambda wish: wish.id))
def test_whatever_a_stage_may_wish_comes_back_as_it_was_sent(bridge: Metered, made: list[object]) -> None:
    entries = sorted(map(meter_entry, made))  # type: ignore[arg-type]
    bridge.tell(*(Removal(found.identity) for found in bridge.meters()))
    assert bridge.tell(*entries) == {}
    assert bridge.meters() == entries


def test_every_interface_has_room_for_its_meters(ovs: OpenVSwitch, bridge: Metered) -> None:
    most = int(ovs.ofctl("meter-features", "metered").partition("max_meter:")[2].split()[0])
    assert most >= HIGHEST
    assert bridge.tell(limit(HIGHEST)) == {}
    assert bridge.meters() == [limit(HIGHEST)]


def test_more_meters_than_one_reply_holds_come_back(bridge: Metered) -> None:
    entries = [limit(id) for id in range(1, 5001)]
    assert bridge.tell(*entries) == {}
    assert bridge.meters() == sorted(entries)


def test_a_meter_that_is_there_is_not_added_and_one_that_is_not_is_not_changed(bridge: Metered) -> None:
    assert bridge.tell(limit(3)) == {}
    assert bridge.tell(limit(3, rate=5)) == {limit(3).identity: METER_EXISTS}
    assert bridge.tell(Change(limit(4))) == {limit(4).identity: UNKNOWN_METER}
    assert bridge.tell(Removal(limit(4).identity)) == {}, "to delete what is not there is no error"
    assert bridge.meters() == [limit(3)]


def test_a_change_keeps_the_flows_and_a_removal_takes_them(bridge: Metered) -> None:
    assert bridge.tell(through(3)) == {through(3).identity: INVALID_METER}
    assert bridge.tell(limit(3), through(3), entry(0, in_port=2)) == {}
    assert through(3) in bridge.dump(), "the flow does not come back as it was sent"
    assert bridge.tell(Change(limit(3, rate=5))) == {}
    assert bridge.meters() == [limit(3, rate=5)]
    assert len(bridge.dump()) == 2
    bridge.tell(Removal(limit(3).identity))
    assert bridge.dump() == [entry(0, in_port=2)]


def test_no_bundle_takes_a_meter(bridge: Metered) -> None:
    xids = bridge._xids
    opened, closed = (messages.bundle_control(1, n, next(xids)) for n in (OFPBCT_OPEN_REQUEST, OFPBCT_CLOSE_REQUEST))
    added = messages.bundle_add(1, messages.add_meter(limit(3), next(xids)))
    errors = [messages.error(m) for m in bridge.ask(opened + added + closed) if m[1] == ERROR]
    assert errors == [NOT_IN_A_BUNDLE]
    bridge.ask(messages.bundle_control(1, OFPBCT_DISCARD_REQUEST, next(xids)))
    assert bridge.meters() == []


def test_what_exceeds_a_meter_is_dropped_and_counted(ovs: OpenVSwitch, bridge: Metered) -> None:
    storm = meter_entry(meter(3, 10, 5, "frames/s"))
    assert bridge.tell(storm, through(3)) == {}
    began = time.monotonic()
    for _ in range(100):
        ovs.appctl("netdev-dummy/receive", "metered-1", SHORT)
    dropped = bridge.dropped_of(3, 100)
    assert 5 <= 100 - dropped.frames <= 5 + 10 * (time.monotonic() - began) + 1, "it passes the burst, then the rate"
    assert dropped.octets == dropped.frames * 60
    assert bridge.tell(Change(meter_entry(meter(3, 20, 5, "frames/s")))) == {}
    assert bridge.dropped(3) == Count(0, 0), "a changed meter counts from 0"


def test_a_switch_comes_to_hold_its_meters_and_keeps_them(bridge: Metered) -> None:
    """The whole way of ``sync``: cold, changed, by hand, and connected again."""
    wanted = [limit(3), limit(6), through(3), through(6, in_port=2)]
    progress = Progress({e.identity: e for e in wanted})
    assert settle(progress, bridge) == 4
    assert held(bridge) == sorted(wanted)
    progress.want({limit(3, rate=9).identity: limit(3, rate=9)})
    assert settle(progress, bridge) == 1
    progress.want({e.identity: None for e in (limit(6), through(6, in_port=2))})
    assert settle(progress, bridge) == 2
    assert held(bridge) == sorted([limit(3, rate=9), through(3)])
    bridge.tell(Removal(limit(3).identity), limit(77), through(77, in_port=2)._replace(cookie=5))
    progress.disconnect()
    assert settle(progress, bridge) == 4, "two are missing, and two are foreign"
    assert held(bridge) == sorted([limit(3, rate=9), through(3)])
    progress.disconnect()
    assert settle(progress, bridge) == 0


def held(bridge: Metered) -> list[Entry]:
    """All flows and meters of a bridge."""
    return sorted(bridge.dump() + bridge.meters())


def settle(progress: Progress, bridge: Metered) -> int:
    """Connect, if need be, and tell the switch what there is to tell. How many messages that were."""
    if not progress.connected:
        progress.connect()
    told = 0
    while True:
        if progress.needs_audit:
            progress.audited([*bridge.dump(), *bridge.meters()])
        batch = progress.next_batch()
        if batch is None:
            assert progress.settled
            return told
        told += len(batch.messages)
        assert told < BUNDLE_MESSAGES
        refused = bridge.tell(*batch.messages)
        progress.acknowledged(batch, {n: "refused" for n, m in enumerate(batch.messages) if m.identity in refused})


@pytest.mark.alone
def test_a_frame_that_is_larger_than_the_burst_never_passes(ovs: OpenVSwitch, bridge: Metered) -> None:
    """Why a limit's burst must be a whole frame at least, however low the rate is. This one is of 12.112 kbit."""
    sent = 0
    for burst, passes in ((12, False), (13, True)):
        bridge.tell(Removal(limit(3).identity))
        assert bridge.tell(meter_entry(meter(3, 100, burst, "kbit/s")), through(3)) == {}
        ovs.appctl("revalidator/purge")  # what it decided for the frames before
        for _ in range(5):
            ovs.appctl("netdev-dummy/receive", "metered-1", LONG)
            time.sleep(0.15)
        dropped = bridge.dropped_of(3, sent + 5).frames
        assert (dropped < 5) is passes
        sent += 5 - dropped
