"""The rule of quality of service: what a VIF has said and may say is marked, and dies where it is too much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from weft.apps.extensions.qos.attributes import BURST, DSCP, RATE, SEGMENT_BURST, SEGMENT_DSCP, SEGMENT_RATE
from weft.controller.compile.audience import Placed, here
from weft.controller.compile.seats import seat
from weft.controller.compile.stage import stage
from weft.controller.compile.stages.limits import AROUND
from weft.controller.compile.view import View
from weft.controller.extension import METER_IDS
from weft.controller.flow.actions import NEXT, Meter, Set
from weft.controller.flow.flow import flow
from weft.controller.flow.meter import meter
from weft.controller.model.declared import Declared, value_of
from weft.controller.model.facts import Port
from weft.controller.pipeline.core import SOURCE
from weft.controller.pipeline.schema import Table

IP_TYPES = (0x0800, 0x86DD)
QOS_TABLE = Table("qos", 44, matches=(SOURCE, "eth_type"), doc="How is what a port says marked, and is it too much?")
TENTH = 10  # what may come at once on top of a rate is this part of a second's worth, where nobody says otherwise
METERS = METER_IDS  # one for each interface that Open vSwitch can have


@stage(id=66, per="port")
def qos(view: View, port: str) -> Iterator[Placed]:
    """What a port sends is marked with its DSCP, and no more of it passes than its rate."""
    found, at = view.port(port), seat(view, port)
    bearing = view.port(at.carrier) if at is not None and at.carrier is not None else found
    if found is None or at is None or bearing is None or not at.places:
        return
    rate = _said(view, bearing, RATE, SEGMENT_RATE)
    metered = () if rate is None else (Meter(METERS.start + at.ofport),)
    dscp = _said(view, found, DSCP, SEGMENT_DSCP)
    for eth_type in IP_TYPES if dscp is not None else ():
        marked = flow(QOS_TABLE, 110, *metered, Set("ip_dscp", dscp), NEXT, source=at.port_number, eth_type=eth_type)
        yield here(at.switch, marked)
    if rate is None:
        return
    yield here(at.switch, flow(QOS_TABLE, 100, *metered, NEXT, source=at.port_number))
    if at.carrier is None:  # what a trunk carries goes through the trunk's
        segment = view.segment(found.segment)
        frame = (segment.mtu if segment is not None else 1500) + AROUND
        burst = _said(view, found, BURST, SEGMENT_BURST) or rate // TENTH
        yield here(at.switch, meter(METERS.start + at.ofport, rate, max(burst, -(-frame * 8 // 1000)), "kbit/s"))


def _said(view: View, port: Port, own: Declared, of_segment: Declared) -> Any:
    """What the port says or, where it says nothing, its segment."""
    value = value_of(port.attributes, own)
    segment = view.segment(port.segment) if value is None else None
    return value if segment is None else value_of(segment.attributes, of_segment)
