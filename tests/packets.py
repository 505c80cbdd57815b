"""Packets to test with, octet by octet. What may be wrong in them can be made wrong; no checksum is right."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from weft.controller.flow.frame import Frame

SHORTEST = 60  # octets of a frame on a wire, without its check sequence


def ethernet(dst: str, src: str, eth_type: int, payload: bytes = b"", tags: tuple[int, ...] = ()) -> bytes:
    """A frame with 802.1Q tags, the outermost first."""
    tagged = b"".join(b"\x81\x00" + tag.to_bytes(2, "big") for tag in tags)
    return _mac(dst) + _mac(src) + tagged + eth_type.to_bytes(2, "big") + payload


def packed(frame: Frame) -> bytes:
    """A frame that has nothing inside but its payload, as it is on a wire, at its shortest."""
    assert not frame.inner, "what is inside must be made octet by octet"
    return ethernet(frame.dst, frame.src, frame.eth_type, frame.payload.encode(), frame.vlans).ljust(SHORTEST, b"\0")


def arp(operation: int, sha: str, spa: str, tha: str, tpa: str, kinds: str = "0001 0800 06 04") -> bytes:
    """An ARP packet (RFC 826); ``kinds`` are the types and lengths of its addresses, in hexadecimal."""
    addresses = (_mac(sha), IPv4Address(spa).packed, _mac(tha), IPv4Address(tpa).packed)
    return bytes.fromhex(kinds) + operation.to_bytes(2, "big") + b"".join(addresses)


def ipv4(
    src: str, dst: str, protocol: int, payload: bytes = b"", fragment: int = 0, total: int | None = None, words: int = 5
) -> bytes:
    """An IPv4 packet (RFC 791): ``fragment`` are the flags and the offset, ``words`` its header's, options zero."""
    length = (4 * words + len(payload) if total is None else total).to_bytes(2, "big")
    head = bytes((0x40 | words, 0)) + length + bytes(2) + fragment.to_bytes(2, "big") + bytes((64, protocol, 0, 0))
    options = bytes(max(0, 4 * words - 20))
    return head + IPv4Address(src).packed + IPv4Address(dst).packed + options + payload


def ipv6(src: str, dst: str, following: int, payload: bytes = b"", length: int | None = None) -> bytes:
    """An IPv6 packet (RFC 8200), what follows its header given by number."""
    said = (len(payload) if length is None else length).to_bytes(2, "big")
    head = bytes((0x60, 0, 0, 0)) + said + bytes((following, 255))
    return head + IPv6Address(src).packed + IPv6Address(dst).packed + payload


def extension(following: int, payload: bytes = b"", length: int = 0, body: bytes = bytes(6)) -> bytes:
    """An extension header of IPv6 with that length field, and what follows it."""
    return bytes((following, length)) + body + payload


def fragment(following: int, payload: bytes = b"", offset_and_flags: int = 0) -> bytes:
    """A fragment header of IPv6: the offset in bits 3 to 15, more fragments in bit 0."""
    return bytes((following, 0)) + offset_and_flags.to_bytes(2, "big") + bytes(4) + payload


def udp(src: int, dst: int, payload: bytes = b"") -> bytes:
    """A UDP datagram."""
    return b"".join(n.to_bytes(2, "big") for n in (src, dst, 8 + len(payload), 0)) + payload


def tcp(src: int, dst: int, words: int = 5) -> bytes:
    """A TCP segment; ``words`` is what it says of the length of its header."""
    return src.to_bytes(2, "big") + dst.to_bytes(2, "big") + bytes(8) + bytes((words << 4, 2)) + bytes(6)


def neighbour(kind: int, target: str, *options: bytes, code: int = 0) -> bytes:
    """A neighbour solicitation (135) or advertisement (136) (RFC 4861), or any other ICMPv6 message so made."""
    return bytes((kind, code)) + bytes(6) + IPv6Address(target).packed + b"".join(options)


def link_layer(option: int, mac: str, length: int = 1) -> bytes:
    """The option that names a link-layer address: of the source (1) or of the target (2)."""
    return bytes((option, length)) + _mac(mac)


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))
