"""What hosts make of octets: as lenient as the most lenient of them, because that one is the victim.

Nothing here is shared with the compiler, nor with what it believes that a switch sees.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import Literal, NamedTuple

TAG_TYPES = (0x8100, 0x88A8)
LEAST_TYPE = 0x0600
UDP, FRAGMENT, AUTHENTICATION, ICMPV6 = 17, 44, 51, 58
OPTIONS = (0, 43, 60)
_SNAP = bytes.fromhex("aaaa03000000")
_SOURCE, _TARGET = 1, 2

Piece = Literal["whole", "atomic", "first", "later"]


class Reading(NamedTuple):
    """An Ethernet frame. ``tags`` are VLAN ids, the outermost first; ``ethertype`` is None for LLC of unknown kind."""

    destination: str
    source: str
    tags: tuple[int, ...]
    ethertype: int | None
    body: bytes


class Packet(NamedTuple):
    """An IP packet, or a piece of one. ``protocol`` is None where the piece does not say what it carries."""

    source: str
    destination: str
    protocol: int | None
    piece: Piece
    payload: bytes
    version: int


class Discovery(NamedTuple):
    """A message of neighbour discovery. ``plain`` are the link-layer addresses in options of the usual length.

    ``odd``: some option would be ignored, or makes hosts throw the whole message away.
    """

    kind: int
    code: int
    target: str | None
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    odd: bool


class Arp(NamedTuple):
    """An ARP or RARP packet. ``usual``: it speaks of Ethernet and IPv4, and is whole."""

    operation: int
    sender: tuple[str, str]
    target: tuple[str, str]
    usual: bool


def read(octets: bytes) -> Reading:
    """The frame, its tags off."""
    tags: tuple[int, ...] = ()
    rest = octets[12:]
    while _number(rest[:2]) in TAG_TYPES and len(rest) >= 6:
        tags, rest = (*tags, _number(rest[2:4]) & 0xFFF), rest[4:]
    said, body = _number(rest[:2]), rest[2:]
    ethertype: int | None = said
    if said < LEAST_TYPE:
        known = body.startswith(_SNAP) and len(body) >= 8 and _number(body[6:8]) >= LEAST_TYPE
        ethertype, body = (_number(body[6:8]), body[8:]) if known else (None, body)
    return Reading(octets[:6].hex(":"), octets[6:12].hex(":"), tags, ethertype, body)


def unusual(octets: bytes) -> bool:
    """Whether it has a shape that no host uses: IP in SNAP, and what a filter looks for behind extension headers."""
    frame = read(octets)
    in_snap = _number(octets[12:14]) < LEAST_TYPE
    if frame.ethertype != 0x86DD:
        return in_snap and frame.ethertype == 0x0800
    packet = ipv6(frame.body)
    if packet is None or frame.body[6] not in (*OPTIONS, AUTHENTICATION, FRAGMENT):
        return in_snap
    authentic = AUTHENTICATION in (frame.body[6], frame.body[40])
    return in_snap or authentic or packet.piece == "first" or discovery(packet) is not None


def arp(body: bytes) -> Arp | None:
    """The ARP packet; None where it is cut short."""
    if len(body) < 28:
        return None
    usual = body.startswith(bytes.fromhex("0001 0800 06 04"))
    pairs = [(body[at : at + 6].hex(":"), str(IPv4Address(body[at + 6 : at + 10]))) for at in (8, 18)]
    return Arp(_number(body[6:8]), pairs[0], pairs[1], usual)


def ipv4(body: bytes) -> Packet | None:
    """The packet; None where its lengths contradict each other."""
    if len(body) < 20:
        return None
    header, total = 4 * (body[0] & 0xF), _number(body[2:4])
    if not 20 <= header <= total <= len(body):
        return None
    offset, more = _number(body[6:8]) & 0x1FFF, _number(body[6:8]) & 0x2000
    piece: Piece = "later" if offset else "first" if more else "whole"
    source, destination = (str(IPv4Address(body[at : at + 4])) for at in (12, 16))
    return Packet(source, destination, body[9], piece, body[header:total], body[0] >> 4)


def ipv6(body: bytes) -> Packet | None:
    """The packet behind its extension headers; None where it is shorter than it says."""
    if len(body) < 40 or len(body) < 40 + _number(body[4:6]):
        return None
    piece: Piece = "whole"
    following: int | None = body[6]
    rest = body[40 : 40 + _number(body[4:6])]
    while following in (*OPTIONS, AUTHENTICATION, FRAGMENT) and piece != "later":
        length = 8 if following == FRAGMENT else _extension(following, rest)
        if length > len(rest) or len(rest) < 8:
            following = None
            break
        if following == FRAGMENT:
            piece = "later" if _number(rest[2:4]) >> 3 else "first" if rest[3] & 1 else "atomic"
        following, rest = rest[0], rest[length:]
    source, destination = (str(IPv6Address(body[at : at + 16])) for at in (8, 24))
    return Packet(source, destination, following, piece, rest, body[0] >> 4)


def ports(packet: Packet) -> tuple[int, int] | None:
    """Source and destination port of a datagram; None where it has not got so far."""
    if packet.protocol != UDP or packet.piece == "later" or len(packet.payload) < 8:
        return None
    return _number(packet.payload[:2]), _number(packet.payload[2:4])


def discovery(packet: Packet) -> Discovery | None:
    """The message of neighbour discovery that it is, or begins; None where it is none, or does not get so far."""
    if packet.protocol != ICMPV6 or packet.piece == "later" or len(packet.payload) < 2:
        return None
    kind, code = packet.payload[:2]
    if kind not in range(133, 138):
        return None
    begin = {133: 8, 134: 16, 135: 24, 136: 24, 137: 40}[kind]
    said = packet.payload[8:24]
    target = str(IPv6Address(said)) if kind in (135, 136, 137) and len(said) == 16 else None
    sources, targets, odd = _options(packet.payload[begin:])
    return Discovery(kind, code, target, sources, targets, odd or len(packet.payload) < begin)


def _options(octets: bytes) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    found: dict[int, list[str]] = {_SOURCE: [], _TARGET: []}
    odd = False
    while len(octets) >= 8:
        kind, length = octets[0], 8 * octets[1]
        if not 8 <= length <= len(octets):
            odd = True
            break
        if kind in found and length == 8:
            found[kind].append(octets[2:8].hex(":"))
        odd = odd or (kind in found and length != 8)
        octets = octets[length:]
    return tuple(found[_SOURCE]), tuple(found[_TARGET]), odd or bool(octets)


def _extension(kind: int | None, rest: bytes) -> int:
    if len(rest) < 2:
        return 8
    return 4 * (rest[1] + 2) if kind == AUTHENTICATION else 8 * (rest[1] + 1)


def _number(octets: bytes) -> int:
    return int.from_bytes(octets, "big")
