"""Frames inside packets: VXLAN (RFC 7348), Geneve (RFC 8926) and GRE (RFC 2784)."""

from __future__ import annotations

from weft.conformance.octets.ethernet import words

VXLAN, GENEVE = 4789, 6081  # UDP ports
BRIDGING = 0x6558  # the type of an Ethernet frame inside GRE and Geneve


def vxlan(segment: int, frame: bytes) -> bytes:
    """The payload of a datagram that carries the frame on that segment."""
    return b"\x08\0\0\0" + segment.to_bytes(3, "big") + b"\0" + frame


def geneve(segment: int, frame: bytes) -> bytes:
    """The payload of a datagram that carries the frame on that segment."""
    return b"\0\0" + words(BRIDGING) + segment.to_bytes(3, "big") + b"\0" + frame


def gre(segment: int, frame: bytes) -> bytes:
    """The payload of a packet that carries the frame on that segment."""
    return b"\x20\0" + words(BRIDGING) + segment.to_bytes(4, "big") + frame
