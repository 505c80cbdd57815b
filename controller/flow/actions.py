"""What a flow does with a frame, in words. Numbers of tables and registers are given by the pipeline when encoded."""

from __future__ import annotations

from typing import Final, NamedTuple

from weft.controller.pipeline.schema import Register, Table


class Load(NamedTuple):
    """Write a constant into a register."""

    register: Register
    value: int


class Copy(NamedTuple):
    """Copy the low bits of a register into a field of the frame (``vlan_vid``: 12 bits)."""

    register: Register
    field: str


class Set(NamedTuple):
    """Write a constant into a field of the frame (``vlan_vid``: ``tagged(vlan)``, and the frame has a tag)."""

    field: str
    value: int


class Meter(NamedTuple):
    """Count the frame, and let it die here when its meter has seen too many. It applies before all other actions."""

    id: int


class PushVlan(NamedTuple):
    """Put an empty 802.1Q tag on the frame."""


class PopVlan(NamedTuple):
    """Take the outermost tag off the frame."""


class Output(NamedTuple):
    """Send the frame out of an OpenFlow port; a switch never sends it back out of the port that it came in by."""

    ofport: int


class Resubmit(NamedTuple):
    """Look the frame up in a later table as well, then go on with the next action."""

    table: Table


class Apart(NamedTuple):
    """Do these with a copy of the frame. If a meter lets the copy die, the frame itself goes on."""

    actions: tuple[Load | Resubmit, ...]


class Goto(NamedTuple):
    """Go on in a later table; ``None`` is the table that the pipeline says follows."""

    table: Table | None


class Drop(NamedTuple):
    """Let the frame die, for the reason of that name: of the table's question, or whole, with a colon.

    Where the pipeline has a drop table, the frame is sent there with the reason's number, and dies there.
    """

    name: str


Action = Load | Copy | Set | Meter | PushVlan | PopVlan | Output | Resubmit | Apart | Goto | Drop

NEXT: Final = Goto(None)
PUSH_VLAN: Final = PushVlan()
POP_VLAN: Final = PopVlan()
TO_CONTROLLER: Final = Output(0xFFFFFFFD)  # OFPP_CONTROLLER (OpenFlow 1.4, section 7.2.1)
TO_IN_PORT: Final = Output(0xFFFFFFF8)  # OFPP_IN_PORT: back to where it came from, which must be said so
