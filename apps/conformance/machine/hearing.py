"""What the model allows: who must hear a frame, who may, and for which reasons it dies.

Written from the words of the documents, not from anybody's tables. Where a device cannot tell, and nobody is misled, a
frame may arrive or not; then it may arrive only at those that it is for.
"""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from weft.conformance.machine import reading
from weft.conformance.machine.reading import Reading
from weft.conformance.machine.society import LEVELS, Society, Station
from weft.conformance.machine.speech import admitted
from weft.conformance.octets.ethernet import Tag, tagged

Learned = Container[tuple[str, str]]  # pairs of a segment and a MAC
_ANY = 99  # tags of a VIF's own


class Verdict(NamedTuple):
    """Whose sockets must hear it, and with which octets; whose may; and why it may die, by the names of reasons."""

    must: dict[str, bytes]
    may: dict[str, bytes]
    reasons: frozenset[str]


def judge(there: Society, sender: Station, octets: bytes, learned: Learned = ()) -> Verdict:
    """What must become of the octets when that station sends them.

    ``learned`` are the MACs, each on a segment, that learning places have heard speak since anything has changed.
    """
    frame = reading.read(octets)
    place, depth = _place(there, sender, frame)
    if place is None:
        return Verdict({}, {}, frozenset({"classify:tagged"}))
    if not sender.up or place in there.shut:
        return Verdict({}, {}, frozenset({"classify:admin-down"}))
    opinion = admitted(sender, frame, depth)
    if opinion.reasons:
        return Verdict({}, {}, opinion.reasons)
    receivers, copies = _receivers(there, sender, place, frame, depth > 1, learned)
    inside = octets if depth else octets[:12] + octets[16:]
    inside = without_dei(inside) if depth > 1 else inside
    must = {station.name: _as_heard(inside, tag) for station, tag in receivers}
    may = {station.name: _as_heard(inside, tag) for station, tag in copies}
    hidden = sender.switch in there.plain and sender.level in LEVELS[2:] and reading.unusual(octets)
    if hidden or opinion.doubtful or len(octets) < 16 + 4 * len(frame.tags):  # too short to be given a tag on the way
        return Verdict({}, must | may, frozenset())
    return Verdict(must, may, _why_nobody(there, sender, place, frame.destination) if not must else frozenset())


def segment_of(there: Society, sender: Station, octets: bytes) -> str | None:
    """The segment that the station says it on; None where it has no such tag."""
    return _place(there, sender, reading.read(octets))[0]


def without_dei(octets: bytes) -> bytes:
    """Open vSwitch keeps all of a tag but the bit that says that the frame may be dropped first."""
    if octets[12:14] not in (b"\x81\x00", b"\x88\xa8") or len(octets) < 15:
        return octets
    return octets[:14] + bytes((octets[14] & 0xEF,)) + octets[15:]


def reach(a: Station, b: Station) -> bool:
    """Whether the private VLAN lets one hear the other."""
    if "promiscuous" in (a.isolated, b.isolated):
        return True
    return a.isolated == b.isolated != "isolated"


def _place(there: Society, sender: Station, frame: Reading) -> tuple[str | None, int]:
    """The segment that it is on, and how many tags below it may have."""
    if sender.segment in there.transparent and not sender.trunk:
        return sender.segment, _ANY
    if not frame.tags:
        return sender.segment, 1
    if len(frame.tags) > 1 or frame.tags[0] not in dict(sender.trunk):
        return None, 0
    return dict(sender.trunk)[frame.tags[0]], 0


Ears = list[tuple[Station, int | None]]


def _receivers(
    there: Society, sender: Station, place: str, frame: Reading, own_tags: bool, learned: Learned
) -> tuple[Ears, Ears]:
    """Who must hear what is said to that address there; and who may: promiscuous ports, and all while one learns."""
    destination = frame.destination
    everybody = [(station, tag) for station, tag in there.on(place) if station != sender]
    others = [
        (one, tag) for one, tag in everybody if there.near(sender.switch, one.switch, place) and reach(sender, one)
    ]
    if own_tags and frame.tags:  # a tag of a VIF's own would mean another segment to a trunk
        others = [(station, tag) for station, tag in others if not station.trunk]
    if int(destination[:2], 16) & 1:
        return others, []
    owned = any(station.mac == destination for station, _ in there.on(place))  # a MAC that ports share is nobody's own
    meant = [(one, tag) for one, tag in others if destination in ((one.mac,) if owned else one.macs)]
    shared = [(one, tag) for one, tag in meant if one.mac != destination and one.switch in there.learning]
    heard = [at for at in meant if at not in shared]  # where one learns, a shared MAC is his who has spoken last
    rest = [(one, tag) for one, tag in others if one not in [station for station, _ in meant]]
    passed = {sender.switch, *(station.switch for station, _ in heard)} if heard else set()
    copies = [(one, tag) for one, tag in rest if one.promiscuous and one.switch in passed]
    curious = [(one, tag) for one, tag in rest if one.promiscuous and one.switch not in passed]
    if (place, destination) not in learned:
        flooded = [(one, tag) for one, tag in rest if {one.switch, sender.switch} & there.learning]
        curious += [at for at in flooded if at not in copies]
    return heard + copies, curious + shared


def _why_nobody(there: Society, sender: Station, place: str, destination: str) -> frozenset[str]:
    if destination in sender.macs:
        return frozenset()
    if int(destination[:2], 16) & 1:
        return frozenset({"flood:nobody-listens", "deliver:isolated"})
    known = any(destination in station.macs for station, _ in there.on(place))
    return frozenset({"deliver:isolated", "deliver:tagged"} if known else {"forward:unknown-destination"})


def _as_heard(inside: bytes, tag: int | None) -> bytes:
    return inside if tag is None else tagged(inside, Tag(tag))
