"""Private VLANs (RFC 5517): who may hear whom on a segment.

A frame carries its sender's community. It is told where the frame comes in; on other switches it is looked up by the
source MAC, which the sender's switch has checked.
"""

from __future__ import annotations

from collections.abc import Iterator

from weft.controller.compile.audience import Placed, wherever
from weft.controller.compile.seats import seat, voice
from weft.controller.compile.stage import stage
from weft.controller.compile.view import View
from weft.controller.flow.actions import NEXT, Load
from weft.controller.flow.flow import flow
from weft.controller.model.facts import Port
from weft.controller.pipeline.core import COMMUNITY, ISOLATED, OPEN, ORIGIN


def told(port: Port) -> tuple[Load, ...]:
    """What a frame of that port carries. The community of all who name none is 0, and so are the registers."""
    if port.isolated is None:
        return ()
    if port.isolated == "promiscuous":
        return (Load(OPEN, 1),)
    return (Load(COMMUNITY, ISOLATED if port.isolated == "isolated" else _number(port.isolated)),)


def accepted(port: Port) -> Iterator[dict[str, int]]:
    """Which frames may leave for that port. A promiscuous port's frames are of community 0 and open."""
    if port.isolated is None:
        yield {"community": 0}
    elif port.isolated == "promiscuous":
        yield {}
    else:
        yield {"open": 1}
        if port.isolated != "isolated":
            yield {"community": _number(port.isolated)}


@stage(id=23, per="port")
def origin(view: View, port: str) -> Iterator[Placed]:
    """On other switches the source MAC tells of which community a frame is."""
    found, at, may = view.port(port), seat(view, port), voice(view, port)
    if found is None or at is None or may is None:
        return
    for place in (place for place in at.places if view.private(place.segment)):
        for mac in may.macs:
            yield wherever(place.segment, flow(ORIGIN, 100, *told(found), NEXT, segment=place.number, eth_src=mac))


@stage(id=22, per="segment")
def strangers(view: View, segment: str) -> Iterator[Placed]:
    """On a segment that is a private VLAN, who is not known yet reaches promiscuous ports alone."""
    found = view.segment(segment)
    if found is not None and found.admin_up and view.private(segment):
        yield wherever(segment, flow(ORIGIN, 50, Load(COMMUNITY, ISOLATED), NEXT, segment=found.number))


def _number(community: str) -> int:
    return int(community.removeprefix("community:"))
