"""How much a port may send, say to everybody, and be sent: OpenFlow meters (OpenFlow 1.4, section 5.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from weft.controller.compile.audience import Placed, here
from weft.controller.compile.seats import seat
from weft.controller.compile.stage import stage
from weft.controller.compile.view import View
from weft.controller.flow.actions import NEXT, Meter
from weft.controller.flow.flow import flow
from weft.controller.flow.meter import meter
from weft.controller.pipeline.core import STORM
from weft.controller.pipeline.reasons import METERED

Limit = Literal["admit:rate", "flood:storm", "deliver:rate"]
AROUND = 22  # octets that a frame has beyond its packet: addresses, type, two tags
BURST = 10  # what may come at once on top of a rate is this part of a second's worth, where nobody says otherwise


def meter_of(ofport: int, limit: Limit) -> int:
    """The meter of an interface for that limit. No other interface of the switch has it."""
    return len(METERED) * ofport + METERED[limit]


def limited(view: View, port: str, limit: Limit) -> tuple[Meter, ...]:
    """The meter that the port's frames go through, where it has such a limit. What a trunk carries has the trunk's."""
    at = seat(view, port)
    found = view.port(at.carrier or port) if at is not None else None
    if found is None or at is None:
        return ()
    rate = found.max_broadcast if limit == "flood:storm" else found.max_rate
    return () if rate is None else (Meter(meter_of(at.ofport, limit)),)


@stage(id=24, per="port")
def limits(view: View, port: str) -> Iterator[Placed]:
    """A port has a meter for each limit that it has."""
    found, at = view.port(port), seat(view, port)
    carried = view.carried(port)
    if found is None or at is None or not (at.places or carried):
        return
    storm = limited(view, port, "flood:storm")
    if storm:
        yield here(at.switch, flow(STORM, 100, *storm, NEXT, source=at.port_number))
    if at.carrier is not None:
        return
    if found.max_rate is not None:
        # A frame that is larger than the burst would never pass, however long it waits.
        others = (view.port(other) for other in carried)
        crossing = (*(place.segment for place in at.places), *(other.segment for other in others if other is not None))
        segments = [view.segment(segment) for segment in crossing]
        frame = max(segment.mtu + AROUND for segment in segments if segment is not None)
        burst = max(found.burst or found.max_rate // BURST, -(-frame * 8 // 1000))
        for limit in ("admit:rate", "deliver:rate"):
            yield here(at.switch, meter(meter_of(at.ofport, limit), found.max_rate, burst, "kbit/s"))
    if found.max_broadcast is not None:
        burst = max(1, found.max_broadcast // BURST)
        yield here(at.switch, meter(meter_of(at.ofport, "flood:storm"), found.max_broadcast, burst, "frames/s"))
