"""What is said of a port that is mirrored, and what must hold then."""

from __future__ import annotations

from weft.controller.model.commands import Refusal
from weft.controller.model.declared import Choice, Declared, Named, Reference, value_of
from weft.controller.model.facts import Fact, Key, Port
from weft.controller.model.network import Network
from weft.controller.model.rights import Caller

DIRECTIONS = ("in", "out", "both")


def check_mirror(network: Network, before: Fact | None, after: Fact, caller: Caller) -> None:
    """A port is not mirrored to itself, and no port joins a segment that carries copies to its only one."""
    if not isinstance(after, Port):
        return
    target = value_of(after.attributes, TO)
    if isinstance(target, Named) and target.id == after.id:
        raise Refusal("conflict", TO.name, "a port cannot be mirrored to itself")
    known = before.segments if isinstance(before, Port) else ()
    for segment in after.segments:
        tap = lone_tap(network, segment) if segment not in known else None
        if tap is not None and tap != after.id:
            rule = f"segment {segment!r} carries what is mirrored to port {tap!r}, and takes no other port"
            field = "segment" if segment == after.segment else "trunk"
            raise Refusal("conflict", field, rule, names=[Key("port", tap)])


def lone_tap(network: Network, segment: str) -> str | None:
    """The only port of a segment, if others are mirrored to it: then the segment's tag is that of its copies."""
    addresses = network.addresses(segment)
    if len(addresses.ports) != 1:
        return None
    (port,) = addresses.ports
    return port if network.naming.naming(TO.name, port) else None


TO = Declared(
    "port",
    "mirror:to",
    Reference("port"),
    "The port that hears a copy of each frame, its tap. On another switch it must be alone on its segment.",
    check=check_mirror,
    in_tables=True,
)
DIRECTION = Declared(
    "port",
    "mirror:direction",
    Choice(DIRECTIONS),
    "Which frames are copied, as the port's machine sees them: those that come `in` to it, that go `out`, or `both`.",
    default="both",
)
