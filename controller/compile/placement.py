"""What a plug-in without flow tables asks of the model: who is at a place, and which segments its cables carry.

A place is a switch of any plug-in. These queries say all that its ``desired`` needs, in the words of the model.
"""

from __future__ import annotations

from typing import NamedTuple

from weft.controller.compile.routes import branches
from weft.controller.compile.seats import Seat, Voice, seat, voice
from weft.controller.compile.view import View, query
from weft.controller.model.facts import Endpoint


class Station(NamedTuple):
    """A port in use: at which interface its VIF is, on which segments, and what it may claim to be.

    Where a trunk carries the port, the interface is that of the trunk's port, and ``seat.places`` have its tag.
    """

    port: str
    interface: str
    seat: Seat
    voice: Voice


class Wire(NamedTuple):
    """A segment that cables of the place carry: its segmentation id, and the fabric interfaces that are on its tree."""

    segment: str
    segmentation_id: int
    interfaces: tuple[str, ...]


@query
def seats_at(view: View, place: str) -> tuple[Station, ...]:
    """Every port in use whose VIF is at the place, by interface and port. Who is shut altogether is among them."""
    found = []
    for port in view.seated(place):
        at, may, interface = seat(view, port), voice(view, port), _interface_of(view, port)
        if at is not None and may is not None and interface is not None:
            found.append(Station(port, interface, at, may))
    return tuple(sorted(found, key=lambda station: (station.interface, station.port)))


def _interface_of(view: View, port: str) -> str | None:
    carrier = view.carrier(port)
    attachment = view.attachment(carrier.port if carrier is not None else port)
    vif = view.vif(attachment.vif) if attachment is not None else None
    return vif.interface if vif is not None else None


@query
def wires_at(view: View, place: str) -> tuple[Wire, ...]:
    """Every segment that a cable here carries, by its segmentation id. A segment that is shut is on no cable."""
    switch = view.switch(place)
    names = {}
    for name in switch.fabric_interfaces if switch is not None else ():
        interface = view.interface(Endpoint(place, name))
        if interface is not None:
            names[interface.ofport] = name
    found = []
    for id in view.crossing(place):
        segment = view.segment(id)
        cables = branches(view, id).get(place, ())
        if segment is not None and segment.admin_up and segment.segmentation_id is not None and cables:
            found.append(Wire(id, segment.segmentation_id, tuple(sorted(names[c] for c in cables if c in names))))
    return tuple(sorted(found, key=lambda wire: wire.segmentation_id))
