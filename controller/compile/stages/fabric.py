"""The fabric between switches: which segment a frame is on, the way to one receiver, and the tree to many."""

from __future__ import annotations

from collections.abc import Iterator

from weft.controller.compile.audience import Placed, here, wherever
from weft.controller.compile.routes import branches, span, towards, ways
from weft.controller.compile.stage import stage
from weft.controller.compile.stages.copies import copy_for
from weft.controller.compile.view import View
from weft.controller.flow.actions import NEXT, POP_VLAN, PUSH_VLAN, Action, Copy, Load, Output
from weft.controller.flow.flow import flow, tagged
from weft.controller.pipeline.core import (
    ARRIVE,
    FLOOD,
    PLANES,
    SEGMENT,
    TAG,
    TRANSIT,
)

WITH_TAG = (PUSH_VLAN, Copy(TAG, "vlan_vid"))


@stage(id=32, per="segment")
def arrive(view: View, segment: str) -> Iterator[Placed]:
    """A frame with the segment's tag is on the segment, wherever the segment is."""
    found = view.segment(segment)
    if found is not None and found.admin_up and found.segmentation_id is not None:
        tag = found.segmentation_id
        told = (Load(SEGMENT, found.number), Load(TAG, tag))
        yield wherever(segment, flow(ARRIVE, 100, *told, POP_VLAN, NEXT, vlan_vid=tagged(tag)))


@stage(id=33, per="segment")
def transit(view: View, segment: str) -> Iterator[Placed]:
    """From each switch on the way to a receiver's switch, the next hop. Segments of one plane share it."""
    found = view.segment(segment)
    if found is None or not found.admin_up:
        return
    plane = found.number % PLANES
    for dest, crossed in sorted(ways(view, segment).items()):
        switch = view.switch(dest)
        hops = towards(view, dest, plane) if len(crossed) > 1 else {}
        for here_now in sorted(crossed - {dest}):
            if switch is not None and here_now in hops:
                out = Output(hops[here_now].ofport)
                yield here(here_now, flow(TRANSIT, 100, *WITH_TAG, out, dest=switch.number, plane=plane))


@stage(id=34, per="segment", each=span)
def flood(view: View, segment: str, switch: str) -> Iterator[Placed]:
    """A frame for many goes to each local port, then along the branches of the segment's tree.

    The switch itself never sends it back out of the interface that it came in by.
    """
    found = view.segment(segment)
    if found is None or not found.admin_up:
        return
    actions: list[Action] = []
    for port in view.local(segment, switch):
        actions += copy_for(view, port, segment)
    cables = branches(view, segment).get(switch, ())
    if cables:
        actions += (*WITH_TAG, *map(Output, cables))
    if actions:
        yield here(switch, flow(FLOOD, 100, *actions, segment=found.number))
