"""An entry as people read it, in the pipeline's names and in the words of ovs-ofctl."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given

from tests.flows import flows
from weft.controller.compile.stages.base import GROUP
from weft.controller.flow.actions import (
    NEXT,
    POP_VLAN,
    PUSH_VLAN,
    TO_CONTROLLER,
    Apart,
    Copy,
    Drop,
    Goto,
    Load,
    Meter,
    Output,
    Resubmit,
    Set,
)
from weft.controller.flow.encode import Encoder
from weft.controller.flow.entry import Entry
from weft.controller.flow.flow import UNTAGGED, Flow, flow, tagged
from weft.controller.flow.meter import held_meter, meter, meter_entry
from weft.controller.flow.text import actions_text, match_text, named, ofctl, table_name
from weft.controller.pipeline.core import (
    ADDRESS,
    ADMIT,
    ARRIVE,
    CLASSIFY,
    CORE,
    DELIVER,
    DEST,
    DROP,
    FLOOD,
    FORWARD,
    INSPECT,
    PORT,
    RECEIVE,
    SEGMENT,
    SOURCE,
    TAG,
    TRANSIT,
)
from weft.controller.pipeline.schema import Pipeline, Register, Table

ENCODER = Encoder(CORE)
MAC = "02:00:00:00:00:0a"
READ = {
    "table=classify priority=100 match=in_port=7,vlan_vid=untagged actions=segment:=3,next:admit": (
        flow(CLASSIFY, 100, Load(SEGMENT, 3), NEXT, in_port=7, vlan_vid=UNTAGGED),
        "table=0,priority=100,in_port=7,vlan_tci=0x0000/0xffff,actions=load:0x3->NXM_NX_REG0[0..23],goto_table:16",
    ),
    "table=classify priority=90 match=in_port=7 actions=drop(classify:tagged)": (
        flow(CLASSIFY, 90, Drop("tagged"), in_port=7),
        "table=0,priority=90,in_port=7,actions=load:0x2->NXM_NX_REG6[0..7],goto_table:120",
    ),
    "table=classify priority=90 match=in_port=7 actions=source:=3,drop(classify:tagged)": (
        flow(CLASSIFY, 90, Load(SOURCE, 3), Drop("tagged"), in_port=7),
        "table=0,priority=90,in_port=7,actions=load:0x3->NXM_NX_REG1[0..23],load:0x2->NXM_NX_REG6[0..7],goto_table:120",
    ),
    "table=drop priority=100 match=source=3,reason=11 actions=drop(admit:source-mac)": (
        flow(DROP, 100, Drop("admit:source-mac"), source=3, reason=11),
        "table=120,priority=100,reg1=0x3/0xffffff,reg6=0xb/0xff,actions=drop",
    ),
    "table=classify priority=110 match=in_port=9,eth_type=0x88cc actions=controller": (
        flow(CLASSIFY, 110, TO_CONTROLLER, in_port=9, eth_type=0x88CC),
        "table=0,priority=110,in_port=9,dl_type=0x88cc,actions=CONTROLLER:65535",
    ),
    "table=arrive priority=100 match=vlan_vid=5 actions=pop_vlan,next:origin": (
        flow(ARRIVE, 100, POP_VLAN, NEXT, vlan_vid=tagged(5)),
        "table=8,priority=100,vlan_tci=0x1005/0x1fff,actions=pop_vlan,goto_table:12",
    ),
    "table=admit priority=100 match=eth_src=02:00:00:00:00:0a,source=1 actions=next:listen": (
        flow(ADMIT, 100, NEXT, source=1, eth_src=MAC),
        "table=16,priority=100,dl_src=02:00:00:00:00:0a,reg1=0x1/0xffffff,actions=goto_table:48",
    ),
    "table=inspect priority=9 match=eth_type=0x806,arp_op=1,arp_spa=10.0.0.0/24,arp_sha=02:00:00:00:00:0a,source=1 "
    "actions=next:listen": (
        flow(INSPECT, 9, NEXT, source=1, eth_type=0x0806, arp_op=1, arp_sha=MAC, arp_spa="10.0.0.0/24"),
        "table=24,priority=9,dl_type=0x806,arp_op=1,arp_spa=10.0.0.0/24,arp_sha=02:00:00:00:00:0a,reg1=0x1/0xffffff,"
        "actions=goto_table:48",
    ),
    "table=inspect priority=9 match=eth_type=0x86dd,ipv6_src=fe80::/10,ip_frag=no,ip_proto=58,icmpv6_type=135,"
    "icmpv6_code=0,nd_target=fe80::1,nd_sll=02:00:00:00:00:0a actions=next:listen": (
        flow(
            INSPECT,
            9,
            NEXT,
            eth_type=0x86DD,
            ip_proto=58,
            icmpv6_type=135,
            icmpv6_code=0,
            nd_target="fe80::1",
            nd_sll=MAC,
            ipv6_src="fe80::/10",
            ip_frag=0,
        ),
        "table=24,priority=9,dl_type=0x86dd,ipv6_src=fe80::/10,ip_frag=no,nw_proto=58,icmpv6_type=135,icmpv6_code=0,"
        "nd_target=fe80::1,nd_sll=02:00:00:00:00:0a,actions=goto_table:48",
    ),
    "table=address priority=9 match=eth_type=0x800,ipv4_src=10.0.0.1,ip_frag=not_later,ip_proto=17,udp_src=67 "
    "actions=drop(admit:dhcp-server)": (
        flow(
            ADDRESS,
            9,
            Drop("dhcp-server"),
            eth_type=0x0800,
            ipv4_src="10.0.0.1",
            ip_proto=17,
            udp_src=67,
            ip_frag="not_later",
        ),
        "table=32,priority=9,dl_type=0x800,nw_src=10.0.0.1,ip_frag=not_later,nw_proto=17,udp_src=67,"
        "actions=load:0x10->NXM_NX_REG6[0..7],goto_table:120",
    ),
    "table=address priority=9 match=eth_type=0x800,ipv4_src=10.0.0.1/255.0.0.255,ip_frag=yes actions=next:listen": (
        flow(ADDRESS, 9, NEXT, eth_type=0x0800, ipv4_src=("10.0.0.1", "255.0.0.255"), ip_frag=(1, 1)),
        "table=32,priority=9,dl_type=0x800,nw_src=10.0.0.1/255.0.0.255,ip_frag=yes,actions=goto_table:48",
    ),
    "table=deliver priority=9 match=port=3 actions=meter:7,push_vlan,vlan_vid:=5,output:3": (
        flow(DELIVER, 9, Meter(7), PUSH_VLAN, Set("vlan_vid", tagged(5)), Output(3), port=3),
        "table=112,priority=9,reg4=0x3/0xffffff,actions=meter:7,push_vlan:0x8100,set_field:4101->vlan_vid,output:3",
    ),
    "table=deliver priority=9 match=* actions=eth_dst:=02:00:00:00:00:0a,output:3": (
        flow(DELIVER, 9, Set("eth_dst", 0x02000000000A), Output(3)),
        "table=112,priority=9,actions=set_field:02:00:00:00:00:0a->eth_dst,output:3",
    ),
    "table=flood priority=1 match=* actions=apart(port:=9,through:receive),output:4": (
        flow(FLOOD, 1, Apart((Load(PORT, 9), Resubmit(RECEIVE))), Output(4)),
        "table=80,priority=1,actions=clone(output(port=IN_PORT,max_len=14),load:0x9->NXM_NX_REG4[0..23],"
        "resubmit(,104)),output:4",
    ),
    "table=forward priority=50 match=eth_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=next:flood": (
        flow(FORWARD, 50, Goto(FLOOD), eth_dst=GROUP),
        "table=64,priority=50,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=goto_table:80",
    ),
    "table=forward priority=1 match=segment=3 actions=dest:=2,port:=9,next:transit": (
        flow(FORWARD, 1, Load(DEST, 2), Load(PORT, 9), NEXT, segment=3),
        "table=64,priority=1,reg0=0x3/0xffffff,actions=load:0x2->NXM_NX_REG3[0..15],load:0x9->NXM_NX_REG4[0..23],"
        "goto_table:96",
    ),
    "table=flood priority=1 match=* actions=port:=9,through:receive,push_vlan,vlan_vid:=tag,output:4": (
        flow(FLOOD, 1, Load(PORT, 9), Resubmit(RECEIVE), PUSH_VLAN, Copy(TAG, "vlan_vid"), Output(4)),
        "table=80,priority=1,actions=load:0x9->NXM_NX_REG4[0..23],resubmit(,104),push_vlan:0x8100,"
        "move:NXM_NX_REG2[0..11]->OXM_OF_VLAN_VID[0..11],output:4",
    ),
    "table=transit priority=100 match=plane=5,dest=2 actions=next:receive": (
        flow(TRANSIT, 100, NEXT, dest=2, plane=5),
        "table=96,priority=100,reg0=0x5/0x7,reg3=0x2/0xffff,actions=goto_table:104",
    ),
}


@pytest.mark.parametrize(("text", "said"), READ.items(), ids=READ)
def test_a_flow_reads_in_the_names_of_the_pipeline_and_in_ofctls(text: str, said: tuple[Flow, str]) -> None:
    entry = ENCODER.entry(said[0], 1)
    assert named(entry, CORE) == text
    assert ofctl(entry, CORE) == f"cookie={entry.cookie:#x},{said[1]}"


@given(flows())
def test_text_is_made_of_the_bytes_alone(said: Flow) -> None:
    """What a switch returns reads like what it was told, though it knows no names of drops."""
    entry = ENCODER.entry(said, 1)
    dumped = entry._replace(name="")
    assert ofctl(dumped, CORE) == ofctl(entry, CORE)
    assert named(dumped, CORE) == named(entry, CORE)


def test_a_meter_reads_like_an_entry_and_cannot_be_loaded_like_one() -> None:
    limit = meter_entry(meter(7, 1000, 100, "kbit/s"))
    assert named(limit, CORE) == "table=meters priority=0 match=meter=7 actions=1000 kbit/s, burst 100"
    assert ofctl(limit, CORE) == "# add-meter: meter=7,kbps,burst,stats,band=type=drop,rate=1000,burst_size=100"
    frames = meter_entry(meter(8, 50, 5, "frames/s"))
    assert ofctl(frames, CORE) == "# add-meter: meter=8,pktps,burst,stats,band=type=drop,rate=50,burst_size=5"
    stranger = held_meter(9, bytes.fromhex("0001"))
    assert named(stranger, CORE) == "table=meters priority=0 match=meter=9 actions=unknown(0001)"
    assert ofctl(stranger, CORE) == "# add-meter: meter=9,unknown(0001)"


def test_a_drop_is_read_only_where_it_is_one() -> None:
    why, there = "ffff0018 00002320 0007 0007 00010c04 00000000000000", "00010008 78000000"
    assert actions_text(applying(f"{why}0b", there), CORE) == "drop(admit:source-mac)"
    assert actions_text(applying(f"{why}0b", "00010008 70000000"), CORE) == "reason:=11,next:deliver"
    assert actions_text(applying(f"{why}ff", there), CORE) == "reason:=255,next:drop", "there is no such reason"
    assert actions_text(applying("", there), CORE) == "next:drop"
    other = "ffff0018 00002320 0007 0017 00010204 000000000000000b"
    assert actions_text(applying(other, there), CORE) == "source:=11,next:drop"
    assert actions_text(applying(f"{why}0b {other}", there), CORE) == "reason:=11,source:=11,next:drop"


@pytest.mark.parametrize(
    ("match", "text"),
    [
        ("00010c04 0000000b", "drop(admit:source-mac)"),
        ("00010d08 0000000b 000000ff", "drop(admit:source-mac)"),
        ("00010d08 0000000b 0000000f", "drop"),
        ("00010c04 000000ff", "drop"),
        ("00010204 0000000b", "drop"),
        ("", "drop"),
    ],
)
def test_the_drop_table_knows_why_by_what_it_matches(match: str, text: str) -> None:
    assert actions_text(Entry(120, 1, bytes.fromhex(match), b"", 0), CORE) == text
    assert actions_text(Entry(112, 1, bytes.fromhex(match), b"", 0), CORE) == "drop", "another table has no reason"


def test_what_somebody_else_wrote_can_be_read_too() -> None:
    metadata = bytes.fromhex("80000408 0000000000000001")
    write_actions = bytes.fromhex("00030008 00000000")
    stranger = Entry(3, 7, metadata, write_actions, 0x1234)
    assert table_name(stranger, CORE) == "3"
    assert match_text(stranger, CORE) == "oxm_400002=0x1"
    assert actions_text(stranger, CORE) == "unknown(0003000800000000)"
    group = Entry(0, 7, b"", bytes.fromhex("00040010 00000000 00160008 00000001"), 0)
    assert named(group, CORE) == "table=classify priority=7 match=* actions=unknown(0016000800000001)"


def test_bits_that_are_no_register_are_read_as_bits() -> None:
    half = Entry(16, 1, bytes.fromhex("00010308 00000100 0000ff00"), b"", 0)
    assert match_text(half, CORE) == "reg1=0x100/0xff00"
    beyond = Entry(16, 1, bytes.fromhex("00010204 05000009"), b"", 0)
    assert match_text(beyond, CORE) == "source=9,reg1=0x5000000/0xff000000"


@pytest.mark.parametrize(
    ("action", "text", "ofctl_text"),
    [
        ("ffff0018 00002320 0007 0017 00010204 0000000000000005", "source:=5", "load:0x5->NXM_NX_REG1[0..23]"),
        ("ffff0018 00002320 0007 001f 00010204 0000000000000005", "reg1[0..31]:=5", "load:0x5->NXM_NX_REG1[0..31]"),
        ("ffff0018 00002320 0007 0207 00010204 0000000000000005", "reg1[8..15]:=5", "load:0x5->NXM_NX_REG1[8..15]"),
        ("ffff0010 00002320 000e fff8 70 000000", "through:deliver", "resubmit(,112)"),
        ("0019 0010 80000c02 1005 000000000000", "vlan_vid:=5", "set_field:4101->vlan_vid"),
    ],
)
def test_a_register_is_named_where_all_of_it_is_meant(action: str, text: str, ofctl_text: str) -> None:
    entry = applying(action)
    assert actions_text(entry, CORE) == text
    assert ofctl(entry, CORE).endswith(f",actions={ofctl_text}")


@pytest.mark.parametrize(
    "action",
    [
        "ffff0010 00002320 000e 0005 70 000000",  # a resubmit as if from another port
        "ffff0018 00002320 0006 0008 0000 0000 00010404 80000c02",  # a move of eight bits
        "ffff0018 00002320 0006 0010 0000 0000 00010404 80000a02",  # a move into another field
        "00000010 fffffffd 0080 0000 00000000",  # the first 128 bytes to the controller
        "0019 0010 80000d04 1005 1fff 00000000",  # a part of a field
        "0019 0010 80000408 0000000000000001",  # a field that Weft does not know
        "ffff0020 00002320 002a 000000000000 ffff0010 00002320 000e fff8 70 000000",  # a copy that is no copy
        "ffff0028 00002320 002a 000000000000 ffff0010 00002320 0027 fff8 0000000e 00000008 00000001",  # sent away
    ],
)
def test_what_is_not_quite_what_we_write_is_not_read_as_ours(action: str) -> None:
    assert actions_text(applying(action), CORE) == f"unknown({action.replace(' ', '')})"


def applying(actions: str, then: str = "") -> Entry:
    """An entry whose actions have these bytes, and the instruction that follows."""
    done = bytes.fromhex(actions)
    return Entry(0, 1, b"", struct.pack("!HH4x", 4, 8 + len(done)) + done + bytes.fromhex(then), 0)


@pytest.mark.parametrize(
    ("match", "instructions"),
    [
        ("8000", ""),
        ("80000004 0000", ""),
        ("", "0001"),
        ("", "00010000 00000000"),
        ("", "00010010 10000000"),
        ("", "00040010 00000000 00000000 00000000"),
    ],
)
def test_bytes_that_are_cut_short_are_refused(match: str, instructions: str) -> None:
    with pytest.raises(ValueError, match=r"cut short|says that it has"):
        named(Entry(0, 1, bytes.fromhex(match), bytes.fromhex(instructions), 0), CORE)


def test_a_part_is_named_where_it_alone_is_matched() -> None:
    whole = Register("whole", reg=0, low=0, high=23)
    part = whole.part("part", width=3, doc="")
    first = Table("first", 0, ("in_port",), writes=(whole,), next=("second",))
    pipeline = Pipeline((first, Table("second", 1, (whole, part))))
    encode = Encoder(pipeline).entry
    assert match_text(encode(flow(pipeline.tables[1], 1, Drop("x"), whole=9), 1), pipeline) == "whole=9"
    assert match_text(encode(flow(pipeline.tables[1], 1, Drop("x"), part=1), 1), pipeline) == "part=1"
