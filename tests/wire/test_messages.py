"""What our codec writes is byte by byte what Ryu's serializer writes; what it reads is what Ryu's parser reads."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weft.controller.adapters.openflow import compat  # noqa: F401  # isort: skip  # Ryu cannot be imported before
from ryu.ofproto import ofproto_protocol, ofproto_v1_4
from ryu.ofproto import ofproto_v1_4_parser as ryu

from tests.wire.captured import CAPTURED
from weft.controller.adapters.openflow import messages, protocol, statistics
from weft.controller.adapters.openflow.guard import Garbage, Kind
from weft.controller.contracts import Count
from weft.controller.flow import meter
from weft.controller.flow.entry import Entry

SWITCH = ofproto_protocol.ProtocolDesc(protocol.OFP_VERSION)
BY_KIND = dict(CAPTURED)


def of_bits(bits: int) -> st.SearchStrategy[int]:
    return st.integers(0, (1 << bits) - 1)


def masked(bits: int) -> st.SearchStrategy[Any]:
    return of_bits(bits) | st.tuples(of_bits(bits), of_bits(bits))


macs = st.binary(min_size=6, max_size=6).map(lambda b: b.hex(":"))
xids = of_bits(32)
registers = st.integers(0, 15).map("reg{}".format)
matches = st.fixed_dictionaries(
    {},
    optional={
        "in_port": of_bits(32),
        "metadata": masked(64),
        "eth_src": macs,
        "eth_dst": macs | st.tuples(macs, macs),
        "eth_type": of_bits(16),
        "vlan_vid": of_bits(16) | st.just((0x1000, 0x1000)),
        "tunnel_id": masked(64),
        "ipv4_dst": st.ip_addresses(v=4).map(str),
        "ipv6_src": st.ip_addresses(v=6).map(str),
        **{f"reg{number}": masked(32) for number in range(16)},
    },
).map(lambda fields: ryu.OFPMatch(**fields))
actions = st.lists(
    st.one_of(
        st.builds(ryu.OFPActionOutput, of_bits(32), of_bits(16)),
        st.builds(ryu.OFPActionPushVlan, st.just(0x8100)),
        st.builds(ryu.OFPActionPopVlan),
        st.builds(ryu.OFPActionGroup, of_bits(32)),
        st.builds(lambda vlan: ryu.OFPActionSetField(vlan_vid=vlan), of_bits(13)),
        st.builds(lambda mac: ryu.OFPActionSetField(eth_dst=mac), macs),
        st.builds(lambda to, value: ryu.NXActionRegLoad(ofs_nbits=31, dst=to, value=value), registers, of_bits(32)),
        st.builds(lambda a, b: ryu.NXActionRegMove(a, b, 32), registers, registers),
        st.builds(lambda table: ryu.NXActionResubmitTable(0xFFF8, table), of_bits(8)),
    ),
    max_size=6,
)
instructions = st.lists(
    st.one_of(
        st.builds(lambda a: ryu.OFPInstructionActions(ofproto_v1_4.OFPIT_APPLY_ACTIONS, a), actions),
        st.builds(ryu.OFPInstructionGotoTable, of_bits(8)),
        st.builds(ryu.OFPInstructionWriteMetadata, of_bits(64), of_bits(64)),
        st.builds(ryu.OFPInstructionMeter, of_bits(32)),
    ),
    max_size=4,
)


def match_bytes(match: Any) -> bytes:
    buffer = bytearray()
    match.serialize(buffer, 0)
    return bytes(buffer[4 : match.length])


def instruction_bytes(all_of_them: list[Any]) -> bytes:
    buffer = bytearray()
    for instruction in all_of_them:
        instruction.serialize(buffer, len(buffer))
    return bytes(buffer)


def serialized(message: Any, xid: int) -> bytes:
    if message.xid is None:
        message.set_xid(xid)
    message.serialize()
    return bytes(message.buf)


def ryu_flow_mod(entry: Entry, match: Any, command: int, cookie: int, do: list[Any]) -> Any:
    return ryu.OFPFlowMod(
        SWITCH,
        cookie=cookie,
        table_id=entry.table,
        command=command,
        priority=entry.priority,
        out_port=ofproto_v1_4.OFPP_ANY,
        out_group=ofproto_v1_4.OFPG_ANY,
        match=match,
        instructions=do,
    )


@settings(deadline=None)
@given(of_bits(8), of_bits(16), matches, instructions, of_bits(64), xids)
def test_a_flow_is_added_and_deleted_as_ryu_would(
    table: int, priority: int, match: Any, do: list[Any], cookie: int, xid: int
) -> None:
    entry = Entry(table, priority, match_bytes(match), instruction_bytes(do), cookie)
    added = ryu_flow_mod(entry, match, ofproto_v1_4.OFPFC_ADD, cookie, do)
    deleted = ryu_flow_mod(entry, match, ofproto_v1_4.OFPFC_DELETE_STRICT, 0, [])
    assert messages.add_flow(entry, xid) == serialized(added, xid)
    assert messages.delete_flow(entry, xid) == messages.delete_flow(entry.identity, xid) == serialized(deleted, xid)


@settings(deadline=None)
@given(of_bits(8), of_bits(16), matches, instructions, of_bits(64), xids, of_bits(32))
def test_a_flow_goes_into_a_bundle_as_ryu_would_put_it(
    table: int, priority: int, match: Any, do: list[Any], cookie: int, xid: int, bundle: int
) -> None:
    entry = Entry(table, priority, match_bytes(match), instruction_bytes(do), cookie)
    inner = ryu_flow_mod(entry, match, ofproto_v1_4.OFPFC_ADD, cookie, do)
    flags = ofproto_v1_4.OFPBF_ATOMIC | ofproto_v1_4.OFPBF_ORDERED
    inner.set_xid(xid)
    theirs = serialized(ryu.OFPBundleAddMsg(SWITCH, bundle, flags, inner, []), xid)
    assert messages.bundle_add(bundle, messages.add_flow(entry, xid)) == theirs


@given(of_bits(32), st.integers(0, 7), xids)
def test_bundle_control_is_as_ryu_would_write_it(bundle: int, request: int, xid: int) -> None:
    flags = ofproto_v1_4.OFPBF_ATOMIC | ofproto_v1_4.OFPBF_ORDERED
    ours = messages.bundle_control(bundle, request, xid)
    assert ours == serialized(ryu.OFPBundleCtrlMsg(SWITCH, bundle, request, flags, []), xid)
    assert messages.bundle_control_reply(ours) == (bundle, request)


bands = st.one_of(
    st.builds(ryu.OFPMeterBandDrop, of_bits(32), of_bits(32)),
    st.builds(ryu.OFPMeterBandDscpRemark, of_bits(32), of_bits(32), of_bits(8)),
)


@given(of_bits(32), of_bits(4), st.lists(bands, max_size=3), xids)
def test_a_meter_is_added_changed_and_deleted_as_ryu_would(id: int, flags: int, made: list[Any], xid: int) -> None:
    buffer = bytearray(16 * len(made))
    for number, band in enumerate(made):
        band.serialize(buffer, 16 * number)
    entry = meter.held_meter(id, flags.to_bytes(2, "big") + bytes(buffer))

    def theirs(command: int, flags: int, bands: list[Any]) -> bytes:
        return serialized(ryu.OFPMeterMod(SWITCH, command, flags, id, bands), xid)

    assert messages.add_meter(entry, xid) == theirs(ofproto_v1_4.OFPMC_ADD, flags, made)
    assert messages.change_meter(entry, xid) == theirs(ofproto_v1_4.OFPMC_MODIFY, flags, made)
    assert messages.delete_meter(entry.identity, xid) == theirs(ofproto_v1_4.OFPMC_DELETE, 0, [])


@given(st.integers(1, meter.LAST_ID), st.integers(1, meter.LARGEST), st.integers(1, meter.LARGEST), st.booleans(), xids)
def test_a_wish_for_a_meter_is_what_ryu_would_write(id: int, rate: int, burst: int, frames: bool, xid: int) -> None:
    wish = meter.meter(id, rate, burst, "frames/s" if frames else "kbit/s")
    unit = ofproto_v1_4.OFPMF_PKTPS if frames else ofproto_v1_4.OFPMF_KBPS
    flags = unit | ofproto_v1_4.OFPMF_BURST | ofproto_v1_4.OFPMF_STATS
    asked = ryu.OFPMeterMod(SWITCH, ofproto_v1_4.OFPMC_ADD, flags, id, [ryu.OFPMeterBandDrop(rate, burst)])
    entry = meter.meter_entry(wish)
    assert messages.add_meter(entry, xid) == serialized(asked, xid)
    assert meter.wish_of(entry) == wish


@given(xids, of_bits(32))
def test_questions_are_asked_as_ryu_would(xid: int, number: int) -> None:
    assert statistics.desc_request(xid) == serialized(ryu.OFPDescStatsRequest(SWITCH, 0), xid)
    assert statistics.port_stats_request(xid, number) == serialized(ryu.OFPPortStatsRequest(SWITCH, 0, number), xid)
    assert statistics.meter_stats_request(xid, number) == serialized(ryu.OFPMeterStatsRequest(SWITCH, 0, number), xid)
    assert statistics.meter_stats_request(xid) == serialized(ryu.OFPMeterStatsRequest(SWITCH), xid)
    assert statistics.meter_config_request(xid) == serialized(ryu.OFPMeterConfigStatsRequest(SWITCH), xid)


@settings(deadline=None)
@given(xids, of_bits(8), matches)
def test_some_flows_are_asked_for_as_ryu_would(xid: int, table: int, match: Any) -> None:
    theirs = serialized(ryu.OFPFlowStatsRequest(SWITCH, 0, table, match=match), xid)
    assert messages.flow_stats_request(xid, table, match_bytes(match)) == theirs


@given(xids, of_bits(8))
def test_the_small_messages_are_as_ryu_would_write_them(xid: int, table: int) -> None:
    config = ryu.OFPSetConfig(SWITCH, protocol.OFPC_FRAG_NX_MATCH, ofproto_v1_4.OFPCML_NO_BUFFER)
    hello = ryu.OFPHello(SWITCH, [ryu.OFPHelloElemVersionBitmap([protocol.OFP_VERSION])])
    refusal = ryu.OFPErrorMsg(SWITCH, ofproto_v1_4.OFPET_HELLO_FAILED, ofproto_v1_4.OFPHFC_INCOMPATIBLE, b"too old")
    assert messages.barrier_request(xid) == serialized(ryu.OFPBarrierRequest(SWITCH), xid)
    assert messages.echo_request(xid) == serialized(ryu.OFPEchoRequest(SWITCH), xid)
    assert messages.set_config(xid) == serialized(config, xid)
    assert messages.hello_failed("too old", xid) == serialized(refusal, xid)
    assert messages.flow_stats_request(xid, table) == serialized(ryu.OFPFlowStatsRequest(SWITCH, 0, table), xid)
    # Ryu's serializer of HELLO leaves its elements out, so its parser must do.
    read = ryu.OFPHello.parser(SWITCH, protocol.OFP_VERSION, 0, 16, xid, messages.hello(xid))
    assert [element.versions for element in read.elements] == [element.versions for element in hello.elements]


@st.composite
def flow_stats_replies(draw: st.DrawFn) -> tuple[bytes, list[messages.FlowStat]]:
    """A reply, written with nothing of ours, and what it says."""
    body, said = b"", []
    for _ in range(draw(st.integers(0, 5))):
        buffer = bytearray()
        match = draw(matches)
        match.serialize(buffer, 0)
        do = instruction_bytes(draw(instructions))
        table, priority, cookie = draw(of_bits(8)), draw(of_bits(16)), draw(of_bits(64))
        seconds, packets, octets = draw(of_bits(32)), draw(of_bits(64)), draw(of_bits(64))
        length = 48 + len(buffer) + len(do)
        numbers = (length, table, seconds, 7, priority, 0, 0, 0, 0, cookie, packets, octets)
        body += struct.pack(ofproto_v1_4.OFP_FLOW_STATS_0_PACK_STR, *numbers) + buffer + do
        said.append(
            messages.FlowStat(table, priority, cookie, match_bytes(match), do, packets, octets, seconds),
        )
    return struct.pack("!BBHIHH4x", 5, 19, 16 + len(body), 1, 1, 1) + body, said


@settings(deadline=None)
@given(flow_stats_replies())
def test_flow_stats_are_read_as_they_were_written_and_as_ryu_reads_them(
    reply_and_said: tuple[bytes, list[messages.FlowStat]],
) -> None:
    reply, said = reply_and_said
    assert list(messages.flow_stats(reply)) == said
    theirs = ryu.msg_parser(SWITCH, 5, 19, len(reply), 1, reply)
    assert [(s.table_id, s.priority, s.cookie, s.packet_count, s.byte_count) for s in theirs.body] == [
        (s.table, s.priority, s.cookie, s.packet_count, s.byte_count) for s in said
    ]
    assert [match_bytes(s.match) for s in theirs.body] == [s.match for s in said]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(flow_stats_replies(), st.data())
def test_a_broken_flow_stats_reply_is_garbage_and_nothing_worse(
    reply_and_said: tuple[bytes, list[messages.FlowStat]], data: st.DataObject
) -> None:
    reply = bytearray(reply_and_said[0])
    if len(reply) > 16:
        for _ in range(data.draw(st.integers(1, 4))):
            reply[data.draw(st.integers(16, len(reply) - 1))] = data.draw(of_bits(8))
    cut = bytes(reply[: data.draw(st.integers(16, len(reply)))])
    try:
        read = list(messages.flow_stats(cut))
    except Garbage:
        return
    assert all(isinstance(stat.match, bytes) for stat in read)


def with_number(at: int, number: int) -> bytes:
    """A real reply of two flow entries, of 112 bytes each, in which one 16-bit number is another."""
    reply = bytearray(BY_KIND[Kind.FLOW_STATS])
    struct.pack_into("!H", reply, at, number)
    return bytes(reply)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(with_number(16, 0), id="a flow entry of length 0"),
        pytest.param(with_number(16, 48), id="a flow entry that is too short for a match"),
        pytest.param(with_number(16, 113), id="a flow entry whose length is no multiple of 8"),
        pytest.param(with_number(16, 248), id="a flow entry that is longer than the reply"),
        pytest.param(with_number(64, 0), id="a match of 1.0"),
        pytest.param(with_number(66, 3), id="a match that is shorter than its header"),
        pytest.param(with_number(66, 80), id="a match that is longer than its flow entry"),
        pytest.param(BY_KIND[Kind.FLOW_STATS][:-8], id="a reply that is cut"),
        pytest.param(BY_KIND[Kind.FLOW_STATS] + bytes(8), id="a reply with a tail"),
    ],
)
def test_flow_stats_with_a_wrong_length_are_garbage(reply: bytes) -> None:
    with pytest.raises(Garbage):
        list(messages.flow_stats(reply))


def test_what_open_vswitch_says_of_flows_is_read() -> None:
    first, second = messages.flow_stats(BY_KIND[Kind.FLOW_STATS])
    assert (first.table, first.priority, first.cookie) == (0, 100, 0x5701000000000001)
    assert first.match == bytes.fromhex("80000004 00000001")  # in_port=1
    assert (second.table, second.priority, second.cookie) == (5, 10, 0x5702000000000002)
    assert second.match == bytes.fromhex("80000606 020000000002  80000c02 1005  00010108 00000001 000000ff")
    assert not messages.more_follow(BY_KIND[Kind.FLOW_STATS])


def test_a_reply_about_something_else_is_no_flow_stats() -> None:
    with pytest.raises(Garbage, match="no reply about flow entries"):
        list(messages.flow_stats(BY_KIND[Kind.DESC]))


def test_what_a_switch_says_of_ports_and_meters_is_read_as_ryu_reads_it() -> None:
    ports, meters, configs = (BY_KIND[kind] for kind in (Kind.PORT_STATS, Kind.METER_STATS, Kind.METER_CONFIG))
    assert list(statistics.port_stats(ports)) == [(1, (40, 2400), (0, 0))]
    assert list(statistics.meter_stats(meters)) == [(7, (0, 0)), (195839, (39, 2340))]
    wanted = [meter.meter(7, 60, 6, "kbit/s"), meter.meter(195839, 10, 1, "frames/s")]
    held = [meter.held_meter(*config) for config in statistics.meter_configs(configs)]
    assert held == list(map(meter.meter_entry, wanted)), "what comes back is not what was sent"
    theirs = ryu.msg_parser(SWITCH, 5, 19, len(meters), 1, meters).body
    assert [(s.meter_id, s.band_stats[0].packet_band_count, s.band_stats[0].byte_band_count) for s in theirs] == [
        (stat.id, *stat.dropped) for stat in statistics.meter_stats(meters)
    ]
    (port,) = ryu.msg_parser(SWITCH, 5, 19, len(ports), 1, ports).body
    assert (port.port_no, port.rx_packets, port.rx_bytes, port.tx_packets, port.tx_bytes) == (1, 40, 2400, 0, 0)
    assert statistics.software(BY_KIND[Kind.DESC]) == "Open vSwitch 3.1.0"


@given(st.lists(st.tuples(of_bits(32), st.lists(st.tuples(of_bits(60), of_bits(60)), max_size=3)), max_size=5))
def test_counters_of_meters_are_read_as_they_were_written(said: list[tuple[int, list[tuple[int, int]]]]) -> None:
    body = b""
    for id, bands in said:
        body += struct.pack(ofproto_v1_4.OFP_METER_STATS_PACK_STR, id, 40 + 16 * len(bands), 1, 2, 3, 4, 5)
        body += b"".join(struct.pack("!QQ", *band) for band in bands)
    reply = struct.pack("!BBHIHH4x", 5, 19, 16 + len(body), 1, 9, 0) + body
    summed = [(id, Count(sum(f for f, _ in bands), sum(o for _, o in bands))) for id, bands in said]
    assert list(statistics.meter_stats(reply)) == summed


def test_a_counter_that_is_not_kept_is_0() -> None:
    unknown = (1 << 64) - 1
    part = struct.pack(ofproto_v1_4.OFP_PORT_STATS_PACK_STR, 80, 3, 0, 0, 5, unknown, unknown, 6, 0, 0, 0, 0)
    reply = struct.pack("!BBHIHH4x", 5, 19, 16 + len(part), 1, 4, 0) + part
    assert list(statistics.port_stats(reply)) == [(3, (5, 0), (0, 6))]


def test_what_answers_another_question_is_garbage() -> None:
    readers = (statistics.port_stats, statistics.meter_stats, statistics.meter_configs)
    for reply in (BY_KIND[Kind.FLOW_STATS], BY_KIND[Kind.BARRIER_REPLY] + bytes(8)):
        for read in readers:
            with pytest.raises(Garbage, match="answers a multipart request"):
                list(read(reply))
        with pytest.raises(Garbage, match="answers a multipart request"):
            statistics.software(reply)
    with pytest.raises(Garbage, match="answers a multipart request"):
        messages.more_follow(BY_KIND[Kind.BARRIER_REPLY])


def test_an_error_names_its_type_and_code() -> None:
    refused = next(message for kind, message in CAPTURED if kind is Kind.ERROR)
    assert messages.error(refused) == (ofproto_v1_4.OFPET_BUNDLE_FAILED, ofproto_v1_4.OFPBFC_BAD_ID)


def test_the_constants_are_those_of_the_specification() -> None:
    ours = {
        name: value
        for module in (protocol, meter)
        for name, value in vars(module).items()
        if name.startswith("OFP") and value is not None
    }
    assert meter.LAST_ID == ofproto_v1_4.OFPM_MAX
    theirs = {name: getattr(ofproto_v1_4, name) for name in ours if name != "OFPC_FRAG_NX_MATCH"}
    assert ours == theirs | {"OFPC_FRAG_NX_MATCH": 3}
