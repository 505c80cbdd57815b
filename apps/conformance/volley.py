"""The frames that are sent after each step, and what is wrong with who has heard them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import NamedTuple

from weft.conformance.bed import Sent, mark
from weft.conformance.families import FAMILIES
from weft.conformance.families.attempt import Bare, Scene, label_of, scene
from weft.conformance.machine.hearing import Verdict, judge, segment_of, without_dei
from weft.conformance.machine.reading import read
from weft.conformance.machine.society import Society, Station
from weft.conformance.octets import ipv6
from weft.conformance.octets.ethernet import BROADCAST, LEAST_LENGTH, Tag, ethernet, tagged

STRANGER = "02:00:00:00:ff:ff"
TO_ALL = "to all"
PAIRS = 60  # frames to one, at most; where there are more, some are chosen
ATTEMPTS = 6  # of what hosts and attackers say, by each station
_NOTHING = Verdict({}, {}, frozenset({"classify:unknown-port"}))


class Shot(NamedTuple):
    """A frame to send, by whom (None: no VIF is there), and what must become of it."""

    name: str
    sender: Station | None
    sent: Sent
    verdict: Verdict


class Wrong(NamedTuple):
    """What is wrong with what was heard of a frame: it was lost, astray, doubled, or not what was sent."""

    what: str
    shot: Shot
    whose: tuple[str, ...]

    def __str__(self) -> str:
        shot, frame = self.shot, read(self.shot.sent.frame)
        by = f"{shot.sender.name} in {shot.sender.port}" if shot.sender else "a machine without a VIF"
        traits = f" ({shot.sender.profile})" if shot.sender and shot.sender.profile else ""
        tags = f" tags {', '.join(map(str, frame.tags))}" if frame.tags else ""
        must = ", ".join(sorted(shot.verdict.must)) or "nobody"
        why = f", because of {', '.join(sorted(shot.verdict.reasons))}" if shot.verdict.reasons else ""
        return (
            f"{self.what}: {shot.name}, sent by {by} at {shot.sent.place} {shot.sent.interface}{traits}: "
            f"from {frame.source} to {frame.destination}{tags}; "
            f"must be heard by {must}{why}; {self.what}: {'; '.join(self.whose)}; octets {shot.sent.frame.hex()}"
        )


def volley(
    there: Society,
    machines: Iterable[tuple[str, str]],
    chance: Random,
    serials: Iterator[int],
    vlans: Sequence[int] = (),
) -> Iterator[Shot]:
    """What everybody says: first to all, then to each one, then what nobody may say, or only some.

    ``machines`` are the places and interfaces of all machines, and ``vlans`` tags that mean something on cables; no two
    frames have the same of the ``serials``.
    """
    by_end = {(station.switch, station.interface): station for station in there.stations.values()}
    ends = sorted(machines)
    learned: set[tuple[str, str]] = set()

    def shot(name: str, end: tuple[str, str], octets: bytes) -> Shot:
        sender = by_end.get(end)
        frame = sealed(octets, next(serials))
        verdict = judge(there, sender, frame, learned) if sender is not None else _NOTHING
        return Shot(name, sender, Sent(*end, frame), verdict)

    for end in ends:
        sender = by_end.get(end)
        for tag in sender.places if sender else (None, *vlans[:1]):
            made = shot(TO_ALL, end, _plain(BROADCAST, sender, tag))
            if sender is not None and made.verdict.must and not sender.isolated:
                segment = segment_of(there, sender, made.sent.frame)
                learned |= {(segment, sender.mac)} if segment is not None else set()
            yield made
    macs = sorted({mac for station in there.stations.values() for mac in station.macs} | {STRANGER})
    pairs = [
        (f"to {mac}", end, _plain(mac, sender, tag))
        for end in ends
        for sender in (by_end.get(end),)
        for tag in (sender.places if sender else (None,))
        for mac in macs
    ]
    for said in pairs if len(pairs) <= PAIRS else chance.sample(pairs, PAIRS):
        yield shot(*said)
    for end in ends:
        for name, octets in _lies(there, by_end.get(end), macs, vlans, chance):
            lie = shot(name, end, octets)
            yield lie
            for victim in _moved(there, lie):
                own = (victim.switch, victim.interface)
                yield shot("to all, so that it is known again where it is", own, _plain(BROADCAST, victim, None))


def _moved(there: Society, lie: Shot) -> list[Station]:
    """Whose MAC has been said by somebody who may say that, so that learning places think it has moved there."""
    if lie.sender is None or lie.verdict.reasons or not there.learning:
        return []
    source = read(lie.sent.frame).source
    return [one for one in there.stations.values() if one.mac == source and one != lie.sender]


def sealed(octets: bytes, serial: int) -> bytes:
    """The frame, filled up, with a mark behind all that it says, by which it is known wherever it arrives."""
    return octets.ljust(LEAST_LENGTH, b"\0") + mark(serial)


def wrong(shot: Shot, heard: Iterable[Sent], names: dict[tuple[str, str], str]) -> list[Wrong]:
    """What is wrong with what was heard of it; ``names`` says which VIF is at an interface, where one is."""
    arrived = Counter((names.get((at.place, at.interface), f"{at.place} {at.interface}"), at.frame) for at in heard)
    seen: Counter[tuple[str, bytes]] = Counter()
    for (who, frame), times in arrived.items():
        seen[who, without_dei(frame)] += times
    must = {(who, without_dei(octets)) for who, octets in shot.verdict.must.items()}
    may = {(who, without_dei(octets)) for who, octets in shot.verdict.may.items()}
    lost = must - seen.keys()
    astray = {(who, octets) for who, octets in seen if (who, octets) not in must | may}
    altered = {who for who, _ in astray} & {who for who, _ in must | may}
    doubled = {(who, octets) for (who, octets), times in seen.items() if times > 1}
    found = {
        "lost": {who for who, _ in lost} - altered,
        "astray": {who for who, _ in astray} - altered,
        "altered": {f"{who}: {octets.hex()}" for who, octets in astray if who in altered},
        "doubled": {who for who, _ in doubled},
    }
    return [Wrong(what, shot, tuple(sorted(whose))) for what, whose in found.items() if whose]


def _plain(to: str, sender: Station | None, tag: int | None) -> bytes:
    """What a station may say at every level: a datagram from its link-local address."""
    mac = sender.mac if sender is not None else "02:00:00:00:ee:ee"
    mine = ipv6.link_local(mac)
    said = ipv6.udp(mine, "ff02::1", (9, 9), b"weft")
    frame = ethernet(to, mac, ipv6.IPV6, ipv6.ipv6(mine, "ff02::1", ipv6.UDP, said))
    return frame if tag is None else tagged(frame, Tag(tag))


def _lies(
    there: Society, sender: Station | None, macs: Sequence[str], vlans: Sequence[int], chance: Random
) -> Iterator[tuple[str, bytes]]:
    others = [mac for mac in macs if sender is None or mac not in sender.macs]
    stolen = _plain(BROADCAST, sender, None)
    stolen = stolen[:6] + bytes.fromhex(chance.choice(others).replace(":", "")) + stolen[12:]
    yield "to all, as somebody else", stolen
    for vlan in {chance.choice((*vlans, 4094)), chance.randrange(4096)}:
        yield f"to all, with tag {vlan}", tagged(_plain(BROADCAST, sender, None), Tag(vlan))
    yield "to bridges", _plain("01:80:c2:00:00:00", sender, None)
    at = _scene(there, sender) if sender is not None else None
    if at is not None:
        for family in chance.sample(FAMILIES, min(ATTEMPTS, len(FAMILIES))):
            said = [(name, octets) for name, octets, _ in family(at) if not isinstance(octets, Bare)]
            if said:
                name, octets = chance.choice(said)
                yield f"{label_of(family)}: {name}", octets


def _scene(there: Society, me: Station) -> Scene | None:
    """The scene on its own segment, where there are others with addresses to speak of."""
    spoken = {name: _with_addresses(station) for name, station in there.stations.items()}
    try:
        return scene(Society(spoken, there.transparent), spoken[me.name])._replace(me=me)
    except (IndexError, StopIteration):
        return None


def _with_addresses(station: Station) -> Station:
    """A station that somebody can claim to be, whatever its port says of addresses."""
    number = int(station.mac[-2:], 16)
    four = next((address for address in station.addresses if ":" not in address), f"10.0.0.{number}")
    six = next((address for address in station.addresses if ":" in address), f"2001:db8::{number:x}")
    return Station(**{**station.__dict__, "addresses": (four, six)})
