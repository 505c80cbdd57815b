"""Flows such as any stage might say them: whatever the core's tables declare, at random."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from weft.controller.compile.stages.base import GROUP, RESERVED_MULTICAST
from weft.controller.flow.actions import (
    NEXT,
    POP_VLAN,
    PUSH_VLAN,
    Action,
    Copy,
    Drop,
    Goto,
    Load,
    Output,
    Resubmit,
)
from weft.controller.flow.flow import UNTAGGED, Flow, flow, tagged
from weft.controller.pipeline.core import CORE, TAG
from weft.controller.pipeline.schema import Register, Table

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
OFPORTS = st.integers(1, 0xFEFF)  # the numbers that Open vSwitch gives


def _mac(number: int) -> str:
    return number.to_bytes(6, "big").hex(":")


def _masked(number: int, mask: int) -> tuple[str, str]:
    return _mac(number & mask), _mac(mask)


macs = st.integers(0, (1 << 48) - 1).map(_mac)
Values = dict[str, st.SearchStrategy[Any]]
ANY: Values = {
    "in_port": OFPORTS,
    "vlan_vid": st.just(UNTAGGED) | st.integers(0, 4095).map(tagged),
    "eth_type": st.integers(0x600, 0xFFFF).filter(lambda number: number not in (0x8100, 0x88A8)),
    "eth_src": macs,
    "eth_dst": macs
    | st.sampled_from((GROUP, RESERVED_MULTICAST))
    | st.builds(_masked, st.integers(0, (1 << 48) - 1), st.integers(1, (1 << 48) - 1)),
    "output": OFPORTS,
}
FEW: Values = {  # so few that frames meet flows
    "in_port": st.integers(1, 2),
    "vlan_vid": st.sampled_from((UNTAGGED, tagged(2))),
    "eth_type": st.sampled_from((0x88B5, 0x88CC)),
    "eth_src": st.sampled_from((A, B)),
    "eth_dst": st.sampled_from((A, B, GROUP)),
    "output": st.integers(1, 4),
}


def _value(matched: Register | str, values: Values) -> st.SearchStrategy[Any]:
    if isinstance(matched, str):
        return values[matched]
    return st.integers(0, 1 if values is FEW else (1 << matched.width) - 1)


@st.composite
def flows(draw: st.DrawFn, values: Values = ANY) -> Flow:
    """A flow that its table declares, and that a switch takes."""
    table = draw(st.sampled_from(CORE.tables))
    names = {m if isinstance(m, str) else m.name: m for m in table.matches}
    matched = draw(st.lists(st.sampled_from(sorted(names)), unique=True, max_size=1 if values is FEW else None))
    match = {name: draw(_value(names[name], values)) for name in matched}
    priority = draw(st.integers(0, 65535))
    if draw(st.integers(0, 5)) == 0:
        return flow(table, priority, Drop(draw(st.sampled_from(("unknown", "tagged")))), **match)
    has_tag = match.get("vlan_vid", UNTAGGED) != UNTAGGED
    return flow(table, priority, *_actions(draw, table, has_tag, values), **match)


def _actions(draw: st.DrawFn, table: Table, has_tag: bool, values: Values) -> list[Action]:
    loads = [Load(register, draw(_value(register, values))) for register in table.writes]
    actions: list[Action] = [load for load in loads if draw(st.booleans())]
    if has_tag and draw(st.booleans()):  # Open vSwitch takes no tag off where there may be none
        actions.append(POP_VLAN)
    if TAG in table.reads and draw(st.booleans()):
        actions += (PUSH_VLAN, Copy(TAG, "vlan_vid"))
    later = [CORE.table_by_name[name] for name in table.next]
    actions += map(Resubmit, draw(st.lists(st.sampled_from(later), max_size=2)) if later else ())
    actions += map(Output, draw(st.lists(values["output"], max_size=2)))
    if later and draw(st.integers(0, 3)):
        actions.append(draw(st.sampled_from([NEXT, *map(Goto, later)])))
    return actions or [Output(1)]
