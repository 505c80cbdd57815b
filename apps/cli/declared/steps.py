"""The commands that make a plan true, in an order in which each of them is granted.

What leaves goes first, so that its address, VLAN or interface is free again; then comes what others name. Commands that
belong together are never parted: where a plan is too large for one transaction, each of them leaves whole things.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from weft.apps.cli.declared.plan import VIF, Difference, Plan
from weft.apps.http.limits import MAX_BYTES
from weft.apps.northbound.paths import MOST_COMMANDS
from weft.controller.model.extent import MOST_ENTRIES

MOST_OCTETS = MAX_BYTES * 9 // 10  # the rest is for what stands around the commands


Own = tuple[str, str, str]


class Step(NamedTuple):
    """A command as the API reads it, and the difference that it is for."""

    command: dict[str, Any]
    of: Difference


def transactions(plan: Plan, most: int = MOST_COMMANDS) -> list[list[Step]]:
    """``transactions(plan)`` returns the steps of each transaction: as few as the API takes."""
    packed: list[list[Step]] = []
    commands, octets, entries = most + 1, 0, 0
    for unit in filter(None, _Order(plan).units()):
        size = sum(len(json.dumps(step.command)) + 2 for step in unit)
        more = sum(map(_entries, unit))
        if commands + len(unit) > most or octets + size > MOST_OCTETS or entries + more > MOST_ENTRIES:
            packed.append([])
            commands = octets = entries = 0
        packed[-1] += unit
        commands, octets, entries = commands + len(unit), octets + size, entries + more
    return packed


def _entries(step: Step) -> int:
    """The entries of the lists of a thing as it will be; one more for whom a port is open to when nobody says."""
    fields = {**step.of.held, **step.command.get("fields", {})}
    return 1 + sum(len(value) for value in fields.values() if isinstance(value, list))


class _Order:
    """The units of a plan: each a few steps that belong together."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._cleared: dict[tuple[str, str], tuple[str, ...]] = {}  # fields that something has let go of
        self._touched: set[tuple[str, str]] = set()  # what a step has changed is at another revision afterwards

    def units(self) -> Iterator[list[Step]]:
        plan = self._plan
        for kind in ("trunk", "port", "vif", "subnet", "link"):
            for gone in plan.those("delete", kind):
                yield [*self._unplugged(gone), self._deleted(gone)]
        for release in self._releases():
            yield [release]
        for kind in ("security_group", "segment", "switch", "quota"):
            for gone in plan.those("delete", kind):
                yield [self._deleted(gone)]
        plugged = {one.fields[VIF][1] for one in plan.differences if one.kind == "port" and VIF in one.fields}
        new = {one.id: one for one in plan.those("create", "vif")}
        for kind in ("quota", "switch", "link", "segment", "subnet", "security_group", "vif"):
            for one in plan.differences:
                if one.kind == kind and one.do != "delete" and not (one.id in new and one.id in plugged):
                    yield [self._written(one)]
        for one in plan.differences:
            if one.kind == "port" and one.do != "delete":
                yield list(self._port(one, new))
        for one in plan.differences:
            if one.kind == "trunk" and one.do != "delete":
                yield [self._written(one)]

    def _port(self, port: Difference, new: dict[str, Difference]) -> Iterator[Step]:
        """A port, with the VIF that is plugged into it."""
        vif = port.fields.get(VIF, (None, None))[1]
        if vif in new:
            yield self._written(new[vif])
        if port.wanted() or (port.kind, port.id) in self._cleared:
            yield self._written(port)
        if vif is not None:
            yield Step({"do": "plug", "port": port.id, "vif": vif}, port)

    def _releases(self) -> Iterator[Step]:
        """What changing things let go of first, because others want it."""
        takers = {
            own: one.id
            for one in self._plan.differences
            if one.do != "delete"
            for own in _own(one.kind, {**one.held, **one.wanted()})
        }
        deleted = {(one.kind, one.id) for one in self._plan.those("delete")}
        for one in self._plan.those("update"):
            if one.kind == "port":
                yield from self._unplugged(one)
            if cleared := _cleared(one, takers, deleted):
                self._cleared[one.kind, one.id] = tuple(cleared)
                yield self._updated(one, cleared)

    def _unplugged(self, port: Difference) -> Iterator[Step]:
        if port.fields.get(VIF, (None, None))[0] is not None:
            yield Step({"do": "unplug", "port": port.id}, port)

    def _written(self, one: Difference) -> Step:
        if one.do == "create":
            return Step({"do": "create", "kind": one.kind, "fields": one.wanted()}, one)
        again = {name: one.held[name] for name in self._cleared.get((one.kind, one.id), ())}
        return self._updated(one, {**again, **one.wanted()})

    def _updated(self, one: Difference, fields: dict[str, Any]) -> Step:
        command = {"do": "update", "kind": one.kind, "id": one.id, "fields": fields}
        return Step(command | self._condition(one), one)

    def _deleted(self, one: Difference) -> Step:
        return Step({"do": "delete", "kind": one.kind, "id": one.id} | self._condition(one), one)

    def _condition(self, one: Difference) -> dict[str, Any]:
        """Only if nobody has changed it since it was looked at."""
        if (one.kind, one.id) in self._touched:
            return {}
        self._touched.add((one.kind, one.id))
        return {"if_revision": one.held["revision"]}


def _own(kind: str, fields: Mapping[str, Any]) -> Iterator[Own]:
    """What such a thing has for itself alone: its interface, and its addresses on the segment."""
    if kind == "vif" and fields.get("switch"):
        yield kind, fields["switch"], fields["interface"]
    elif kind == "port":
        for address in fields.get("fixed_ips", ()):
            yield kind, fields["segment"], address


def _cleared(one: Difference, takers: Mapping[Own, str], deleted: set[tuple[str, str]]) -> dict[str, Any]:
    """The fields that it lets go of, each with the value that it has in between."""
    cleared: dict[str, Any] = {}
    for own in _own(one.kind, one.held):
        gone = one.kind == "vif" and ("switch", own[1]) in deleted
        if gone or takers.get(own, one.id) != one.id:
            cleared |= dict.fromkeys(("switch", "interface")) if one.kind == "vif" else {"fixed_ips": []}
    trunk = one.held.get("trunk") or []
    kept = [subport for subport in trunk if ("segment", subport["segment"]) not in deleted]
    return cleared if kept == trunk else {**cleared, "trunk": kept}
