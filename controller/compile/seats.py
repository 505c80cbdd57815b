"""Where a port's VIF sits, on which segments it is there, and with which addresses it may speak."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_network
from typing import NamedTuple

from weft.controller.compile.view import View, query
from weft.controller.model.facts import Vif
from weft.controller.model.traits import strictest

LINK_LOCAL = 0xFE80 << 112


class Place(NamedTuple):
    """A segment that a seat gives on to. ``vlan`` is the VIF's tag for it: on a trunk, but for the native segment.

    On a ``transparent`` one there are frames with tags of VIFs' own.
    """

    segment: str
    number: int
    tag: int
    vlan: int | None
    transparent: bool


class Seat(NamedTuple):
    """A port that is in use: its VIF is at OpenFlow port ``ofport`` of ``switch``.

    ``places`` are the segments that it gives on to; ``shut`` are the VIF's tags (None: no tag) for those that the
    administrator has shut. Where a trunk carries the port, ``carrier`` is the trunk's own port.
    """

    port_number: int
    mac: str
    switch: str
    ofport: int
    trunk: bool
    carrier: str | None
    places: tuple[Place, ...]
    shut: tuple[int | None, ...]


class Pair(NamedTuple):
    """A MAC, and the addresses that may speak with it: ``prefix`` is canonical, with its length."""

    mac: str
    prefix: str

    @property
    def version(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.prefix else 4


class Voice(NamedTuple):
    """What a VIF may claim to be: the level that it is checked at, its MACs (its own first), its addresses."""

    level: str
    macs: tuple[str, ...]
    pairs: tuple[Pair, ...]
    router: bool
    dhcp_server: bool


@query
def seat(view: View, port_id: str) -> Seat | None:
    """Where the port's VIF sits; None while there is no VIF in it, or none that its switch has spoken of.

    That of a port which a trunk carries sits where the trunk's does, behind a tag.
    """
    port, vif, carrier = view.port(port_id), _vif_in(view, port_id), view.carrier(port_id)
    bearer, bearing = (vif, port) if carrier is None else (_vif_in(view, carrier.port), view.port(carrier.port))
    if port is None or vif is None or bearing is None or bearer is None or bearer.location is None:
        return None
    interface, switch = view.interface(bearer.location), view.switch(bearer.location.switch)
    if interface is None or switch is None or bearer.location.interface in switch.fabric_interfaces:
        return None
    places: list[Place] = []
    shut: list[int | None] = []
    for vlan, segment_id in ((carrier.tag if carrier is not None else None, port.segment), *port.trunk):
        segment = view.segment(segment_id)
        if segment is None or not (port.admin_up and bearing.admin_up and segment.admin_up):
            shut.append(vlan)
        else:
            tag = segment.segmentation_id or 0
            places.append(Place(segment.id, segment.number, tag, vlan, segment.vlan_transparent))
    trunk = bool(port.trunk) or carrier is not None or bool(view.carried(port_id))
    by = carrier.port if carrier is not None else None
    return Seat(port.number, vif.mac, switch.id, interface.ofport, trunk, by, tuple(places), tuple(shut))


def _vif_in(view: View, port: str) -> Vif | None:
    attachment = view.attachment(port)
    return view.vif(attachment.vif) if attachment is not None else None


@query
def heard(view: View, port_id: str, segment: str) -> int | None:
    """The number of the port, when its VIF is there to hear that segment; None otherwise."""
    at = seat(view, port_id)
    return at.port_number if at is not None and any(place.segment == segment for place in at.places) else None


@query
def voice(view: View, port_id: str) -> Voice | None:
    """What the port's VIF may claim to be; None while there is none."""
    port, at = view.port(port_id), seat(view, port_id)
    if port is None or at is None:
        return None
    fixed = [f"{ip}/{128 if ':' in ip else 32}" for ip in port.fixed_ips]
    macs, pairs = {at.mac: None}, [Pair(at.mac, prefix) for prefix in fixed]
    for mac, prefix in port.allowed_addresses:
        macs[mac or at.mac] = None
        pairs += [Pair(mac or at.mac, p) for p in ([prefix] if prefix is not None else fixed)]
    pairs += [Pair(mac, link_local(mac)) for mac in macs]
    segments = [view.segment(segment) for segment in port.segments]
    level = port.security or strictest(segment.security for segment in segments if segment is not None)
    return Voice(level, tuple(macs), tuple(dict.fromkeys(pairs)), port.router, port.dhcp_server)


def link_local(mac: str) -> str:
    """The link-local address that a station forms of its MAC (RFC 4291, appendix A), as a prefix.

    >>> link_local("02:00:00:00:00:01")
    'fe80::ff:fe00:1/128'
    """
    octets = bytearray.fromhex(mac.replace(":", ""))
    octets[0] ^= 2
    return str(ip_network(IPv6Address(LINK_LOCAL | int.from_bytes(octets[:3] + b"\xff\xfe" + octets[3:], "big"))))
