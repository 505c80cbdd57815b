"""The rules of mirrors: who is copied, and how a copy comes to its tap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from weft.apps.extensions.mirror.attributes import DIRECTION, TO
from weft.apps.extensions.mirror.tables import COPIES, HEARD, SAID, TAP, TAPPED
from weft.controller.compile.audience import Placed, here
from weft.controller.compile.routes import towards
from weft.controller.compile.seats import Place, Seat, seat
from weft.controller.compile.stage import stage
from weft.controller.compile.stages import private
from weft.controller.compile.stages.edge import TAGS
from weft.controller.compile.stages.limits import limited
from weft.controller.compile.view import View, query
from weft.controller.flow.actions import (
    NEXT,
    POP_VLAN,
    PUSH_VLAN,
    TO_IN_PORT,
    Action,
    Apart,
    Goto,
    Load,
    Output,
    Resubmit,
    Set,
)
from weft.controller.flow.flow import flow, tagged
from weft.controller.model.declared import Named, value_of
from weft.controller.model.facts import Port
from weft.controller.pipeline.core import PLANES


class Tap(NamedTuple):
    """Where a tap hears its copies. ``carried_by`` is the tag of copies between switches, if there can be any."""

    port: str
    number: int
    seat: Seat
    place: Place
    plane: int
    carried_by: int | None


@query
def tap(view: View, port_id: str) -> Tap | None:
    """Where the port hears what is mirrored to it; None while it hears nothing."""
    port, at = view.port(port_id), seat(view, port_id)
    place = next((p for p in at.places if p.segment == port.segment), None) if port is not None and at else None
    if port is None or at is None or place is None:
        return None
    located = [one for switch in view.members(port.segment) for one in view.local(port.segment, switch)]
    alone = located == [port_id] and place.tag != 0
    return Tap(port_id, port.number, at, place, place.number % PLANES, place.tag if alone else None)


@query
def tap_of(view: View, port_id: str) -> Tap | None:
    """The tap of a port, when a copy can come there from where its VIF is."""
    port, at = view.port(port_id), seat(view, port_id)
    named = value_of(port.attributes, TO) if port is not None else None
    if at is None or not isinstance(named, Named) or named.id == port_id:
        return None
    found = tap(view, named.id)
    if found is None or found.number != named.number:
        return None
    if found.seat.switch == at.switch:
        return found
    reached = found.carried_by is not None and at.switch in towards(view, found.seat.switch, found.plane)
    return found if reached else None


@stage(id=64, per="port")
def mirrored(view: View, port: str) -> Iterator[Placed]:
    """What a mirrored port says or hears is copied to its tap. What is dropped of it is not."""
    found, at, to = view.port(port), seat(view, port), tap_of(view, port)
    if found is None or at is None or to is None:
        return
    direction = value_of(found.attributes, DIRECTION)
    copy = _copy(view, at, to)
    if direction != "in" and at.places:
        yield here(at.switch, flow(SAID, 100, *copy, NEXT, source=at.port_number))
    if direction != "out":
        yield from _heard(found, at, copy)


def _copy(view: View, at: Seat, to: Tap) -> tuple[Action, ...]:
    copy = (Load(TAP, to.number), Resubmit(TAPPED))
    apart = at.switch == to.seat.switch and limited(view, to.port, "deliver:rate")
    return (Apart(copy),) if apart else copy


def _heard(found: Port, at: Seat, copy: tuple[Action, ...]) -> Iterator[Placed]:
    """Copies of all that the core's table *deliver* lets out for the port, and of nothing else."""
    for place in at.places:
        which = {"port": at.port_number, "segment": place.number}
        yield here(at.switch, flow(HEARD, 120, NEXT, **which, in_port=at.ofport))  # no frame goes back to its sender
        for tag in TAGS if at.trunk and place.transparent else ():
            yield here(at.switch, flow(HEARD, 110, NEXT, **which, **tag))
        for community in private.accepted(found):
            yield here(at.switch, flow(HEARD, 100, *copy, NEXT, **which, **community))


@stage(id=65, per="port")
def taps(view: View, port: str) -> Iterator[Placed]:
    """A copy comes to its tap by the shortest way, under the tag of the tap's segment, and leaves there as it was."""
    tapped = view.naming(TO.name, port)
    to = tap(view, port) if tapped else None
    if to is None:
        return
    seats = (seat(view, str(key.id)) for key in tapped if tap_of(view, str(key.id)) is not None)
    sources = {at.switch for at in seats if at is not None}
    if not sources:
        return
    dest, which = to.seat.switch, {"tap": to.number}
    out: tuple[Action, ...] = (Output(to.seat.ofport),)
    if to.place.vlan is not None:
        out = (PUSH_VLAN, Set("vlan_vid", tagged(to.place.vlan)), *out, POP_VLAN)
    yield here(dest, flow(TAPPED, 100, *limited(view, port, "deliver:rate"), *out, **which))
    if to.carried_by is None or sources == {dest}:
        return
    tag = tagged(to.carried_by)
    hops = towards(view, dest, to.plane)
    crossed = {dest}
    for switch in sorted(sources):
        while switch not in crossed:
            crossed.add(switch)
            switch = hops[switch].switch
    for switch in sorted(crossed):
        told = (POP_VLAN, Load(TAP, to.number), Goto(TAPPED))
        yield here(switch, flow(COPIES, 100, *told, vlan_vid=tag))
        if switch != dest:
            for back, where in (({}, Output(hops[switch].ofport)), ({"in_port": hops[switch].ofport}, TO_IN_PORT)):
                way = (PUSH_VLAN, Set("vlan_vid", tag), where, POP_VLAN)
                yield here(switch, flow(TAPPED, 110 if back else 100, *way, **which, **back))
