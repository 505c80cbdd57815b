"""What the model wants of a Nexus. One mapping, whatever the items are told to the switch by."""

from __future__ import annotations

import re
from collections.abc import Iterator

from weft.apps.plugins.nexus.items import Access, Identity, Item, Member, Profile, Trunk, Virtual, Vlan
from weft.apps.plugins.nexus.names import name_of
from weft.controller.compile.placement import seats_at, wires_at
from weft.controller.compile.view import View

_CHANNEL = re.compile(r".+\.[0-9]+")


def desired(view: View, place: str, owner: str, vn_segment: int | None = None) -> Iterator[Item]:
    """``desired(view, place, owner)`` yields each item once: what the ports and the cables at the place need.

    ``vn_segment`` is added to a VLAN's number to be its vn-segment.
    """
    found: dict[Identity, Item] = {}

    def want(item: Item, about: str) -> None:
        before = found.get(item.identity, item)
        found[item.identity] = before._replace(about=before.about | {about})

    for wire in wires_at(view, place):
        number, name = wire.segmentation_id, name_of(owner, wire.segment)
        want(Vlan(number, name, vn_segment and vn_segment + number), wire.segment)
        for interface in wire.interfaces:
            want(Trunk(interface), wire.segment)
            want(Member(interface, number), wire.segment)
    for station in seats_at(view, place):
        for seated in station.seat.places:
            if seated.vlan is not None:
                continue  # behind a tag of the VIF's own; no port with a trunk is let in here
            number, name = seated.tag, name_of(owner, seated.segment)
            want(Vlan(number, name, vn_segment and vn_segment + number), seated.segment)
            if is_channel(station.interface):
                want(Profile(name, number), seated.segment)
                want(Virtual(station.interface, name), station.port)
            else:
                want(Access(station.interface, number), station.port)
    yield from found.values()


def is_channel(interface: str) -> bool:
    """Whether it is a virtual interface, on a channel of a physical one (802.1Qbh).

    >>> is_channel("eth1/1.3"), is_channel("eth1/1")
    (True, False)
    """
    return _CHANNEL.fullmatch(interface) is not None
