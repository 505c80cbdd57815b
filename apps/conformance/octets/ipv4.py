"""IPv4 packets, whole and in fragments (RFC 791), with UDP and ICMP in them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from ipaddress import IPv4Address

from weft.conformance.octets.checksum import checksum

IPV4 = 0x0800
ICMP, IGMP, TCP, UDP, GRE, VRRP = 1, 2, 6, 17, 47, 112
ROUTER_ALERT = bytes.fromhex("94040000")  # RFC 2113
RECORD_ROUTE = bytes.fromhex("070704") + bytes(4) + b"\0"
_MORE = 0x2000


def ipv4(
    source: str,
    destination: str,
    protocol: int,
    payload: bytes,
    *,
    options: bytes = b"",
    identification: int = 1,
    offset: int = 0,
    more: bool = False,
    ttl: int = 64,
    version: int = 4,
    words: int | None = None,
    total: int | None = None,
) -> bytes:
    """A packet; ``offset`` is in octets. ``words`` and ``total`` are lengths that it claims, where they are false."""
    said = 5 + len(options) // 4 if words is None else words
    length = 20 + len(options) + len(payload) if total is None else total
    fragment = offset // 8 | (_MORE if more else 0)
    start = struct.pack("!BBHHHBBH", version << 4 | said, 0, length, identification, fragment, ttl, protocol, 0)
    header = start + IPv4Address(source).packed + IPv4Address(destination).packed + options
    return header[:10] + checksum(header) + header[12:] + payload


def in_fragments(source: str, destination: str, protocol: int, payload: bytes, size: int) -> Iterator[bytes]:
    """The packet in pieces of ``size`` octets, a multiple of 8."""
    for offset in range(0, len(payload), size):
        piece, rest = payload[offset : offset + size], payload[offset + size :]
        yield ipv4(source, destination, protocol, piece, offset=offset, more=bool(rest), identification=77)


def udp(source: str, destination: str, ports: tuple[int, int], payload: bytes) -> bytes:
    """A datagram from one port to another."""
    length = 8 + len(payload)
    pseudo = IPv4Address(source).packed + IPv4Address(destination).packed + struct.pack("!HH", UDP, length)
    datagram = struct.pack("!HHHH", *ports, length, 0) + payload
    return datagram[:6] + checksum(pseudo + datagram) + datagram[8:]


def icmp(kind: int, code: int, rest: bytes) -> bytes:
    """A message; ``rest`` is what follows the checksum."""
    start = bytes((kind, code))
    return start + checksum(start + b"\0\0" + rest) + rest
