"""What a family of attacks is: a way to lie, in all variants, as a station at its place in the fabric would try it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import NamedTuple

from weft.conformance.machine.society import Society, Station
from weft.conformance.octets.ethernet import BROADCAST, LEAST_LENGTH, Tag, ethernet, tagged

MARK = b"weft:attack"
STRANGER, STRANGER_IP, STRANGER_IP6 = "02:00:00:00:ff:ff", "10.0.77.7", "2001:db8::7777"
EXPERIMENT = 0x88B5  # IEEE 802 local experimental
LONGEST = 1514  # octets of a frame of a segment's MTU


class Bare(bytes):
    """Octets that are sent as they are: cut short, or of exactly their length."""


class Attempt(NamedTuple):
    """A frame to send. ``reason`` is the one for which it dies where it dies at all; empty when it is lawful."""

    family: str
    name: str
    octets: bytes
    reason: str


class Scene(NamedTuple):
    """The attacker, somebody near, somebody far, and somebody on another segment, with a MAC that is unknown here."""

    there: Society
    me: Station
    near: Station
    far: Station
    foreign: Station
    foreign_mac: str

    @property
    def ways(self) -> tuple[tuple[str, str], ...]:
        """To all, and to one."""
        return ("to all", BROADCAST), (f"to {self.far.name}", self.far.mac)


Said = tuple[str, bytes, str]  # name, octets, reason
Family = Callable[[Scene], Iterator[Said]]


def scene(there: Society, me: Station, tag: int | None = None) -> Scene:
    """The scene on the segment that the station has with that tag."""
    segment = me.places[tag]
    peers = [station for station, _ in there.on(segment) if station != me and station.addresses]
    near = next((peer for peer in peers if peer.switch == me.switch), peers[0])
    far = next((peer for peer in reversed(peers) if peer.switch != me.switch), peers[-1])
    known = {mac for station, _ in there.on(segment) for mac in station.macs}
    others = [s for s in there.stations.values() if s.segment != segment and segment not in s.places.values()]
    elsewhere = ((station, mac) for station in others for mac in station.macs if mac not in known)
    foreign, foreign_mac = next(elsewhere)
    return Scene(there, me, near, far, foreign, foreign_mac)


def attempts(there: Society, me: Station, families: tuple[Family, ...]) -> Iterator[Attempt]:
    """All variants of the families, as that station tries them on each of its segments; no two are alike.

    On a trunk all is said once untagged and once with each of its tags; where tags pass, once with one.
    """
    said: set[bytes] = set()
    tags = [None, *dict(me.trunk)] if me.segment not in there.transparent or me.trunk else [None, 9]
    for tag in tags:
        at = scene(there, me, tag if tag in me.places else None)
        for family in families:
            for name, octets, reason in family(at):
                whole = sealed(f"{me.name} {family.__name__} {name} {tag}", octets)
                if tag is not None and len(whole) >= 14:
                    whole = tagged(whole, Tag(tag))
                too_long = (
                    me.segment in there.transparent and len(whole) > LONGEST
                )  # a tag of one's own is part of the MTU
                if whole not in said and not too_long:
                    said.add(whole)
                    label = name if tag is None else f"{name}, with tag {tag}"
                    yield Attempt(label_of(family), label, whole, reason)


def some(tries: Iterable[Attempt], every: int, first: int = 0) -> Iterator[Attempt]:
    """One in so many attempts of each family, from the ``first`` one on; but all that honest hosts say."""
    count: Counter[str] = Counter()
    for attempt in tries:
        if attempt.family.startswith("lawful") or count[attempt.family] % every == first % every:
            yield attempt
        count[attempt.family] += 1


def label_of(family: Family) -> str:
    """What a family is called: the room that it is in, and its own name."""
    return f"{family.__module__.rpartition('.')[2]}: {family.__name__.replace('_', ' ')}"


def sealed(name: str, octets: bytes) -> bytes:
    """The frame, filled up, with a mark of its own behind all that it says; bare octets stay as they are."""
    if isinstance(octets, Bare):
        return bytes(octets)
    return octets.ljust(LEAST_LENGTH, b"\0") + MARK + blake2b(name.encode(), digest_size=6).digest()


def opaque(destination: str, source: str) -> bytes:
    """A frame that says nothing that anybody looks into."""
    return ethernet(destination, source, EXPERIMENT, MARK)
