"""What a switch does with a frame, one rule at a time (tests/wire holds it against a real switch)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

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
from weft.controller.flow.frame import Frame
from weft.controller.flow.meter import meter, meter_entry
from weft.controller.flow.simulate import Dropped, Left, SimulatedSwitch
from weft.controller.pipeline.core import (
    ADMIT,
    CLASSIFY,
    CORE,
    DELIVER,
    DROP,
    FLOOD,
    FORWARD,
    INSPECT,
    LISTEN,
    PORT,
    RECEIVE,
    SEGMENT,
    SOURCE,
    TAG,
)
from weft.controller.pipeline.schema import Pipeline, Table

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
GROUP = ("01:00:00:00:00:00", "01:00:00:00:00:00")
FRAME = Frame(A, B)
ADMITTED, HEARD, FLOODED = flow(ADMIT, 1, NEXT), flow(LISTEN, 1, NEXT), flow(FORWARD, 1, Goto(FLOOD))


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
    arrive = [flow(CLASSIFY, 1, NEXT), HEARD]
    source = [*arrive, flow(ADMIT, 1, NEXT, eth_src=A), FLOODED, flow(FLOOD, 1, Output(2))]
    assert [len(out(source, Frame(src, B))) for src in (A, B)] == [1, 0]
    group = [*arrive, ADMITTED, flow(FORWARD, 1, Goto(FLOOD), eth_dst=GROUP), flow(FLOOD, 1, Output(2))]
    assert [len(out(group, Frame(A, dst))) for dst in (B, "ff:ff:ff:ff:ff:ff", "33:33:00:00:00:01")] == [0, 1, 1]


def test_registers_carry_what_one_table_says_to_another() -> None:
    told = flow(CLASSIFY, 1, Load(SEGMENT, 3), Load(SOURCE, 7), NEXT)
    admits = [flow(ADMIT, 2, NEXT, source=7), flow(ADMIT, 1, Drop("reserved"), source=8)]
    forwards = [HEARD, flow(FORWARD, 1, Goto(FLOOD), segment=3)]
    assert out([told, *admits, *forwards, flow(FLOOD, 1, Output(2), segment=3)]) == [(2, ())]
    assert out([told, *admits, *forwards, flow(FLOOD, 1, Output(2), segment=4)]) == []


def test_a_register_is_written_without_touching_its_neighbours() -> None:
    twice = flow(CLASSIFY, 1, Load(SEGMENT, 0xFFFFFF), Load(SEGMENT, 3), Load(TAG, 9), NEXT)
    rest = [ADMITTED, HEARD, flow(FORWARD, 1, Goto(FLOOD), segment=3)]
    assert out([twice, *rest, flow(FLOOD, 1, Output(2), segment=3)]) == [(2, ())]


def test_tags_are_pushed_rewritten_and_popped() -> None:
    tag = [flow(CLASSIFY, 1, Load(TAG, 9), NEXT), ADMITTED, HEARD, FLOODED]
    flood = flow(FLOOD, 1, Output(2), PUSH_VLAN, Copy(TAG, "vlan_vid"), Output(3), Output(4))
    assert out([*tag, flood]) == [(2, ()), (3, (9,)), (4, (9,))]
    assert out([*tag, flood], Frame(A, B, vlans=(5,))) == [(2, (5,)), (3, (9, 5)), (4, (9, 5))]
    popped = [flow(CLASSIFY, 1, POP_VLAN, Output(2), vlan_vid=tagged(5))]
    assert out(popped, Frame(A, B, vlans=(5, 6))) == [(2, (6,))]


def test_a_tag_is_written_with_its_priority_kept() -> None:
    written = [flow(CLASSIFY, 1, Set("vlan_vid", tagged(7)), Output(2), vlan_vid=tagged(5))]
    assert out(written, Frame(A, B, vlans=(5 | 3 << 13, 6))) == [(2, (7 | 3 << 13, 6))]
    copied = [flow(CLASSIFY, 1, Load(TAG, 9), NEXT), ADMITTED, HEARD, FLOODED]
    copied += [flow(FLOOD, 1, Copy(TAG, "vlan_vid"), Output(2))]
    assert out(copied, Frame(A, B, vlans=(5 | 3 << 13,))) == [(2, (9 | 3 << 13,))]
    priority = [flow(CLASSIFY, 1, Set("vlan_pcp", 1), Output(2), vlan_vid=tagged(5))]
    assert out(priority, Frame(A, B, vlans=(5 | 3 << 13,))) == [(2, (5 | 1 << 13,))]
    pushed = [flow(CLASSIFY, 1, PUSH_VLAN, Set("vlan_vid", tagged(7)), Output(2))]
    assert out(pushed, Frame(A, B, vlans=(5 | 3 << 13,))) == [(2, (7, 5 | 3 << 13))]


def test_addresses_are_written_too() -> None:
    written = switch(flow(CLASSIFY, 1, Set("eth_dst", 10), Set("eth_src", 11), Output(2)))
    assert list(written.receive(Frame(A, B), 1)) == [(2, Frame("00:00:00:00:00:0b", "00:00:00:00:00:0a"))]


@pytest.mark.parametrize(
    ("match", "matching", "other"),
    [
        ({"arp_op": 1}, {"arp_op": 1}, {"arp_op": 2}),
        ({"arp_spa": "10.0.0.0/24"}, {"arp_spa": 0x0A0000FF}, {"arp_spa": 0x0A000100}),
        ({"arp_sha": A}, {"arp_sha": 0x02000000000A}, {"arp_sha": 0x02000000000B}),
        ({"arp_sha": "00:00:00:00:00:00"}, {}, {"arp_sha": 1}),
        ({"ip_frag": "no"}, {}, {"ip_frag": 1}),
        ({"ip_frag": "yes"}, {"ip_frag": 3}, {}),
        ({"ip_frag": "not_later"}, {"ip_frag": 1}, {"ip_frag": 3}),
        ({"nd_target": "fe80::/10"}, {"nd_target": 0xFEBF << 112}, {"nd_target": 0xFEC0 << 112}),
    ],
)
def test_what_is_inside_is_matched(match: dict[str, Any], matching: dict[str, int], other: dict[str, int]) -> None:
    start = [flow(CLASSIFY, 1, NEXT), flow(ADMIT, 1, Goto(INSPECT))]
    rest = [flow(INSPECT, 1, NEXT, **match), HEARD, FLOODED, flow(FLOOD, 1, Output(2))]
    for inner, left in ((matching, 1), (other, 0)):
        assert len(out([*start, *rest], Frame(A, B, 0x0806, inner=inner))) == left
        assert len(out([*start, *rest], Frame(A, B, 0x0806, (5,), inner=inner))) == left
    nothing = dict.fromkeys(match, 0)
    unseen = [*start, flow(INSPECT, 1, NEXT, **nothing), *rest[1:]]
    assert len(out(unseen, Frame(A, B, 0x0806, (5, 6), inner={**matching, **other}))) == 1, "behind a second tag"


def test_a_frame_has_no_other_fields() -> None:
    with pytest.raises(ValueError, match="a simulated frame has no field eth_src, ip_tos"):
        Frame(A, B, inner={"ip_tos": 1, "arp_op": 1, "eth_src": 1})


def test_a_frame_never_leaves_by_the_port_that_it_came_in_by() -> None:
    assert out([flow(CLASSIFY, 1, Output(1), Output(2))], in_port=1) == [(2, ())]


def test_a_look_up_on_the_way_does_not_end_the_way() -> None:
    start = [flow(CLASSIFY, 1, NEXT), ADMITTED, HEARD, FLOODED]
    each = flow(FLOOD, 1, Load(PORT, 1), Resubmit(RECEIVE), Load(PORT, 2), Resubmit(RECEIVE), Output(9))
    delivers = [flow(RECEIVE, 1, NEXT), *(flow(DELIVER, 1, Output(10 + n), port=n) for n in (1, 2))]
    assert out([*start, each, *delivers]) == [(11, ()), (12, ()), (9, ())]


def test_what_happens_to_a_copy_apart_is_forgotten() -> None:
    start = [flow(CLASSIFY, 1, Load(SEGMENT, 3), NEXT), ADMITTED, HEARD, FLOODED]
    copied = (Load(PORT, 1), Resubmit(RECEIVE))
    tags = flow(DELIVER, 1, PUSH_VLAN, Set("vlan_vid", tagged(7)), Output(11), port=1)
    apart = flow(FLOOD, 1, Load(PORT, 2), Apart(copied), Output(9), Resubmit(RECEIVE))
    delivers = [flow(RECEIVE, 1, NEXT), tags, flow(DELIVER, 1, Output(12), port=2)]
    assert out([*start, apart, *delivers]) == [(11, (7,)), (9, ()), (12, ())]
    together = flow(FLOOD, 1, Load(PORT, 2), *copied, Output(9), Resubmit(RECEIVE))
    assert out([*start, together, *delivers]) == [(11, (7,)), (9, (7,)), (11, (7, 7))]


def test_a_meter_lets_everything_pass() -> None:
    metered = Encoder(CORE).entry(flow(CLASSIFY, 1, Meter(3), Output(2)), 1)
    limit = meter_entry(meter(3, 1, 1, "kbit/s"))
    assert [ofport for ofport, _ in SimulatedSwitch([limit, metered], CORE).receive(FRAME, 1)] == [2]


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
    assert some.drop_reason(FRAME, in_port=1) == "", "no flow of listen matches, and none has a name"


def test_a_dropped_frame_is_counted_by_the_drop_table() -> None:
    flows = (
        flow(CLASSIFY, 1, Load(SOURCE, 7), NEXT),
        flow(ADMIT, 1, Drop("source-mac")),
        flow(ADMIT, 2, Drop("reserved"), eth_type=0x88CC),
        flow(DROP, 2, Drop("admit:source-mac"), reason=11, source=7),
        flow(DROP, 1, Drop("admit:source-mac"), reason=11),
    )
    some, counter = switch(*flows), Encoder(CORE).entry(flows[3], 1)
    told = {"reason": 11, "source": 7, "port": 0}
    assert some.verdicts(FRAME, 1) == [Dropped("admit:source-mac", "admit", told, counter)]
    assert some.verdicts(Frame(A, B, 0x88CC), 1) == [Dropped("admit:reserved", "admit", {**told, "reason": 10}, None)]
    assert list(some.receive(FRAME, 1)) == []


def test_all_that_becomes_of_a_frame_is_told_in_turn() -> None:
    start = [flow(CLASSIFY, 1, Load(SOURCE, 7), NEXT), ADMITTED, HEARD, FLOODED]
    copies = [action for port in (1, 2, 3) for action in (Load(PORT, port), Resubmit(RECEIVE))]
    delivers = [
        flow(RECEIVE, 1, NEXT),
        flow(DELIVER, 1, Output(11), port=1),
        flow(DELIVER, 1, Drop("isolated"), port=2),
        flow(DROP, 1, Drop("deliver:isolated"), reason=41, port=2),
    ]
    some = switch(*start, flow(FLOOD, 1, *copies, Output(9)), *delivers)
    counter = Encoder(CORE).entry(delivers[-1], 1)
    told = {"reason": 41, "source": 7, "port": 2}
    assert some.verdicts(FRAME, 1) == [
        Left(11, FRAME),
        Dropped("deliver:isolated", "deliver", told, counter),
        Dropped("", "deliver", {**told, "port": 3}, None),
        Left(9, FRAME),
    ]
    assert [ofport for ofport, _ in some.receive(FRAME, 1)] == [11, 9]


def test_without_a_drop_table_a_frame_dies_where_it_is_dropped() -> None:
    only = Table("only", 0, ("in_port",))
    pipeline = Pipeline((only,))
    entry = Encoder(pipeline).entry(flow(only, 1, Drop("here"), in_port=1), 1)
    some = SimulatedSwitch([entry], pipeline)
    assert some.verdicts(FRAME, 1) == [Dropped("only:here", "only", {}, entry)]
    assert some.verdicts(FRAME, 2) == [Dropped("", "only", {}, None)]


def test_what_cannot_be_simulated_is_said() -> None:
    group = Entry(0, 1, b"", bytes.fromhex("00040010 00000000 00160008 00000001"), 0)
    with pytest.raises(ValueError, match="cannot do Unknown"):
        list(SimulatedSwitch([group], CORE).receive(FRAME, 1))
    untagged = switch(flow(CLASSIFY, 1, Set("vlan_vid", tagged(7)), Output(2)))
    with pytest.raises(ValueError, match="cannot do Set"):
        list(untagged.receive(FRAME, 1))
    metadata = Entry(0, 1, bytes.fromhex("80000408 0000000000000001"), b"", 0)
    with pytest.raises(ValueError, match="a simulated frame has no field"):
        list(SimulatedSwitch([metadata], CORE).receive(FRAME, 1))


def test_so_many_look_ups_and_no_more() -> None:
    start = [flow(CLASSIFY, 1, NEXT), ADMITTED, HEARD, flow(FORWARD, 1, Resubmit(FLOOD), Resubmit(FLOOD))]
    assert out([*start, flow(FLOOD, 1, *[Resubmit(RECEIVE)] * 2047)]) == []
    with pytest.raises(RecursionError, match="more than 4096 look-ups for one frame"):
        out([*start, flow(FLOOD, 1, *[Resubmit(RECEIVE)] * 2048)])
