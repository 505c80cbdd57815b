"""Where a port's VIF sits, when all that must hold for it to speak does hold."""

from __future__ import annotations

from typing import NamedTuple

from weft.controller.compile.view import View, query


class Seat(NamedTuple):
    """A port that is in use: its VIF is at OpenFlow port ``ofport`` of ``switch``."""

    segment: str
    segment_number: int
    tag: int
    port_number: int
    mac: str
    switch: str
    ofport: int
    admin_up: bool


@query
def seat(view: View, port_id: str) -> Seat | None:
    """Where the port's VIF sits; None while there is no VIF in it, or none that its switch has spoken of."""
    port, attachment = view.port(port_id), view.attachment(port_id)
    vif = view.vif(attachment.vif) if attachment is not None else None
    segment = view.segment(port.segment) if port is not None else None
    if port is None or vif is None or segment is None or vif.location is None:
        return None
    interface, switch = view.interface(vif.location), view.switch(vif.location.switch)
    if interface is None or switch is None or vif.location.interface in switch.fabric_interfaces:
        return None
    return Seat(
        segment=segment.id,
        segment_number=segment.number,
        tag=segment.segmentation_id or 0,
        port_number=port.number,
        mac=vif.mac,
        switch=switch.id,
        ofport=interface.ofport,
        admin_up=port.admin_up and segment.admin_up,
    )


@query
def open_seat(view: View, port_id: str) -> Seat | None:
    """The seat, when neither its port nor its segment is shut by the administrator."""
    found = seat(view, port_id)
    return found if found is not None and found.admin_up else None
