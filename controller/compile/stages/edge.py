"""The edge of the fabric: which port a frame comes from, which port it is for, and how it leaves there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from weft.controller.compile.audience import Placed, here, wherever
from weft.controller.compile.seats import Place, Seat, seat, voice
from weft.controller.compile.stage import stage
from weft.controller.compile.stages import private
from weft.controller.compile.stages.limits import limited
from weft.controller.compile.view import View
from weft.controller.flow.actions import NEXT, POP_VLAN, PUSH_VLAN, Action, Drop, Goto, Load, Output, Set
from weft.controller.flow.flow import UNTAGGED, flow, tagged
from weft.controller.pipeline.core import (
    CLASSIFY,
    DELIVER,
    DEST,
    FLOOD,
    FORWARD,
    LISTEN,
    PORT,
    RECEIVE,
    SEGMENT,
    SOURCE,
    TAG,
)

TAG_TYPES = (0x8100, 0x88A8)
TAGS: tuple[dict[str, Any], ...] = (  # a tag that the switch has read, and those below one that it has taken off
    {"vlan_vid": (tagged(0), tagged(0))},
    *({"eth_type": kind} for kind in TAG_TYPES),
)


@stage(id=16, per="port")
def classify(view: View, port: str) -> Iterator[Placed]:
    """What comes in where a VIF sits is on its port's segment, or on that of the trunk's tag. Other tags end here."""
    found, at = view.port(port), seat(view, port)
    if found is None or at is None:
        return
    who = Load(SOURCE, at.port_number)
    for place in at.places:
        told = (Load(SEGMENT, place.number), who, Load(TAG, place.tag), *private.told(found))
        untag = (POP_VLAN,) if place.vlan is not None else ()
        actions = (*limited(view, port, "admit:rate"), *untag, *told, NEXT)
        yield here(at.switch, flow(CLASSIFY, 100, *actions, in_port=at.ofport, **_tag_of(at, place)))
        for inner in TAG_TYPES if place.vlan is not None else ():  # a tag below the trunk's would pass as content
            both = {"vlan_vid": tagged(place.vlan or 0), "eth_type": inner}
            yield here(at.switch, flow(CLASSIFY, 110, who, Drop("tagged"), in_port=at.ofport, **both))
    for vlan in at.shut:
        said = UNTAGGED if vlan is None else tagged(vlan)
        yield here(at.switch, flow(CLASSIFY, 100, who, Drop("admin-down"), in_port=at.ofport, vlan_vid=said))
    if at.carrier is None:
        yield here(at.switch, flow(CLASSIFY, 90, who, Drop("tagged"), in_port=at.ofport))


def _tag_of(at: Seat, place: Place) -> dict[str, int]:
    """How a VIF says that a frame is for that place: by a tag, or by none; where all tags pass, anyhow."""
    if place.transparent and not at.trunk:
        return {}
    return {"vlan_vid": UNTAGGED if place.vlan is None else tagged(place.vlan)}


@stage(id=18, per="port")
def forward(view: View, port: str) -> Iterator[Placed]:
    """A frame to a VIF's MAC is for its port, on its switch. One to a MAC that ports share is for all of these."""
    at, may = seat(view, port), voice(view, port)
    switch = view.switch(at.switch) if at is not None else None
    if at is None or may is None or switch is None:
        return
    own, *shared = may.macs
    told = (Load(DEST, switch.number), Load(PORT, at.port_number))
    for place in at.places:
        yield wherever(place.segment, flow(FORWARD, 100, *told, NEXT, segment=place.number, eth_dst=own))
        for mac in shared:  # it comes to promiscuous ports as well, which need no copy then
            for table, priority, goes_on in ((LISTEN, 120, NEXT), (FORWARD, 90, Goto(FLOOD))):
                yield wherever(place.segment, flow(table, priority, goes_on, segment=place.number, eth_dst=mac))
            # Whoever does not share it was never meant to hear it: that is no loss, and is charged to nobody.
            yield wherever(place.segment, flow(RECEIVE, 50, segment=place.number, eth_dst=mac))


@stage(id=20, per="port")
def receive(view: View, port: str) -> Iterator[Placed]:
    """A VIF hears what is for one of its MACs, and a promiscuous one all that is brought to it."""
    found, at, may = view.port(port), seat(view, port), voice(view, port)
    if found is None or at is None or may is None or not at.places:
        return
    for mac in may.macs:
        yield here(at.switch, flow(RECEIVE, 100, NEXT, port=at.port_number, eth_dst=mac))
    if found.promiscuous:
        yield here(at.switch, flow(RECEIVE, 90, NEXT, port=at.port_number))
    if found.isolated == "isolated" or found.max_rate is not None:  # neither refused itself, nor charged for it
        yield here(at.switch, flow(RECEIVE, 120, port=at.port_number, source=at.port_number))


@stage(id=19, per="port")
def deliver(view: View, port: str) -> Iterator[Placed]:
    """A frame for a port leaves where its VIF sits, with the tag that the trunk has for its segment."""
    found, at = view.port(port), seat(view, port)
    if found is None or at is None:
        return
    for place in at.places:
        out: tuple[Action, ...] = (Output(at.ofport),)
        if place.vlan is not None:  # the tag goes off again: others may be given the frame after this one
            out = (PUSH_VLAN, Set("vlan_vid", tagged(place.vlan)), *out, POP_VLAN)
        actions = (*limited(view, port, "deliver:rate"), *out)
        for community in private.accepted(found):
            which = {"port": at.port_number, "segment": place.number, **community}
            yield here(at.switch, flow(DELIVER, 100, *actions, **which))
        for tag in TAGS if at.trunk and place.transparent else ():  # to a trunk it would mean another segment
            which = {"port": at.port_number, "segment": place.number}
            yield here(at.switch, flow(DELIVER, 110, Drop("tagged"), **which, **tag))
