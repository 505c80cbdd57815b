"""IPv6 packets with extension headers (RFC 8200), with UDP and ICMPv6 in them."""

from __future__ import annotations

import struct
from ipaddress import IPv6Address

from weft.conformance.octets.checksum import checksum

IPV6 = 0x86DD
HOP_BY_HOP, ROUTING, FRAGMENT, NOTHING, OPTIONS, AUTHENTICATION = 0, 43, 44, 59, 60, 51
TCP, UDP, ICMPV6 = 6, 17, 58
ALL_NODES, ALL_ROUTERS = "ff02::1", "ff02::2"
ROUTER_ALERT = bytes.fromhex("05020000 0100")  # RFC 2711, and padding
_PADDING = bytes.fromhex("0104 00000000")


def ipv6(
    source: str, destination: str, following: int, payload: bytes, *, hops: int = 255, version: int = 6,
    length: int | None = None,
) -> bytes:  # fmt: skip
    """A packet; ``following`` names the first header of the payload. ``length`` is the claimed one where false."""
    start = struct.pack("!IHBB", version << 28, len(payload) if length is None else length, following, hops)
    return start + IPv6Address(source).packed + IPv6Address(destination).packed + payload


def options(following: int, content: bytes = _PADDING) -> bytes:
    """A header of options, hop by hop or for the destination: ``content`` is 6 octets, or 8 more each."""
    return bytes((following, len(content) // 8)) + content


def routing(following: int) -> bytes:
    """A routing header (type 2) that leads nowhere any more: 0 segments are left."""
    return bytes((following, 2, 2, 0)) + bytes(20)


def authentication(following: int) -> bytes:
    """An authentication header (RFC 4302) with a check value of 12 octets."""
    return bytes((following, 4, 0, 0)) + bytes(20)


def fragment(following: int, offset: int = 0, more: bool = False) -> bytes:
    """A fragment header; ``offset`` is in octets. With neither offset nor more it is atomic (RFC 6946)."""
    return bytes((following, 0)) + struct.pack("!HI", offset | more, 77)


def udp(source: str, destination: str, ports: tuple[int, int], payload: bytes) -> bytes:
    """A datagram from one port to another."""
    datagram = struct.pack("!HHHH", *ports, 8 + len(payload), 0) + payload
    return datagram[:6] + _sum(source, destination, UDP, datagram) + datagram[8:]


def icmpv6(source: str, destination: str, kind: int, rest: bytes, code: int = 0) -> bytes:
    """A message; ``rest`` is what follows the checksum."""
    message = bytes((kind, code, 0, 0)) + rest
    return message[:2] + _sum(source, destination, ICMPV6, message) + message[4:]


def _sum(source: str, destination: str, protocol: int, octets: bytes) -> bytes:
    addresses = IPv6Address(source).packed + IPv6Address(destination).packed
    return checksum(addresses + struct.pack("!II", len(octets), protocol) + octets)


def link_local(mac: str) -> str:
    """The link-local address that a station forms of its MAC (RFC 4291, appendix A)."""
    octets = bytes.fromhex(mac.replace(":", ""))
    return str(IPv6Address(b"\xfe\x80" + bytes(6) + bytes((octets[0] ^ 2,)) + octets[1:3] + b"\xff\xfe" + octets[3:]))


def solicited_node(address: str) -> str:
    """The group in which who has that address is asked for (RFC 4291, section 2.7.1)."""
    return str(IPv6Address(IPv6Address("ff02::1:ff00:0").packed[:13] + IPv6Address(address).packed[13:]))


def group_mac(group: str) -> str:
    """The MAC of a multicast group (RFC 2464, section 7)."""
    return (b"\x33\x33" + IPv6Address(group).packed[12:]).hex(":")
