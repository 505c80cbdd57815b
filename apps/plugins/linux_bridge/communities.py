"""Private VLANs (RFC 5517): who may hear whom on a segment.

A frame is marked with its sender's community where it comes in: at a machine's interface by what its port says, at a
cable by its source MAC, which the sender's place has checked. Where it would go out, the mark is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from weft.apps.plugins.linux_bridge.items import Chains
from weft.controller.compile.seats import voice
from weft.controller.compile.view import View, query
from weft.controller.model.facts import Port
from weft.controller.pipeline.core import ISOLATED

OPEN = 1 << 16  # a promiscuous port's frames


def mark_of(port: Port) -> int:
    """What the port's frames are marked with. The community of all who name none is 0."""
    if port.isolated is None:
        return 0
    if port.isolated == "promiscuous":
        return OPEN
    return ISOLATED if port.isolated == "isolated" else int(port.isolated.removeprefix("community:"))


def heard_by(port: Port) -> tuple[int, ...]:
    """The marks of frames that may go out to the port; none named: all."""
    if port.isolated == "promiscuous":
        return ()
    return (OPEN,) if port.isolated == "isolated" else (mark_of(port), OPEN)


def told(mark: int) -> str:
    """The rule that marks a frame."""
    return f"meta mark set {mark:#010x}"


def refused(marks: tuple[int, ...]) -> Iterator[str]:
    """The rule that drops what is marked otherwise."""
    if marks:
        spelled = [f"{mark:#010x}" for mark in sorted(marks)]
        one_of = spelled[0] if len(spelled) == 1 else "{ " + ", ".join(spelled) + " }"
        yield f"meta mark != {one_of} drop"


def arriving(cable: str, marks_by_vlan: dict[int, tuple[tuple[str, int], ...]]) -> Chains:
    """What comes in over a cable on private VLANs: it has its sender's mark, and a stranger is isolated."""
    known = {
        vid: tuple(f"ether saddr {mac} {told(mark)} accept" for mac, mark in marks)
        for vid, marks in sorted(marks_by_vlan.items())
    }
    ways = tuple(f"vlan id {vid} goto p{vid}_{cable}" for vid in known)
    return (
        (f"in_{cable}", ways),
        *((f"p{vid}_{cable}", (*lines, told(ISOLATED))) for vid, lines in known.items()),
    )


@query
def marks(view: View, segment: str) -> tuple[tuple[str, int], ...]:
    """The MACs on the segment, and their senders' marks."""
    found: dict[str, int] = {}
    for switch in view.members(segment):
        for id in view.local(segment, switch):
            port, may = view.port(id), voice(view, id)
            if port is not None and may is not None:
                found |= dict.fromkeys(may.macs, mark_of(port))
    return tuple(sorted(found.items()))
