"""A flow becomes the bytes that say it, and what its table does not declare is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.flows import flows
from weft.controller.flow.actions import (
    NEXT,
    POP_VLAN,
    PUSH_VLAN,
    TO_CONTROLLER,
    Action,
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
from weft.controller.flow.decode import actions_of
from weft.controller.flow.encode import Encoder, Undeclared
from weft.controller.flow.entry import OURS, Entry
from weft.controller.flow.flow import Flow, flow, tagged
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
    PLANE,
    PORT,
    REASON,
    RECEIVE,
    SEGMENT,
    TAG,
    TRANSIT,
)
from weft.controller.pipeline.schema import Pipeline, Table

ENCODER = Encoder(CORE)
MAC = "02:00:00:00:00:0a"


def entry(said: Flow, stage: int = 16) -> Entry:
    return ENCODER.entry(said, stage)


def actions(*done: Action, table: Table = CLASSIFY) -> str:
    """The encoded instructions, in hexadecimal."""
    return entry(flow(table, 1, *done)).instructions.hex(" ", -4)


def test_what_a_flow_does_in_bytes() -> None:
    load = "00040020 00000000 ffff0018 00002320 00070017 00010004 00000000 00000005"
    assert actions(Load(SEGMENT, 5)) == load
    assert actions(NEXT) == "00010008 10000000"
    assert actions(Goto(ARRIVE)) == "00010008 08000000"
    assert actions(Load(SEGMENT, 5), NEXT) == f"{load} 00010008 10000000"
    assert actions(Output(9)) == "00040018 00000000 00000010 00000009 00000000 00000000"
    assert actions(TO_CONTROLLER) == "00040018 00000000 00000010 fffffffd ffff0000 00000000"
    assert actions(PUSH_VLAN) == "00040010 00000000 00110008 81000000"
    assert actions(POP_VLAN) == "00040010 00000000 00120008 00000000"
    move = "00040020 00000000 ffff0018 00002320 0006000c 00000000 00010404 80000c02"
    assert actions(Copy(TAG, "vlan_vid"), table=FLOOD) == move
    assert actions(Resubmit(RECEIVE), table=FLOOD) == "00040018 00000000 ffff0010 00002320 000efff8 68000000"
    assert actions(Set("vlan_vid", tagged(5))) == "00040018 00000000 00190010 80000c02 10050000 00000000"
    assert actions(Set("eth_dst", 0x02000000000A)) == "00040018 00000000 00190010 80000606 02000000 000a0000"
    assert actions(Meter(7)) == "00060008 00000007"
    assert actions(Meter(7), Load(SEGMENT, 5), NEXT) == f"00060008 00000007 {load} 00010008 10000000"
    copy = "00040038 00000000 ffff0030 00002320 002a0000 00000000 ffff0010 00002320 0027fff8 0000000e"
    assert actions(Apart((Resubmit(RECEIVE),)), table=FLOOD) == f"{copy} ffff0010 00002320 000efff8 68000000"


UNDECLARED: list[tuple[str, Table, Action]] = [
    ("table admit does not declare that it writes segment", ADMIT, Load(SEGMENT, 1)),
    ("table classify does not declare that it writes plane", CLASSIFY, Load(PLANE, 1)),
    ("16777216 does not fit into the 24 bits of segment", CLASSIFY, Load(SEGMENT, 1 << 24)),
    ("-1 does not fit into the 24 bits of segment", CLASSIFY, Load(SEGMENT, -1)),
    ("65536 does not fit into the 16 bits of dest", FORWARD, Load(DEST, 1 << 16)),
    ("table admit does not declare that it reads tag", ADMIT, Copy(TAG, "vlan_vid")),
    ("table flood does not declare that it reads port", FLOOD, Copy(PORT, "vlan_vid")),
    ("table classify does not declare that deliver follows", CLASSIFY, Goto(DELIVER)),
    ("table classify does not declare that deliver follows", CLASSIFY, Resubmit(DELIVER)),
    ("table deliver does not declare that any table follows", DELIVER, NEXT),
    ("table transit does not declare that flood follows", TRANSIT, Goto(FLOOD)),
    ("table admit does not declare that drop follows", ADMIT, Goto(DROP)),
    ("table admit does not declare that it writes reason", ADMIT, Load(REASON, 11)),
    ("table admit drops for admit:nothing, which is no reason of the pipeline", ADMIT, Drop("nothing")),
    ("table admit drops for nothing:source-mac, which is no reason", ADMIT, Drop("nothing:source-mac")),
    ("table drop calls admit:source-mac what does not match its number 11", DROP, Drop("admit:source-mac")),
    ("meter 0 is not the first thing that a flow of admit does", ADMIT, Meter(0)),
    ("meter 4294901761 is not the first thing", ADMIT, Meter(0xFFFF0001)),
    ("metadata is no field of a frame", ADMIT, Set("metadata", 1)),
    ("reg0 is no field of a frame", ADMIT, Set("reg0", 1)),
    ("in_port is no field of a frame", ADMIT, Set("in_port", 1)),
    ("8192 does not fit into the 13 bits of vlan_vid", ADMIT, Set("vlan_vid", 0x2000)),
    ("table flood does not declare that deliver follows", FLOOD, Apart((Resubmit(DELIVER),))),
]


@pytest.mark.parametrize(("refusal", "table", "action"), UNDECLARED)
def test_an_action_that_the_table_does_not_declare_is_refused(refusal: str, table: Table, action: Action) -> None:
    with pytest.raises(Undeclared, match=refusal):
        entry(flow(table, 1, action))


@pytest.mark.parametrize(
    ("refusal", "done"),
    [
        ("does something after Drop", (Drop("reserved"), NEXT)),
        ("does something after Drop", (Drop("reserved"), Output(1))),
        ("does something after Goto", (NEXT, Output(1))),
        ("meter 3 is not the first thing", (Output(1), Meter(3))),
        ("meter 4 is not the first thing", (Meter(3), Meter(4))),
    ],
)
def test_what_a_switch_would_do_in_another_order_is_refused(refusal: str, done: tuple[Action, ...]) -> None:
    with pytest.raises(Undeclared, match=refusal):
        entry(flow(ADMIT, 1, *done))


def test_a_match_that_the_table_does_not_declare_is_refused() -> None:
    with pytest.raises(ValueError, match="table deliver does not declare that it matches eth_dst, in_port"):
        flow(DELIVER, 1, in_port=1, eth_dst=MAC, port=1)


def test_a_drop_tells_the_drop_table_why() -> None:
    why = "ffff0018 00002320 00070007 00010c04 00000000 0000000b"
    dropped = entry(flow(ADMIT, 10, Drop("source-mac"), source=3))
    assert dropped.name == "admit:source-mac"
    assert dropped.instructions.hex(" ", -4) == f"00040020 00000000 {why} 00010008 78000000"
    told = entry(flow(CLASSIFY, 10, Load(SEGMENT, 5), Drop("admit:source-mac")))
    assert told.name == "admit:source-mac"
    assert told.instructions.hex(" ", -4).endswith(f"00000005 {why} 00010008 78000000")


def test_a_drop_is_named_after_the_question_of_its_table() -> None:
    names = [entry(flow(table, 1, Drop("malformed"))).name for table in (ADMIT, INSPECT, ADDRESS)]
    assert names == ["admit:malformed"] * 3


def test_in_the_drop_table_a_frame_really_dies() -> None:
    dead = entry(flow(DROP, 10, Drop("admit:source-mac"), reason=11, source=3))
    assert (dead.name, dead.instructions) == ("admit:source-mac", b"")


def test_without_a_drop_table_a_drop_has_no_bytes() -> None:
    only = Table("only", 0, ("in_port",))
    dropped = Encoder(Pipeline((only,))).entry(flow(only, 1, Drop("anything")), 1)
    assert (dropped.name, dropped.instructions) == ("only:anything", b"")


def test_a_cookie_says_that_it_is_ours_and_which_stage_it_was() -> None:
    assert entry(flow(ADMIT, 10, NEXT), stage=17).cookie >> 48 == OURS << 8 | 17
    assert entry(flow(ADMIT, 10, NEXT), stage=17).stage == 17
    assert entry(flow(ADMIT, 10, NEXT))._replace(cookie=0x1234).stage is None


def test_a_cookie_changes_with_all_that_a_switch_holds() -> None:
    one = flow(ADMIT, 10, NEXT, source=3)
    others = (
        flow(FORWARD, 10, NEXT),
        flow(ADMIT, 11, NEXT, source=3),
        flow(ADMIT, 10, NEXT, source=4),
        flow(ADMIT, 10, Drop("reserved"), source=3),
        flow(ADMIT, 10, Drop("source-mac"), source=3),
    )
    assert len({entry(said).cookie for said in (one, *others)}) == 6
    assert entry(one).cookie == Encoder(CORE).entry(one, 16).cookie


@given(flows(), flows(), st.integers(0, 255), st.integers(0, 255))
def test_two_entries_have_one_cookie_only_when_they_are_one(
    one: Flow, other: Flow, stage: int, next_stage: int
) -> None:
    first, second = entry(one, stage), entry(other, next_stage)
    assert (first.cookie == second.cookie) == (first == second)


def meant(said: Flow) -> list[Action]:
    """What the flow does, in whole names."""
    gone = [Goto(a.table or CORE.following(said.table)) for a in said.actions if isinstance(a, Goto)]
    dropped = [Drop(said.table.reason(a.name)) for a in said.actions if isinstance(a, Drop)]
    done: list[Action] = [a for a in said.actions if not isinstance(a, Goto | Drop)]
    return [*done, *gone, *(dropped if said.table != DROP else [])]


@given(flows())
def test_what_was_encoded_is_what_the_flow_does(said: Flow) -> None:
    made = entry(said)
    done = [*actions_of(made.instructions, CORE)]
    assert [(type(a), *a) for a in done] == [(type(a), *a) for a in meant(said)]
    assert len(made.instructions) % 8 == 0
