"""What a place's bridge should hold: which interface is in which VLAN, and the rules of each machine's port."""

from __future__ import annotations

from collections.abc import Iterator

from weft.apps.plugins.linux_bridge import communities
from weft.apps.plugins.linux_bridge.bridge import BRIDGE, MEMBER
from weft.apps.plugins.linux_bridge.items import BARE, TAGGED, Chains, Item, Member, Vlan
from weft.apps.plugins.linux_bridge.security import heard, limited, said
from weft.apps.plugins.linux_bridge.table import TABLE, rules
from weft.controller.compile.placement import Station, seats_at, wires_at
from weft.controller.compile.stages.limits import BURST
from weft.controller.compile.view import View
from weft.controller.model.facts import Port


def desired(view: View, place: str) -> Iterator[Item]:
    """All that the bridge should hold. An interface that nobody's port or cable uses is in no VLAN."""
    if view.switch(place) is None:
        return
    yield BRIDGE
    yield TABLE
    cables: dict[str, dict[int, tuple[tuple[str, int], ...]]] = {}  # their private VLANs, and who is known there
    for wire in wires_at(view, place):
        for interface in wire.interfaces:
            private = cables.setdefault(interface, {})
            if view.private(wire.segment):
                private[wire.segmentation_id] = communities.marks(view, wire.segment)
        about = (wire.segment,)
        yield from (Vlan(interface, wire.segmentation_id, TAGGED, about) for interface in wire.interfaces)
    for interface, private in cables.items():
        yield Member(interface, MEMBER)
        if private:
            yield rules(interface, communities.arriving(interface, private))
    for station in seats_at(view, place):
        port = view.port(station.port)
        for at in station.seat.places if port is not None else ():
            assert port is not None
            about = (station.port,)
            yield Vlan(station.interface, at.tag, BARE, about)
            yield Member(station.interface, MEMBER, about)
            yield rules(station.interface, _chains(view, port, station, at.segment))._replace(about=about)


def _chains(view: View, port: Port, station: Station, segment: str) -> Chains:
    """The rules of one machine's port."""
    name, most = station.interface, port.max_broadcast
    private = view.private(segment)
    marked = (communities.told(communities.mark_of(port)),) if private else ()
    refused = tuple(communities.refused(communities.heard_by(port))) if private else ()
    return (
        *said(name, station.voice, "accept" if most is None else f"goto storm_{name}", marked),
        *(limited(name, most, max(1, most // BURST)) if most is not None else ()),
        *heard(name, station.voice.macs, port.promiscuous, refused),
    )
