"""Conditions of a port's own: what its traits name must be there, and must not be another's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from weft.controller.model.addresses import Addresses, Prefix, prefix_of
from weft.controller.model.commands import Refusal
from weft.controller.model.conditions import check_kind, check_mac, check_room
from weft.controller.model.facts import Key, Port, Segment, Subnet
from weft.controller.model.group_conditions import check_groups_of
from weft.controller.model.network import Network
from weft.controller.model.policy import Target
from weft.controller.model.rights import Caller
from weft.controller.model.traits import AllowedAddress, strictest
from weft.controller.model.trunk_conditions import check_tags
from weft.controller.model.visibility import shares


def check_port(network: Network, before: Port | None, after: Port, caller: Caller) -> None:
    """All that a port must hold as it is made or changed; of what it named before nobody asks again.

    Another project's addresses are no obstacle to the operator. Raises a ``Refusal``.
    """
    check_tags(network, before, after)
    check_groups_of(network, before, after, caller)
    _check_trunk(network, before, after)
    _check_apart(network, after)
    old = frozenset(before.segments if before is not None else ())
    known = {named.entry for named in _named(before)} if before is not None else set()
    named = list(_named(after))
    new = [entry for entry in named if entry.entry not in known]
    free = caller.may("take_foreign_address", Target(after.project))
    for segment in after.segments:
        addresses = network.addresses(segment)
        gateways = _foreign_gateways(network, segment, after.project) if named and not free else []
        for entry in new if segment in old else named:
            _check_own(network, segment, addresses, after, entry)
            if not free:
                _check_foreign(segment, addresses, after, entry)
                _check_gateways(gateways, entry)
        for entry in named if before is not None and after.isolated != before.isolated else new:
            _check_together(network, addresses, after, entry)
    attachment = network.attachment(after.id)
    vif = network.vif(attachment.vif) if attachment is not None else None
    if vif is not None:
        check_kind(after, vif)
        come = [segment for segment in after.segments if segment not in old]
        check_mac(network, after, vif, segments=come)
        place = network.location(after.id)
        check_room(network, come, place.switch if place is not None else None)


def check_apart(network: Network, after: Segment) -> None:
    """No port of a private VLAN is left without checked MACs when its segment's security becomes none."""
    for id in sorted(network.ports_of(after.id)):
        port = network.port(id)
        segments = map(network.segment, port.segments) if port is not None else ()
        others = (segment.security for segment in segments if segment is not None and segment.id != after.id)
        bare = strictest([after.security, *others]) == "none"
        if port is not None and port.security is None and port.isolated is not None and bare:
            raise Refusal("conflict", "security", f"port {id!r} is in a private VLAN, which tells ports by their MACs")


class _Named(NamedTuple):
    """An entry of a port's addresses, and its path."""

    path: str
    entry: str | AllowedAddress  # a fixed IP, or a pair

    @property
    def prefix(self) -> tuple[str, str] | None:
        """The IP address or prefix that it names, with its path."""
        if isinstance(self.entry, str):
            return self.path, self.entry
        return (f"{self.path}.prefix", self.entry.prefix) if self.entry.prefix is not None else None


def _named(port: Port) -> Iterator[_Named]:
    yield from (_Named(f"fixed_ips[{place}]", ip) for place, ip in enumerate(port.fixed_ips))
    yield from (_Named(f"allowed_addresses[{place}]", pair) for place, pair in enumerate(port.allowed_addresses))


def _check_trunk(network: Network, before: Port | None, after: Port) -> None:
    """The trunk's segments are there, and are of the port's project or shared with it."""
    for place, subport in enumerate(after.trunk):
        if before is not None and subport.segment in before.segments:
            continue
        segment = network.segment(subport.segment)
        if segment is None:
            raise Refusal("not-found", f"trunk[{place}].segment", f"there is no segment {subport.segment!r}")
        if after.project != segment.project and not shares(segment, after.project):
            rule = f"segment {segment.id!r} is not shared with project {after.project!r}"
            raise Refusal("conflict", f"trunk[{place}].segment", rule)


def _check_apart(network: Network, port: Port) -> None:
    """On other switches a private VLAN knows a sender by its MAC, so somebody must have checked that."""
    if port.isolated is not None and network.security(port) == "none":
        rule = "a port whose security is none cannot be in a private VLAN, which tells ports by their MACs"
        raise Refusal("conflict", "isolated", rule)


def _check_together(network: Network, addresses: Addresses, port: Port, named: _Named) -> None:
    """Who shares a MAC shares the community too: by nothing but the MAC it is known on other switches."""
    mac = named.entry.mac if isinstance(named.entry, AllowedAddress) else None
    for id in sorted(addresses.sharers(mac)) if mac is not None else ():
        other = network.port(id)
        if other is not None and other.id != port.id and other.isolated != port.isolated:
            rule = f"{mac} is shared with port {id!r}, whose isolated is {other.isolated!r} and not {port.isolated!r}"
            raise Refusal("conflict", f"{named.path}.mac", rule, names=[Key("port", id)])


def _check_own(network: Network, segment: str, addresses: Addresses, port: Port, named: _Named) -> None:
    """A fixed IP is on a segment once, and a MAC that may be shared is the own one of no other VIF."""
    if isinstance(named.entry, str):
        other = addresses.port_of_ip(named.entry)
        if other is not None and other != port.id:
            rule = f"{named.entry} is port {other!r}'s on segment {segment!r}"
            raise Refusal("conflict", named.path, rule, names=[Key("port", other)])
    elif named.entry.mac is not None:
        other = network.port_of_mac(segment, named.entry.mac)
        if other is not None and other != port.id:
            rule = f"{named.entry.mac} is the own MAC of the VIF in port {other!r} on segment {segment!r}"
            raise Refusal("conflict", f"{named.path}.mac", rule, names=[Key("port", other)])


def _foreign_gateways(network: Network, segment: str, project: str) -> list[tuple[Prefix, Subnet]]:
    """The gateways of the segment's subnets that other projects have."""
    subnets = (network.subnet(id) for id in network.subnets_of(segment))
    foreign = (subnet for subnet in subnets if subnet is not None and subnet.project != project)
    return [(prefix_of(subnet.gateway_ip), subnet) for subnet in foreign if subnet.gateway_ip is not None]


def _check_gateways(gateways: list[tuple[Prefix, Subnet]], named: _Named) -> None:
    """Whoever spoke for the gateway of another project's subnet would be sent what all its ports send to the world."""
    if named.prefix is None:
        return
    path, text = named.prefix
    prefix = prefix_of(text)
    for gateway, subnet in gateways:
        if gateway.version == prefix.version and prefix.first <= gateway.first <= prefix.last:
            rule = f"{subnet.gateway_ip} is the gateway of subnet {subnet.id!r}, which is another project's"
            raise Refusal("conflict", path, rule, names=[Key("subnet", subnet.id)])


def _check_foreign(segment: str, addresses: Addresses, port: Port, named: _Named) -> None:
    """No address is another project's on the segment, and no MAC is shared with another project."""
    if named.prefix is not None:
        path, text = named.prefix
        overlap = addresses.foreign_overlap(prefix_of(text), port.project)
        if overlap is not None:
            prefix, other = overlap
            rule = f"{text} overlaps {prefix} of port {other!r}, which is another project's, on segment {segment!r}"
            raise Refusal("conflict", path, rule, names=[Key("port", other)])
    if isinstance(named.entry, AllowedAddress) and named.entry.mac is not None:
        sharer = addresses.foreign_sharer(named.entry.mac, port.project)
        if sharer is not None:
            whose = f"port {sharer!r}, which is another project's, on segment {segment!r}"
            rule = f"{named.entry.mac} is allowed to {whose}"
            raise Refusal("conflict", f"{named.path}.mac", rule, names=[Key("port", sharer)])
