"""Ethernet frames, tags (IEEE 802.1Q), and LLC with and without SNAP (IEEE 802.2, RFC 1042)."""

from __future__ import annotations

from typing import NamedTuple

BROADCAST = "ff:ff:ff:ff:ff:ff"
NOBODY = "00:00:00:00:00:00"
ETHERNET_OUI = "000000"
CISCO_OUI = "00000c"
LEAST_LENGTH = 60  # octets without the checksum: what a sender pads to


class Tag(NamedTuple):
    """A VLAN tag: VLAN id 0 is a priority tag; ``protocol`` is its ethertype."""

    vlan: int
    protocol: int = 0x8100
    priority: int = 0
    drop_eligible: bool = False

    @property
    def octets(self) -> bytes:
        """The tag as it stands in a frame."""
        return words(self.protocol, self.priority << 13 | self.drop_eligible << 12 | self.vlan)


def mac(text: str) -> bytes:
    """The six octets of a MAC address."""
    return bytes.fromhex(text.replace(":", ""))


def words(*values: int) -> bytes:
    """16-bit numbers, one after the other."""
    return b"".join(value.to_bytes(2, "big") for value in values)


def ethernet(destination: str, source: str, ethertype: int, body: bytes) -> bytes:
    """A frame of that type."""
    return mac(destination) + mac(source) + words(ethertype) + body


def tagged(frame: bytes, *tags: Tag) -> bytes:
    """The frame with tags, the outermost first."""
    return frame[:12] + b"".join(tag.octets for tag in tags) + frame[12:]


def llc(destination: str, source: str, body: bytes, sap: int = 0x42, length: int | None = None) -> bytes:
    """A frame with a length where others have a type; ``sap`` is both service access points (0x42: spanning tree)."""
    said = bytes((sap, sap, 3)) + body
    return ethernet(destination, source, len(said) if length is None else length, said)


def snap(destination: str, source: str, protocol: int, body: bytes, oui: str = ETHERNET_OUI) -> bytes:
    """A frame whose type stands in a SNAP header."""
    return llc(destination, source, bytes.fromhex(oui) + words(protocol) + body, sap=0xAA)
