"""Who is there: the machines at the places, what their ports let them be, and which segments and ways there are.

The abstract machine knows nothing else. It is made of documents as the core API shows them (``weft.conformance.told``),
or by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from weft.conformance.octets.ipv6 import link_local

LEVELS = ("none", "mac", "mac+inner", "mac+ip")  # each checks all that those before it check


class Pair(NamedTuple):
    """A MAC, and a prefix that may speak with it."""

    mac: str
    prefix: str


@dataclass(frozen=True)
class Station:
    """A port with its VIF. ``trunk`` is pairs of tag and segment; ``allowed`` pairs of MAC and prefix, or None.

    Who is not ``up`` is shut by the administrator: it says nothing, and hears nothing.
    """

    name: str
    switch: str
    mac: str
    segment: str
    profile: str = "ordinary"
    level: str = "mac+inner"
    addresses: tuple[str, ...] = ()
    allowed: tuple[tuple[str | None, str | None], ...] = ()
    router: bool = False
    dhcp_server: bool = False
    promiscuous: bool = False
    trunk: tuple[tuple[int, str], ...] = ()
    isolated: str | None = None
    up: bool = True
    interface: str = ""
    port: str = ""

    @property
    def macs(self) -> tuple[str, ...]:
        """The MACs that it may use, its own first."""
        return tuple(dict.fromkeys((self.mac, *(mac for mac, _ in self.allowed if mac))))

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Which addresses may speak with which MAC: what it is given, and a link-local address of each MAC."""
        given = [Pair(self.mac, address) for address in self.addresses]
        for mac, prefix in self.allowed:
            given += [Pair(mac or self.mac, p) for p in ([prefix] if prefix else self.addresses)]
        return tuple(given) + tuple(Pair(mac, link_local(mac)) for mac in self.macs)

    @property
    def places(self) -> dict[int | None, str]:
        """The segments that it is on, by tag; the native one has none."""
        return {None: self.segment, **dict(self.trunk)}

    @property
    def ip4(self) -> str:
        """Its first IPv4 address."""
        return next(address for address in self.addresses if ":" not in address)

    @property
    def ip6(self) -> str:
        """Its first global IPv6 address."""
        return next(address for address in self.addresses if ":" in address)


@dataclass(frozen=True)
class Society:
    """All stations by name; what is particular about segments; and which places reach each other.

    On a ``transparent`` segment VIFs' own tags pass; a ``local`` one never leaves its place; nothing passes on one that
    is ``shut``. Places on one ``island`` reach each other over cables; where none is named, all do. Those that are
    ``learning`` send what is for a MAC that they have not learned yet to everybody on its segment. Those that are
    ``plain`` may drop what is lawful and has a shape that nobody uses.
    """

    stations: dict[str, Station]
    transparent: frozenset[str] = frozenset()
    local: frozenset[str] = frozenset()
    shut: frozenset[str] = frozenset()
    islands: Mapping[str, str] = field(default_factory=dict)
    learning: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()

    def on(self, segment: str) -> Iterator[tuple[Station, int | None]]:
        """Who is on a segment, each with the tag that it has there."""
        for station in self.stations.values():
            for tag, place in station.places.items():
                if place == segment and station.up and segment not in self.shut:
                    yield station, tag

    def near(self, one: str, other: str, segment: str) -> bool:
        """Whether what is said on the segment at the one place can be heard at the other."""
        if one == other:
            return True
        return segment not in self.local and self.islands.get(one, "") == self.islands.get(other, "")

    def changed(self, name: str, **traits: Any) -> Society:
        """The society when a station has other traits."""
        return replace(self, stations={**self.stations, name: replace(self.stations[name], **traits)})
