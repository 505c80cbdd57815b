"""What a switch does to the octets of a frame: no more than its flows say (tests/wire asks a real one)."""

from __future__ import annotations

import pytest

from tests.packets import ethernet
from weft.controller.flow.actions import POP_VLAN, PUSH_VLAN, Action, Output, Set
from weft.controller.flow.encode import Encoder
from weft.controller.flow.flow import flow, tagged
from weft.controller.flow.simulate import Left, SimulatedSwitch
from weft.controller.pipeline.core import CLASSIFY, CORE

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
PLAIN = ethernet(B, A, 0x88B5, b"whatever is inside stays as it is")
ELIGIBLE = 5 | 1 << 12 | 3 << 13  # to be dropped, and of priority 3


def out(octets: bytes, *actions: Action) -> list[bytes]:
    """What leaves when a flow does that to a frame."""
    switch = SimulatedSwitch([Encoder(CORE).entry(flow(CLASSIFY, 1, *actions), 1)], CORE)
    return [event.octets for event in switch.passes(octets, 1) if isinstance(event, Left)]


def in_tag(octets: bytes, tag: int, kind: int = 0x8100) -> bytes:
    """The frame with one more tag around it."""
    return octets[:12] + kind.to_bytes(2, "big") + tag.to_bytes(2, "big") + octets[12:]


SEVEN = (PUSH_VLAN, Set("vlan_vid", tagged(7)))


@pytest.mark.parametrize(
    ("octets", "actions", "expected"),
    [
        (PLAIN, (Output(2), *SEVEN, Output(3), Output(4)), [PLAIN, in_tag(PLAIN, 7), in_tag(PLAIN, 7)]),
        (in_tag(PLAIN, 5), (POP_VLAN, Output(2)), [PLAIN]),
        (in_tag(PLAIN, ELIGIBLE, 0x88A8), (Output(2),), [in_tag(PLAIN, ELIGIBLE, 0x88A8)]),
        (in_tag(PLAIN, ELIGIBLE), (*SEVEN, Output(2)), [in_tag(in_tag(PLAIN, ELIGIBLE), 7)]),
        (in_tag(PLAIN, ELIGIBLE), (Set("vlan_vid", tagged(7)), Output(2)), [in_tag(PLAIN, 7 | 3 << 13)]),
        (in_tag(PLAIN, 5, 0x88A8), (Set("vlan_vid", tagged(7)), Output(2)), [in_tag(PLAIN, 7, 0x88A8)]),
        (in_tag(PLAIN, 7 | 1 << 12), (POP_VLAN, *SEVEN, Output(2)), [in_tag(PLAIN, 7 | 1 << 12)]),
        (in_tag(PLAIN, 7 | 1 << 12), (POP_VLAN, Output(2), *SEVEN, Output(3)), [PLAIN, in_tag(PLAIN, 7)]),
        (in_tag(in_tag(PLAIN, 6), 5), (POP_VLAN, Output(2)), [in_tag(PLAIN, 6)]),
        (in_tag(PLAIN, 5), (*SEVEN, *SEVEN, Output(2)), [in_tag(in_tag(PLAIN, 7), 7)]),
        (PLAIN, (Set("eth_src", 1), Output(2)), [PLAIN[:6] + b"\0\0\0\0\0\1" + PLAIN[12:]]),
        (PLAIN[:14], (*SEVEN, Output(2)), [in_tag(PLAIN[:14], 7)]),
    ],
    ids=[
        *("a tag is pushed when there is one to be", "a tag is popped", "what is not touched stays"),
        *("a tag goes around a tag", "a tag is written anew, eligible no more", "a tag keeps its type"),
        *("the same tag put back was never off", "but where it has left without", "a tag behind a tag is content"),
        *("no more than two tags are known", "an address is written", "the shortest frame"),
    ],
)
def test_octets_leave_as_they_came_but_for_what_is_done(
    octets: bytes, actions: tuple[Action, ...], expected: list[bytes]
) -> None:
    assert out(octets, *actions) == expected


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="13 octets are no Ethernet frame"):
        out(PLAIN[:13], Output(2))
