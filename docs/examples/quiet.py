"""Ports with the tag ``quiet`` say nothing to Multicast DNS: a rule that Weft does not have."""

from __future__ import annotations

from collections.abc import Iterator

from weft.controller.compile.audience import Placed, here
from weft.controller.compile.seats import seat
from weft.controller.compile.stage import stage
from weft.controller.compile.view import View
from weft.controller.flow.actions import Drop
from weft.controller.flow.flow import flow
from weft.controller.pipeline.core import ADMIT

GROUPS = ("01:00:5e:00:00:fb", "33:33:00:00:00:fb")  # RFC 6762, section 3


@stage(id=240, per="port")
def quiet(view: View, port_id: str) -> Iterator[Placed]:
    """A port with the tag ``quiet`` sends nothing to the groups of Multicast DNS."""
    port, at = view.port(port_id), seat(view, port_id)
    if port is None or at is None or "quiet" not in port.tags:
        return
    for group in GROUPS:
        yield here(at.switch, flow(ADMIT, 310, Drop("reserved"), source=at.port_number, eth_dst=group))
