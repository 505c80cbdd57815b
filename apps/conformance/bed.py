"""What the kit needs of a plug-in's places: machines to plug in there, frames to send, and ways to disturb a device.

Whoever has a plug-in brings a ``Bed`` for it, under its name in the entry point group ``weft.beds``: a factory that is
given an empty directory to work in. A bed's class that inherits from ``Bed`` has what is optional as it is here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, Protocol

GROUP = "weft.beds"
MARK = b"weft kit "
_WIDTH = 8  # digits


class Sent(NamedTuple):
    """A frame (without its checksum) that a machine sends, or hears: at which interface of which place."""

    place: str
    interface: str
    frame: bytes


class Bed(Protocol):
    """The places of one plug-in, joined by cables, with machines at them that can be told to send."""

    places: Sequence[str]
    learns: bool = False  # it forwards by learning MACs, and floods what is for one that it has not learned
    plain: bool = False  # it looks into the usual shapes of frames alone, and may drop what it cannot look into

    def documents(self) -> Mapping[str, Any]:
        """``switches`` and ``links``: lists of the fields to declare over REST, all places and cables."""
        ...

    def arguments(self) -> Sequence[str]:
        """What ``weft-controller`` must be started with besides, so that it reaches these places."""
        return ()

    def settings(self) -> Mapping[str, Any]:
        """What the controller's ``--plugins`` file must say, by plug-in."""
        return {}

    def plug(self, place: str, name: str) -> str:
        """Make an interface for a machine's VIF there; its name, as the place's device has it."""
        ...

    def unplug(self, place: str, interface: str) -> None:
        """Take the interface away."""
        ...

    def send(self, frames: Sequence[Sent]) -> list[list[Sent]]:
        """Send the frames from the machines, in this order.

        For each of them: all that machines have heard of it, at which interface, as it arrived there, tags and all.
        Whose is whose, a mark tells that the kit has put in each (``apart``). What has no mark is nobody's business.
        """
        ...

    def disturb(self, place: str, how: Random) -> str:
        """Change something of ours on the device behind the controller's back; says what."""
        ...

    def cut(self, link: int, up: bool) -> bool:
        """Unplug a cable, by its place in ``documents()["links"]``, or plug it in; False: this bed cannot."""
        del link, up
        return False

    def outage(self, place: str, over: bool) -> bool:
        """Let nobody speak with the device any more, until it is over; False: this bed cannot."""
        del place, over
        return False

    def close(self) -> None:
        """Leave nothing behind."""
        ...


Factory = Callable[[Path], Bed]


def beds() -> dict[str, Callable[[], Factory]]:
    """How to load the factory of each bed that is installed, by plug-in."""
    return {entry.name: entry.load for entry in entry_points(group=GROUP)}


def mark(serial: int) -> bytes:
    """What the kit puts in a frame, so that it is known again wherever it arrives."""
    return MARK + b"%0*d" % (_WIDTH, serial)


def serial_of(frame: bytes) -> bytes:
    """The mark in the frame, wherever in it; empty when there is none."""
    begin = frame.rfind(MARK)
    return frame[begin : begin + len(MARK) + _WIDTH] if begin >= 0 else b""


def apart(sent: Sequence[Sent], heard: Iterable[Sent]) -> list[list[Sent]]:
    """What was heard of each frame that was sent, told apart by the marks in them."""
    found: dict[bytes, list[Sent]] = {serial_of(one.frame): [] for one in sent}
    for one in heard:
        if (serial := serial_of(one.frame)) in found and serial:
            found[serial].append(one)
    return [found[serial_of(one.frame)] for one in sent]
