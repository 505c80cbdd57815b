"""Which ports of a segment name which addresses, so that nobody takes another project's."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple

from weft.controller.model.facts import Port
from weft.controller.model.indexing import add, discard


class Prefix(NamedTuple):
    """A prefix of IP addresses, as numbers: all that begin with the first ``length`` bits of ``first``."""

    version: int
    first: int
    length: int

    def __str__(self) -> str:
        return str((IPv4Network if self.version == 4 else IPv6Network)((self.first, self.length)))

    @property
    def single(self) -> bool:
        """Whether it is one address."""
        return self.length == self._bits

    @property
    def last(self) -> int:
        """The last address of it."""
        return self.first | (1 << self._bits - self.length) - 1

    def widened(self, length: int) -> Prefix:
        """The prefix of that length that it lies in."""
        rest = self._bits - length
        return Prefix(self.version, self.first >> rest << rest, length)

    @property
    def _bits(self) -> int:
        return 32 if self.version == 4 else 128


@lru_cache(maxsize=1024)  # a trunk names the same on each of its segments
def prefix_of(text: str) -> Prefix:
    """The prefix that the text means; an address is a prefix of one.

    >>> prefix_of("10.0.0.5"), str(prefix_of("10.0.0.5").widened(24))
    (Prefix(version=4, first=167772165, length=32), '10.0.0.0/24')
    """
    network = ip_network(text)
    return Prefix(network.version, int(network.network_address), network.prefixlen)


class Addresses:
    """The ports on one segment, and the addresses that they name: fixed IPs, and allowed prefixes and MACs.

    Prefixes are found by the lengths that there are, and a wide one finds each project's inside it in their order.
    """

    def __init__(self) -> None:
        self.ports: set[str] = set()
        self._port_by_ip: dict[str, str] = {}
        self._ports_by_mac: dict[str, dict[str, set[str]]] = {}  # and by project
        self._ports_by_prefix: dict[Prefix, dict[str, set[str]]] = {}
        self._lengths: Counter[tuple[int, int]] = Counter()
        self._prefixes_by_project: dict[str, list[Prefix]] = {}  # sorted

    def port_of_ip(self, ip: str) -> str | None:
        """The port that has that fixed IP."""
        return self._port_by_ip.get(ip)

    def fixed_inside(self, prefix: Prefix) -> Iterator[tuple[str, str]]:
        """The fixed IPs that lie in the prefix, each with its port."""
        for prefixes in self._prefixes_by_project.values():
            for other in filter(lambda inside: inside.single, _inside(prefixes, prefix)):
                ip = str(ip_network((other.first, other.length)).network_address)
                if ip in self._port_by_ip:
                    yield ip, self._port_by_ip[ip]

    def sharers(self, mac: str) -> Iterator[str]:
        """The ports that are allowed that MAC."""
        return (port for ports in self._ports_by_mac.get(mac, {}).values() for port in ports)

    def foreign_sharer(self, mac: str, project: str) -> str | None:
        """A port of another project that is allowed that MAC."""
        return _foreign(self._ports_by_mac.get(mac, {}), project)

    def foreign_overlap(self, prefix: Prefix, project: str) -> tuple[Prefix, str] | None:
        """An address of a port of another project that the prefix overlaps, and the port.

        However many addresses of the project's own lie in the prefix, none of them is looked at.
        """
        for around in self._around(prefix):
            port = _foreign(self._ports_by_prefix[around], project)
            if port is not None:
                return around, port
        others = (prefixes for other, prefixes in self._prefixes_by_project.items() if other != project)
        inside = min((first for first in (next(_inside(some, prefix), None) for some in others) if first), default=None)
        port = _foreign(self._ports_by_prefix[inside], project) if inside is not None else None
        return (inside, port) if inside is not None and port is not None else None

    def _around(self, prefix: Prefix) -> Iterator[Prefix]:
        """The prefix itself and those that it lies in, where some port names them."""
        for version, length in self._lengths:
            if version == prefix.version and length < prefix.length:
                around = prefix.widened(length)
                if around in self._ports_by_prefix:
                    yield around
        if prefix in self._ports_by_prefix:
            yield prefix

    def add(self, port: Port) -> None:
        """The port names its addresses from now on."""
        self.ports.add(port.id)
        for mac in _macs(port):
            add(self._ports_by_mac.setdefault(mac, {}), port.project, port.id)
        for ip in port.fixed_ips:
            self._port_by_ip[ip] = port.id
        for prefix in _prefixes(port):
            if prefix not in self._ports_by_prefix:
                self._ports_by_prefix[prefix] = {}
                self._lengths[prefix.version, prefix.length] += 1
            if port.project not in self._ports_by_prefix[prefix]:
                insort(self._prefixes_by_project.setdefault(port.project, []), prefix)
            add(self._ports_by_prefix[prefix], port.project, port.id)

    def remove(self, port: Port) -> None:
        """The port names them no more."""
        self.ports.discard(port.id)
        for mac in _macs(port):
            discard(self._ports_by_mac[mac], port.project, port.id)
            if not self._ports_by_mac[mac]:
                del self._ports_by_mac[mac]
        for ip in port.fixed_ips:
            del self._port_by_ip[ip]
        for prefix in _prefixes(port):
            discard(self._ports_by_prefix[prefix], port.project, port.id)
            if port.project not in self._ports_by_prefix[prefix]:
                own = self._prefixes_by_project[port.project]
                del own[bisect_left(own, prefix)]
                if not own:
                    del self._prefixes_by_project[port.project]
            if not self._ports_by_prefix[prefix]:
                del self._ports_by_prefix[prefix]
                self._lengths[prefix.version, prefix.length] -= 1
                if not self._lengths[prefix.version, prefix.length]:
                    del self._lengths[prefix.version, prefix.length]


def _inside(prefixes: list[Prefix], prefix: Prefix) -> Iterator[Prefix]:
    """Those of the sorted prefixes that lie in the one, or are it."""
    for place in range(bisect_left(prefixes, prefix), len(prefixes)):
        inside = prefixes[place]
        if (inside.version, inside.first) > (prefix.version, prefix.last):
            return
        yield inside


def _foreign(ports_by_project: dict[str, set[str]], project: str) -> str | None:
    return next((min(ports) for other, ports in ports_by_project.items() if other != project), None)


def _macs(port: Port) -> set[str]:
    return {pair.mac for pair in port.allowed_addresses if pair.mac is not None}


def _prefixes(port: Port) -> set[Prefix]:
    allowed = (pair.prefix for pair in port.allowed_addresses if pair.prefix is not None)
    return {prefix_of(text) for text in (*port.fixed_ips, *allowed)}
