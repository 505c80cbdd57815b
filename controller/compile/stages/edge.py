"""The edge of the fabric: what a VIF may say, and how a frame reaches it."""

from __future__ import annotations

from collections.abc import Iterator

from weft.controller.compile.audience import Placed, here, wherever
from weft.controller.compile.seats import open_seat, seat
from weft.controller.compile.stage import stage
from weft.controller.compile.view import View
from weft.controller.flow.actions import NEXT, Drop, Load, Output
from weft.controller.flow.flow import UNTAGGED, flow
from weft.controller.pipeline.core import ADMIT, CLASSIFY, DELIVER, DEST, FORWARD, PORT, SEGMENT, SOURCE, TAG


@stage(id=16, per="port")
def classify(view: View, port: str) -> Iterator[Placed]:
    """What comes in where a VIF sits is on its port's segment. A VIF speaks untagged, or not at all."""
    at = seat(view, port)
    if at is None:
        return
    if at.admin_up:
        told = (Load(SEGMENT, at.segment_number), Load(SOURCE, at.port_number), Load(TAG, at.tag))
        yield here(at.switch, flow(CLASSIFY, 100, *told, NEXT, in_port=at.ofport, vlan_vid=UNTAGGED))
    why = "tagged" if at.admin_up else "admin-down"
    yield here(at.switch, flow(CLASSIFY, 90, Drop(why), in_port=at.ofport))


@stage(id=17, per="port")
def admit(view: View, port: str) -> Iterator[Placed]:
    """A VIF may speak only with its own address."""
    at = open_seat(view, port)
    if at is not None:
        yield here(at.switch, flow(ADMIT, 100, NEXT, source=at.port_number, eth_src=at.mac))
        yield here(at.switch, flow(ADMIT, 10, Drop("source-mac"), source=at.port_number))


@stage(id=18, per="port")
def forward(view: View, port: str) -> Iterator[Placed]:
    """A frame to a VIF's address is for its port, on its switch; so it is wherever the segment is."""
    at = open_seat(view, port)
    switch = view.switch(at.switch) if at is not None else None
    if at is not None and switch is not None:
        told = (Load(DEST, switch.number), Load(PORT, at.port_number))
        yield wherever(at.segment, flow(FORWARD, 100, *told, NEXT, segment=at.segment_number, eth_dst=at.mac))


@stage(id=19, per="port")
def deliver(view: View, port: str) -> Iterator[Placed]:
    """A frame for a port leaves where its VIF sits."""
    at = open_seat(view, port)
    if at is not None:
        yield here(at.switch, flow(DELIVER, 100, Output(at.ofport), port=at.port_number))
