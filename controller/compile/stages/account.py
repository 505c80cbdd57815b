"""Who is charged with what: each port has a counter for each reason for which its frames may die."""

from __future__ import annotations

from collections.abc import Iterator

from weft.controller.compile.audience import Placed, here
from weft.controller.compile.seats import Seat, seat, voice
from weft.controller.compile.stage import stage
from weft.controller.compile.view import View
from weft.controller.flow.actions import Drop
from weft.controller.flow.flow import flow
from weft.controller.pipeline.core import DROP
from weft.controller.pipeline.reasons import REASON_BY_NAME

ALWAYS = (
    *("classify:tagged", "admit:reserved", "admit:source-mac", "forward:unknown-destination"),
    *("transit:no-way-there", "receive:not-its-address", "deliver:isolated"),
)
INSIDE = ("admit:arp-sender", "admit:neighbour", "admit:router", "admit:ethertype", "admit:malformed")
BY_LEVEL = {
    "none": ALWAYS,
    "mac": ALWAYS,
    "mac+inner": (*ALWAYS, *INSIDE),
    "mac+ip": (*ALWAYS, *INSIDE, "admit:ip-source", "admit:dhcp-server"),
}


def _besides(at: Seat) -> Iterator[str]:
    if at.shut:
        yield "classify:admin-down"
    if at.trunk and any(place.transparent for place in at.places):
        yield "deliver:tagged"


@stage(id=25, per="port")
def account(view: View, port: str) -> Iterator[Placed]:
    """What dies of a port's frames is counted by port and reason, where it dies."""
    at, may = seat(view, port), voice(view, port)
    if at is None or may is None:
        return
    for name in (*BY_LEVEL[may.level], *_besides(at)):
        reason = REASON_BY_NAME[name]
        charged = {"source" if reason.charged == "sender" else "port": at.port_number}
        yield here(at.switch, flow(DROP, 100, Drop(name), reason=reason.number, **charged))
