"""The octets of a frame on its way through a switch: what is done to its headers is done to them when it leaves.

Open vSwitch compares what the frame is to look like with how it was when it last left, and changes that alone. So a
tag that is taken off and put back by the way is never touched, and keeps its type and its drop-eligible bit.
"""

from __future__ import annotations

from typing import NamedTuple

from weft.controller.flow.frame import Frame

ADDRESSES = 12  # octets of the two MAC addresses
TAG = 4  # octets of a VLAN tag


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
