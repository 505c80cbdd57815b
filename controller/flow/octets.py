"""The octets of a frame on its way through a switch: what is done to its headers is done to them when it leaves.

Open vSwitch compares what the frame is to look like with how it was when it last left, and changes that alone. So a
tag that is taken off and put back by the way is never touched, and keeps its type and its drop-eligible bit.
"""

from __future__ import annotations

from typing import NamedTuple

from weft.controller.flow.frame import Frame

ADDRESSES = 12  # octets of the two MAC addresses
TAG = 4  # octets of a VLAN tag
SNAP = 8  # octets of an LLC header with a SNAP type
IP_TYPES = (0x0800, 0x86DD)


class Tag(NamedTuple):
    """A VLAN tag: its type, then the VLAN id with the priority in bits 13 to 15."""

    type: int
    value: int


class Octets(NamedTuple):
    """A frame's octets as they have last left, and the tags that a switch knows of in them, the outermost first."""

    octets: bytes
    tags: tuple[Tag, ...]

    def made(self, frame: Frame, tags: tuple[Tag, ...]) -> Octets:
        """The octets with the frame's addresses and these tags; whatever is equal stays as it is."""
        addresses = bytes.fromhex((frame.dst + frame.src).replace(":", ""))
        if tags == self.tags:
            return self if self.octets.startswith(addresses) else Octets(addresses + self.octets[ADDRESSES:], tags)
        kept = _alike(tags, self.tags)
        pushed = b"".join(
            bytes(tag.type.to_bytes(2, "big") + tag.value.to_bytes(2, "big")) for tag in tags[: len(tags) - kept]
        )
        behind = ADDRESSES + TAG * (len(self.tags) - kept)
        return Octets(addresses + pushed + self.octets[behind:], tags)

    def marked(self, dscp: int) -> Octets:
        """The octets of an IP packet with that DSCP, and a checksum of its header that fits where it has fitted."""
        at = ADDRESSES + TAG * len(self.tags)
        kind = int.from_bytes(self.octets[at : at + 2], "big")
        at += 2 if kind in IP_TYPES else 2 + SNAP
        version, octets = self.octets[at] >> 4, bytearray(self.octets)
        first = int.from_bytes(octets[at : at + 2], "big")
        if version == 6:
            octets[at : at + 2] = (first & 0xF03F | dscp << 6).to_bytes(2, "big")
        else:
            now = first & 0xFF03 | dscp << 2
            octets[at : at + 2] = now.to_bytes(2, "big")
            told = slice(at + 10, at + 12)
            octets[told] = _checksum(int.from_bytes(octets[told], "big"), first, now).to_bytes(2, "big")
        return Octets(bytes(octets), self.tags)


def _checksum(told: int, before: int, after: int) -> int:
    """An Internet checksum over a word that has changed (RFC 1624)."""
    summed = (~told & 0xFFFF) + (~before & 0xFFFF) + after
    while summed > 0xFFFF:
        summed = (summed & 0xFFFF) + (summed >> 16)
    return ~summed & 0xFFFF


def read(octets: bytes, frame: Frame) -> Octets:
    """The octets that ``headers.seen`` has read as that frame."""
    kind = int.from_bytes(octets[ADDRESSES : ADDRESSES + 2], "big")
    return Octets(octets, tuple(Tag(kind, value) for value in frame.vlans))


def _alike(tags: tuple[Tag, ...], others: tuple[Tag, ...]) -> int:
    """How many of the innermost tags are the same in both."""
    alike = 0
    for one, other in zip(reversed(tags), reversed(others), strict=False):
        if one != other:
            break
        alike += 1
    return alike
