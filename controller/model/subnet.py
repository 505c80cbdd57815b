"""A subnet: the addresses that the ports of a segment are given, and what their machines are told by DHCP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import ClassVar, NamedTuple

from weft.controller.model.attributes import Attribute, check_notes
from weft.controller.model.rules import (
    Malformed,
    check_address,
    check_different,
    check_flag,
    check_identifier,
    check_name,
    check_prefix,
    check_text,
    entries,
)

IPV6_MODES = ("dhcpv6-stateful", "dhcpv6-stateless", "slaac")  # RFC 4862, RFC 8415
MOST_POOLS, MOST_SERVERS, MOST_ROUTES = 64, 16, 64
IpNetwork = IPv4Network | IPv6Network
IpAddress = IPv4Address | IPv6Address


class Pool(NamedTuple):
    """Addresses that ports are given: all from ``start`` to ``end``."""

    start: str
    end: str


class Route(NamedTuple):
    """A route that machines are told: to a prefix, by an address of the subnet."""

    destination: str
    nexthop: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """Addresses of a segment. ``ipv6_*_mode`` say how machines come by theirs, where nobody says: from the model."""

    kind: ClassVar[str] = "subnet"
    id: str
    name: str = ""
    project: str
    segment: str
    cidr: str
    gateway_ip: str | None = None
    allocation_pools: tuple[Pool, ...] = ()
    dns_nameservers: tuple[str, ...] = ()
    host_routes: tuple[Route, ...] = ()
    enable_dhcp: bool = True
    ipv6_ra_mode: str | None = None
    ipv6_address_mode: str | None = None
    tags: tuple[str, ...] = ()
    description: str = ""
    attributes: tuple[Attribute, ...] = ()
    created_at: int = 0
    updated_at: int = 0
    revision: int = 0

    def __post_init__(self) -> None:
        check_identifier("id", self.id)
        check_text("name", self.name)
        check_name("project", self.project)
        check_identifier("segment", self.segment)
        check_prefix("cidr", self.cidr)
        if self.gateway_ip is not None:
            self._check_gateway(self.gateway_ip)
        self._check_pools()
        for place, server in entries("dns_nameservers", self.dns_nameservers, MOST_SERVERS):
            check_address(place, server)
        check_different("dns_nameservers", self.dns_nameservers)
        for place, route in entries("host_routes", self.host_routes, MOST_ROUTES):
            self._check_route(place, route)
        check_different("host_routes", self.host_routes)
        check_flag("enable_dhcp", self.enable_dhcp)
        self._check_modes()
        check_notes(self)

    @property
    def network(self) -> IpNetwork:
        """The prefix, as a value to reckon with."""
        return _network(self.cidr)

    @property
    def ip_version(self) -> int:
        """4 or 6."""
        return self.network.version

    def _check_gateway(self, gateway: str) -> None:
        check_address("gateway_ip", gateway)
        address = ip_address(gateway)
        if address.version != self.ip_version:
            raise Malformed("gateway_ip", f"must be an IPv{self.ip_version} address, as those of {self.cidr} are")
        if address in self.network and address not in usable(self.network):
            raise Malformed("gateway_ip", f"{gateway} is no address that a station of {self.cidr} can have")

    def _check_pools(self) -> None:
        ranges: list[tuple[int, int]] = []
        for place, pool in entries("allocation_pools", self.allocation_pools, MOST_POOLS):
            if not isinstance(pool, Pool):
                raise Malformed(place, "must be a start and an end")
            for name in ("start", "end"):
                check_address(f"{place}.{name}", getattr(pool, name))
                if ip_address(getattr(pool, name)) not in usable(self.network):
                    rule = f"{getattr(pool, name)} is no address that a station of {self.cidr} can have"
                    raise Malformed(f"{place}.{name}", rule)
            first, last = int(ip_address(pool.start)), int(ip_address(pool.end))
            if first > last:
                raise Malformed(place, f"{pool.start} comes after {pool.end}")
            if any(first <= end and start <= last for start, end in ranges):
                raise Malformed(place, f"{pool.start} to {pool.end} overlaps a pool before it")
            if self.gateway_ip is not None and first <= int(ip_address(self.gateway_ip)) <= last:
                raise Malformed(place, f"the gateway {self.gateway_ip} lies in {pool.start} to {pool.end}")
            ranges.append((first, last))

    def _check_route(self, place: str, route: object) -> None:
        if not isinstance(route, Route):
            raise Malformed(place, "must be a destination and a nexthop")
        if route.destination not in ("0.0.0.0/0", "::/0"):  # the default route, which is no station's
            check_prefix(f"{place}.destination", route.destination)
        check_address(f"{place}.nexthop", route.nexthop)
        for name, version in (
            ("destination", ip_network(route.destination).version),
            ("nexthop", ip_address(route.nexthop).version),
        ):
            if version != self.ip_version:
                raise Malformed(f"{place}.{name}", f"must be of IPv{self.ip_version}, as {self.cidr} is")

    def _check_modes(self) -> None:
        for name in ("ipv6_ra_mode", "ipv6_address_mode"):
            mode = getattr(self, name)
            if mode is not None and mode not in IPV6_MODES:
                raise Malformed(name, f"must be one of {', '.join(IPV6_MODES)}, not {mode!r}")
            if mode is not None and self.ip_version != 6:
                raise Malformed(name, "is for IPv6 alone")
        modes = {self.ipv6_ra_mode, self.ipv6_address_mode} - {None}
        if len(modes) > 1:
            raise Malformed("ipv6_address_mode", "must be the ipv6_ra_mode where both are given")
        if "slaac" in modes and self.network.prefixlen != 64:
            raise Malformed("cidr", "must have the length /64, which slaac needs (RFC 4862)")


class Usable(NamedTuple):
    """The addresses of a prefix that a station can have."""

    first: int
    last: int
    version: int

    def __contains__(self, address: object) -> bool:
        return (
            isinstance(address, IPv4Address | IPv6Address)
            and address.version == self.version
            and self.first <= int(address) <= self.last
        )


@lru_cache(maxsize=4096)
def usable(network: IpNetwork) -> Usable:
    """``usable(network)`` leaves out the network's own address, and IPv4's broadcast address.

    A /31 has two stations (RFC 3021), and so has a /127 (RFC 6164); of a single address it is that one.

    >>> 2 in usable(ip_network("10.0.0.0/24")), ip_address("10.0.0.255") in usable(ip_network("10.0.0.0/24"))
    (False, False)
    >>> ip_address("10.0.0.1") in usable(ip_network("10.0.0.0/31"))
    True
    """
    first, last = int(network.network_address), int(network.broadcast_address)
    if network.num_addresses > 2:
        first += 1
        last -= network.version == 4
    return Usable(first, last, network.version)


def default_pools(network: IpNetwork, gateway: str | None) -> tuple[Pool, ...]:
    """All that stations can have, but for the gateway.

    >>> default_pools(ip_network("10.0.0.0/24"), "10.0.0.1")
    (Pool(start='10.0.0.2', end='10.0.0.254'),)
    """
    first, last, version = usable(network)
    middle = int(ip_address(gateway)) if gateway is not None else None
    return tuple(_pools(first, last, middle, version))


def _pools(first: int, last: int, middle: int | None, version: int) -> Iterator[Pool]:
    kind: type[IpAddress] = IPv4Address if version == 4 else IPv6Address
    if middle is None or not first <= middle <= last:
        yield Pool(str(kind(first)), str(kind(last)))
        return
    if first < middle:
        yield Pool(str(kind(first)), str(kind(middle - 1)))
    if middle < last:
        yield Pool(str(kind(middle + 1)), str(kind(last)))


@lru_cache(maxsize=4096)
def _network(cidr: str) -> IpNetwork:
    return ip_network(cidr)
