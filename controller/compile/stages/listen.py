"""Promiscuous ports: copies of what is for others."""

from __future__ import annotations

from collections.abc import Iterator

from weft.controller.compile.audience import Placed, here
from weft.controller.compile.seats import heard, seat
from weft.controller.compile.stage import stage
from weft.controller.compile.stages.base import STATION
from weft.controller.compile.stages.copies import copy_for
from weft.controller.compile.view import View
from weft.controller.flow.actions import NEXT
from weft.controller.flow.flow import Masked, flow
from weft.controller.pipeline.core import LISTEN


@stage(id=21, per="segment", each=lambda view, segment: view.members(segment))
def listen(view: View, segment: str, switch: str) -> Iterator[Placed]:
    """A promiscuous port hears a copy of each frame for one that its switch sees. What is for itself comes anyway."""
    found = view.segment(segment)
    mac_by_port = {port: _mac(view, port) for port in view.local(segment, switch) if _listens(view, port, segment)}
    if found is None or not mac_by_port:
        return
    addresses: dict[str | Masked, int] = {STATION: 100, **dict.fromkeys(mac_by_port.values(), 110)}
    for address, priority in addresses.items():
        others = [port for port, mac in mac_by_port.items() if mac != address]
        copies = [action for port in others for action in copy_for(view, port, segment)]
        yield here(switch, flow(LISTEN, priority, *copies, NEXT, segment=found.number, eth_dst=address))


def _listens(view: View, port: str, segment: str) -> bool:
    found = view.port(port)
    return found is not None and found.promiscuous and heard(view, port, segment) is not None


def _mac(view: View, port: str) -> str:
    at = seat(view, port)
    return at.mac if at is not None else ""
