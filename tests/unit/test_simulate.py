"""What a switch does with a frame, one rule at a time (tests/wire holds it against a real switch)."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

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
from weft.controller.flow.simulate import Frame, SimulatedSwitch
from weft.controller.pipeline.core import (
    ADMIT,
    ARRIVE,
    CLASSIFY,
    CORE,
    DELIVER,
    FLOOD,
    FORWARD,
    PORT,
    SEGMENT,
    SOURCE,
    TAG,
)

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
GROUP = ("01:00:00:00:00:00", "01:00:00:00:00:00")
FRAME = Frame(A, B)


def switch(*flows: Flow) -> SimulatedSwitch:
    """A switch that holds these flows."""
    encoder = Encoder(CORE)
    return SimulatedSwitch([encoder.entry(said, 1) for said in flows], CORE)


def out(flows: Iterable[Flow], frame: Frame = FRAME, in_port: int = 1) -> list[tuple[int, tuple[int, ...]]]:
    """The ports that a frame leaves by, each with the tags that it leaves with."""
    return [(ofport, leaving.vlans) for ofport, leaving in switch(*flows).receive(frame, in_port)]


def test_an_empty_switch_forwards_nothing() -> None:
    assert out([]) == []


def test_the_highest_priority_that_matches_wins() -> None:
    low, high = flow(CLASSIFY, 1, Output(2)), flow(CLASSIFY, 9, Output(3), in_port=1)
    assert out([low, high]) == out([high, low]) == [(3, ())]
    assert out([low, high], in_port=5) == [(2, ())]


@pytest.mark.parametrize(
    ("match", "matching", "other"),
    [
        ({"eth_type": 0x88CC}, Frame(A, B, eth_type=0x88CC), Frame(A, B)),
        ({"vlan_vid": UNTAGGED}, Frame(A, B), Frame(A, B, vlans=(0,))),
        ({"vlan_vid": tagged(5)}, Frame(A, B, vlans=(5, 6)), Frame(A, B, vlans=(6, 5))),
        ({"vlan_vid": tagged(0)}, Frame(A, B, vlans=(0,)), Frame(A, B)),
    ],
)
def test_a_frame_is_matched_by_what_it_says(match: dict[str, int], matching: Frame, other: Frame) -> None:
    flows = [flow(CLASSIFY, 1, Output(2), **match)]
    assert [ofport for ofport, _ in out(flows, matching)] == [2]
    assert out(flows, other) == []


def test_a_switch_looks_no_deeper_than_one_tag() -> None:
    inside = flow(CLASSIFY, 1, Output(2), eth_type=0x88B5)
    assert [len(out([inside], Frame(A, B, 0x88B5, vlans=tags))) for tags in ((), (5,), (5, 6))] == [1, 1, 0]
    outside = flow(CLASSIFY, 1, Output(2), eth_type=0x8100)
    assert [len(out([outside], Frame(A, B, 0x88B5, vlans=tags))) for tags in ((), (5,), (5, 6))] == [0, 0, 1]


def test_addresses_are_matched_whole_or_under_a_mask() -> None:
    arrive = flow(CLASSIFY, 1, NEXT)
    source = [arrive, flow(ADMIT, 1, NEXT, eth_src=A), flow(FORWARD, 1, Goto(FLOOD)), flow(FLOOD, 1, Output(2))]
    assert [len(out(source, Frame(src, B))) for src in (A, B)] == [1, 0]
    group = [arrive, flow(ADMIT, 1, NEXT), flow(FORWARD, 1, Goto(FLOOD), eth_dst=GROUP), flow(FLOOD, 1, Output(2))]
    assert [len(out(group, Frame(A, dst))) for dst in (B, "ff:ff:ff:ff:ff:ff", "33:33:00:00:00:01")] == [0, 1, 1]


def test_registers_carry_what_one_table_says_to_another() -> None:
    told = flow(CLASSIFY, 1, Load(SEGMENT, 3), Load(SOURCE, 7), NEXT)
    admits = [flow(ADMIT, 2, NEXT, source=7), flow(ADMIT, 1, Drop("no"), source=8)]
    forwards = [flow(FORWARD, 1, Goto(FLOOD), segment=3)]
    assert out([told, *admits, *forwards, flow(FLOOD, 1, Output(2), segment=3)]) == [(2, ())]
    assert out([told, *admits, *forwards, flow(FLOOD, 1, Output(2), segment=4)]) == []


def test_a_register_is_written_without_touching_its_neighbours() -> None:
    twice = flow(CLASSIFY, 1, Load(SEGMENT, 0xFFFFFF), Load(SEGMENT, 3), Load(TAG, 9), NEXT)
    rest = [flow(ADMIT, 1, NEXT), flow(FORWARD, 1, Goto(FLOOD), segment=3)]
    assert out([twice, *rest, flow(FLOOD, 1, Output(2), segment=3)]) == [(2, ())]


def test_tags_are_pushed_rewritten_and_popped() -> None:
    tag = [flow(CLASSIFY, 1, Load(TAG, 9), NEXT), flow(ADMIT, 1, NEXT), flow(FORWARD, 1, Goto(FLOOD))]
    flood = flow(FLOOD, 1, Output(2), PUSH_VLAN, Copy(TAG, "vlan_vid"), Output(3), Output(4))
    assert out([*tag, flood]) == [(2, ()), (3, (9,)), (4, (9,))]
    assert out([*tag, flood], Frame(A, B, vlans=(5,))) == [(2, (5,)), (3, (9, 5)), (4, (9, 5))]
    popped = [flow(CLASSIFY, 1, Goto(ARRIVE)), flow(ARRIVE, 1, POP_VLAN, NEXT, vlan_vid=tagged(5))]
    assert out([*popped, flow(FORWARD, 1, Goto(FLOOD)), flow(FLOOD, 1, Output(2))], Frame(A, B, vlans=(5, 6))) == [
        (2, (6,))
    ]


def test_a_frame_never_leaves_by_the_port_that_it_came_in_by() -> None:
    assert out([flow(CLASSIFY, 1, Output(1), Output(2))], in_port=1) == [(2, ())]


def test_a_look_up_on_the_way_does_not_end_the_way() -> None:
    start = [flow(CLASSIFY, 1, NEXT), flow(ADMIT, 1, NEXT), flow(FORWARD, 1, Goto(FLOOD))]
    each = flow(FLOOD, 1, Load(PORT, 1), Resubmit(DELIVER), Load(PORT, 2), Resubmit(DELIVER), Output(9))
    delivers = [flow(DELIVER, 1, Output(10 + n), port=n) for n in (1, 2)]
    assert out([*start, each, *delivers]) == [(11, ()), (12, ()), (9, ())]


def test_the_controller_is_a_port() -> None:
    assert out([flow(CLASSIFY, 1, TO_CONTROLLER)]) == [(0xFFFFFFFD, ())]


def test_a_dropped_frame_says_where_it_died() -> None:
    some = switch(
        flow(CLASSIFY, 0, Drop("unknown-port")),
        flow(CLASSIFY, 1, Load(SOURCE, 7), NEXT, in_port=1),
        flow(ADMIT, 1, Drop("source-mac"), source=7),
        flow(ADMIT, 2, NEXT, eth_src=A),
    )
    assert some.drop_reason(FRAME, in_port=5) == "classify:unknown-port"
    assert some.drop_reason(Frame(B, A), in_port=1) == "admit:source-mac"
    assert some.drop_reason(FRAME, in_port=1) == "", "no flow of forward matches, and none has a name"


def test_what_cannot_be_simulated_is_said() -> None:
    group = Entry(0, 1, b"", bytes.fromhex("00040010 00000000 00160008 00000001"), 0)
    with pytest.raises(ValueError, match="cannot do Unknown"):
        list(SimulatedSwitch([group], CORE).receive(FRAME, 1))
    metadata = Entry(0, 1, bytes.fromhex("80000408 0000000000000001"), b"", 0)
    with pytest.raises(ValueError, match="a simulated frame has no field"):
        list(SimulatedSwitch([metadata], CORE).receive(FRAME, 1))


def test_so_many_look_ups_and_no_more() -> None:
    start = [flow(CLASSIFY, 1, NEXT), flow(ADMIT, 1, NEXT), flow(FORWARD, 1, Resubmit(FLOOD), Resubmit(FLOOD))]
    assert out([*start, flow(FLOOD, 1, *[Resubmit(DELIVER)] * 2047)]) == []
    with pytest.raises(RecursionError, match="more than 4096 look-ups for one frame"):
        out([*start, flow(FLOOD, 1, *[Resubmit(DELIVER)] * 2048)])
