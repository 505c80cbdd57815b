"""A flow entry, as a switch holds it."""

from __future__ import annotations

from typing import NamedTuple

OURS = 0x57  # the first byte of every cookie that is Weft's


class Identity(NamedTuple):
    """What makes two entries the same one to a switch (OpenFlow 1.4, section 6.4)."""

    table: int
    priority: int
    match: bytes


class Entry(NamedTuple):
    """A flow entry in the bytes of OpenFlow 1.4, with Open vSwitch's extensions.

    ``match`` holds the match's TLVs in the order in which Open vSwitch returns them, without header and padding;
    ``instructions`` the padded instructions. The cookie is 8 bits ours, 8 bits stage, 48 bits digest of the content;
    ``name`` is the reason for which a drop drops.
    """

    table: int
    priority: int
    match: bytes
    instructions: bytes
    cookie: int
    name: str = ""

    @property
    def identity(self) -> Identity:
        """What makes two entries the same one to a switch."""
        return Identity(self.table, self.priority, self.match)

    @property
    def stage(self) -> int | None:
        """The id of the stage that its cookie names, or None when the cookie is not ours."""
        return (self.cookie >> 48) & 0xFF if self.cookie >> 56 == OURS else None
