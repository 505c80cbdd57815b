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
    Copy,
    Drop,
    Goto,
    Load,
    Output,
    Resubmit,
)
from weft.controller.flow.decode import actions_of, fields_of
from weft.controller.flow.encode import Encoder, Undeclared
from weft.controller.flow.entry import OURS, Entry
from weft.controller.flow.flow import UNTAGGED, Flow, flow, tagged
from weft.controller.pipeline.core import (
    ADMIT,
    ARRIVE,
    CLASSIFY,
    CORE,
    DELIVER,
    DEST,
    FLOOD,
    FORWARD,
    PLANE,
    PORT,
    SEGMENT,
    TAG,
    TRANSIT,
)
from weft.controller.pipeline.schema import Table

ENCODER = Encoder(CORE)
MAC = "02:00:00:00:00:0a"


def entry(said: Flow, stage: int = 16) -> Entry:
    return ENCODER.entry(said, stage)


def actions(*done: Action, table: Table = CLASSIFY) -> str:
    """The encoded instructions, in hexadecimal."""
    return entry(flow(table, 1, *done)).instructions.hex(" ", -4)


def match(table: Table, **fields: int | str | tuple[int | str, int | str]) -> str:
    """The encoded match, in hexadecimal."""
    return entry(flow(table, 1, **fields)).match.hex(" ", -4)


def test_fields_are_matched_in_the_order_of_open_vswitch() -> None:
    assert match(CLASSIFY, in_port=7) == "80000004 00000007"
    assert match(CLASSIFY, vlan_vid=UNTAGGED) == "80000c02 0000"
    assert match(CLASSIFY, vlan_vid=tagged(5)) == "80000c02 1005"
    in_any_order = (
        match(CLASSIFY, vlan_vid=tagged(5), eth_type=0x88CC, in_port=7),
        match(CLASSIFY, in_port=7, eth_type=0x88CC, vlan_vid=tagged(5)),
    )
    assert in_any_order[0] == in_any_order[1]
    assert [field.name for field, _, _ in fields_of(bytes.fromhex(in_any_order[0]))] == [
        "in_port",
        "eth_type",
        "vlan_vid",
    ]


def test_registers_that_share_a_word_are_matched_in_one_field() -> None:
    transit = entry(flow(TRANSIT, 1, dest=5, plane=3))
    assert [(f.name, value, mask) for f, value, mask in fields_of(transit.match)] == [
        ("reg0", 3, 7),
        ("reg3", 5, 0xFFFF),
    ]


def test_a_match_may_be_masked() -> None:
    group = entry(flow(FORWARD, 1, eth_dst=("01:00:00:00:00:00", "01:00:00:00:00:00")))
    assert [value for _, *value in fields_of(group.match)] == [[1 << 40, 1 << 40]]


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
    assert actions(Resubmit(DELIVER), table=FLOOD) == "00040018 00000000 ffff0010 00002320 000efff8 70000000"
    assert actions(Drop("why")) == ""


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
]


@pytest.mark.parametrize(("refusal", "table", "action"), UNDECLARED)
def test_an_action_that_the_table_does_not_declare_is_refused(refusal: str, table: Table, action: Action) -> None:
    with pytest.raises(Undeclared, match=refusal):
        entry(flow(table, 1, action))


def test_a_match_that_the_table_does_not_declare_is_refused() -> None:
    with pytest.raises(ValueError, match="table deliver does not declare that it matches eth_dst, in_port"):
        flow(DELIVER, 1, in_port=1, eth_dst=MAC, port=1)


@pytest.mark.parametrize("number", [1 << 24, -1])
def test_a_match_that_no_register_can_hold_is_refused(number: int) -> None:
    with pytest.raises(Undeclared, match="does not fit into the 24 bits of source"):
        entry(flow(ADMIT, 1, NEXT, source=number))


def test_a_drop_has_a_name_and_no_bytes() -> None:
    dropped = entry(flow(ADMIT, 10, Drop("source-mac"), source=3))
    assert (dropped.name, dropped.instructions) == ("admit:source-mac", b"")


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
        flow(ADMIT, 10, Drop("a"), source=3),
        flow(ADMIT, 10, Drop("b"), source=3),
    )
    assert len({entry(said).cookie for said in (one, *others)}) == 6
    assert entry(one).cookie == Encoder(CORE).entry(one, 16).cookie


@given(flows(), flows(), st.integers(0, 255), st.integers(0, 255))
def test_two_entries_have_one_cookie_only_when_they_are_one(
    one: Flow, other: Flow, stage: int, next_stage: int
) -> None:
    first, second = entry(one, stage), entry(other, next_stage)
    assert (first.cookie == second.cookie) == (first == second)


@given(flows())
def test_what_was_encoded_is_what_the_flow_said(said: Flow) -> None:
    made = entry(said)
    done = [*actions_of(made.instructions, CORE)]
    expected = [a for a in said.actions if not isinstance(a, Goto | Drop)]
    goto = [Goto(a.table or CORE.following(said.table)) for a in said.actions if isinstance(a, Goto)]
    assert [(type(a), *a) for a in done] == [(type(a), *a) for a in [*expected, *goto]]
    assert len(made.instructions) % 8 == 0
    asked = {name: value for name, value in said.match.items() if name in ("in_port", "eth_type", "vlan_vid")}
    assert {f.name: value for f, value, _ in fields_of(made.match) if f.name in asked} == asked
    registers = {name: value for name, value in said.match.items() if name in CORE.register_by_name}
    seen = {f.name: (value, mask) for f, value, mask in fields_of(made.match) if f.name.startswith("reg")}
    for name, value in registers.items():
        register = CORE.register_by_name[name]
        whole, mask = seen[f"reg{register.reg}"]
        assert (whole & register.mask) >> register.low == value
        assert mask is None or mask & register.mask == register.mask
    assert len(seen) == len({CORE.register_by_name[name].reg for name in registers})
