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
    Copy,
    Drop,
    Goto,
    Load,
    Output,
    Resubmit,
)
from weft.controller.flow.encode import Encoder
from weft.controller.flow.entry import Entry
from weft.controller.flow.flow import UNTAGGED, Flow, flow, tagged
from weft.controller.flow.text import actions_text, match_text, named, ofctl, table_name
from weft.controller.pipeline.core import (
    ADMIT,
    ARRIVE,
    CLASSIFY,
    CORE,
    DELIVER,
    DEST,
    FLOOD,
    FORWARD,
    PORT,
    SEGMENT,
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
        "table=0,priority=90,in_port=7,actions=drop",
    ),
    "table=classify priority=110 match=in_port=9,eth_type=0x88cc actions=controller": (
        flow(CLASSIFY, 110, TO_CONTROLLER, in_port=9, eth_type=0x88CC),
        "table=0,priority=110,in_port=9,dl_type=0x88cc,actions=CONTROLLER:65535",
    ),
    "table=arrive priority=100 match=vlan_vid=5 actions=pop_vlan,next:forward": (
        flow(ARRIVE, 100, POP_VLAN, NEXT, vlan_vid=tagged(5)),
        "table=8,priority=100,vlan_tci=0x1005/0x1fff,actions=pop_vlan,goto_table:64",
    ),
    "table=admit priority=100 match=eth_src=02:00:00:00:00:0a,source=1 actions=next:forward": (
        flow(ADMIT, 100, NEXT, source=1, eth_src=MAC),
        "table=16,priority=100,dl_src=02:00:00:00:00:0a,reg1=0x1/0xffffff,actions=goto_table:64",
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
    "table=flood priority=1 match=* actions=port:=9,through:deliver,push_vlan,vlan_vid:=tag,output:4": (
        flow(FLOOD, 1, Load(PORT, 9), Resubmit(DELIVER), PUSH_VLAN, Copy(TAG, "vlan_vid"), Output(4)),
        "table=80,priority=1,actions=load:0x9->NXM_NX_REG4[0..23],resubmit(,112),push_vlan:0x8100,"
        "move:NXM_NX_REG2[0..11]->OXM_OF_VLAN_VID[0..11],output:4",
    ),
    "table=transit priority=100 match=plane=5,dest=2 actions=next:deliver": (
        flow(TRANSIT, 100, NEXT, dest=2, plane=5),
        "table=96,priority=100,reg0=0x5/0x7,reg3=0x2/0xffff,actions=goto_table:112",
    ),
}


@pytest.mark.parametrize(("text", "said"), READ.items(), ids=READ)
def test_a_flow_reads_in_the_names_of_the_pipeline_and_in_ofctls(text: str, said: tuple[Flow, str]) -> None:
    entry = ENCODER.entry(said[0], 1)
    assert named(entry, CORE) == text
    assert ofctl(entry, CORE) == f"cookie={entry.cookie:#x},{said[1]}"


@given(flows())
def test_text_is_made_of_the_bytes_alone(said: Flow) -> None:
    """What a switch returns reads like what it was told, but that it knows no names of drops."""
    entry = ENCODER.entry(said, 1)
    dumped = entry._replace(name="")
    assert ofctl(dumped, CORE) == ofctl(entry, CORE)
    assert named(dumped, CORE) == (named(entry, CORE) if not entry.name else named(entry, CORE).split("(")[0])


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
    ],
)
def test_what_is_not_quite_what_we_write_is_not_read_as_ours(action: str) -> None:
    assert actions_text(applying(action), CORE) == f"unknown({action.replace(' ', '')})"


def applying(action: str) -> Entry:
    """An entry whose one action has these bytes."""
    done = bytes.fromhex(action)
    return Entry(0, 1, b"", struct.pack("!HH4x", 4, 8 + len(done)) + done, 0)


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
