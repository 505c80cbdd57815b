"""Who wants which flow for whom, and what that makes of each switch.

A flow lives while somebody wants it. Two owners that want the same entry share it; two that want different entries in
the same place are rivals: the one with the smaller cookie is installed, whatever the order they came in, and the
rivalry is reported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, islice

from weft.controller.compile.audience import Audience, Here, Wherever
from weft.controller.compile.stage import Owner
from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.meter import METERS

Wish = tuple[Audience, Entry]
Changes = dict[Identity, Entry | None]
PORTION = 1000  # identities that are looked up in one step


class Contributions:
    """The wishes of all owners, by audience, and the audience of each segment."""

    def __init__(self) -> None:
        self._owners: dict[Audience, dict[Identity, dict[Entry, set[Owner]]]] = {}
        self._span_by_segment: dict[str, frozenset[str]] = {}
        self._segments_by_switch: dict[str, set[str]] = {}
        self._changed: dict[str, set[Identity]] = {}

    def replace(self, owner: Owner, before: Collection[Wish], after: Collection[Wish]) -> None:
        """The owner wants ``after`` now, where it wanted ``before``."""
        old, new = set(before), set(after)
        for audience, entry in new - old:
            places = self._owners.setdefault(audience, {})
            places.setdefault(entry.identity, {}).setdefault(entry, set()).add(owner)
            self._mark(audience, entry.identity)
        for audience, entry in old - new:
            rivals = self._owners[audience][entry.identity]
            rivals[entry].discard(owner)
            if not rivals[entry]:
                del rivals[entry]
                self._mark(audience, entry.identity)
            if not rivals:
                del self._owners[audience][entry.identity]
                if not self._owners[audience]:
                    del self._owners[audience]

    def respan(self, segment: str, after: frozenset[str]) -> None:
        """The segment lives on or crosses these switches now."""
        before = self._span_by_segment.get(segment, frozenset())
        for switch in after - before:
            self._segments_by_switch.setdefault(switch, set()).add(segment)
        for switch in before - after:
            self._segments_by_switch[switch].discard(segment)
            if not self._segments_by_switch[switch]:
                del self._segments_by_switch[switch]
        if after:
            self._span_by_segment[segment] = after
        else:
            self._span_by_segment.pop(segment, None)
        shared = self._owners.get(Wherever(segment))
        if shared:
            for switch in before ^ after:
                self._changed.setdefault(switch, set()).update(shared)

    def segments_on(self, switch: str) -> frozenset[str]:
        """The segments that live on the switch or cross it."""
        return frozenset(self._segments_by_switch.get(switch, ()))

    def changed(self) -> tuple[str, ...]:
        """The switches that something has changed for."""
        return tuple(self._changed)

    def take_changes(self, switch: str) -> Iterator[Changes]:
        """What has changed on a switch since this was asked last: the entry wanted now, or None. In portions.

        Meters that are wanted come first, and those that are not come last: no portion says that a flow is wanted and
        its meter is not.
        """
        marked = self._changed.pop(switch, set())
        here = self._owners.get(Here(switch), {})
        shared = [self._owners.get(Wherever(segment), {}) for segment in self._segments_by_switch.get(switch, ())]
        meters = {identity for identity in marked if identity.table == METERS}
        wanted = {meter for meter in meters if _wanted(meter, here, shared) is not None}
        identities = chain(wanted, marked - meters if meters else marked, meters - wanted)
        while portion := list(islice(identities, PORTION)):
            yield {identity: _wanted(identity, here, shared) for identity in portion}

    def forget_changes(self, switch: str) -> None:
        """Nobody wants to know what has changed on that switch."""
        self._changed.pop(switch, None)

    def flows(self, switch: str) -> dict[Identity, Entry]:
        """All that is wanted of a switch."""
        wanted: dict[Identity, Entry] = {}
        for places in self._places(switch):
            for identity, rivals in places.items():
                first = min(rivals, key=_by_cookie)
                other = wanted.get(identity)
                wanted[identity] = first if other is None else min(first, other, key=_by_cookie)
        return wanted

    def owners(self, switch: str, identity: Identity) -> set[Owner]:
        """Who wants the entry of that identity on that switch."""
        return {
            owner for places in self._places(switch) for owners in places.get(identity, {}).values() for owner in owners
        }

    def rivalries(self) -> Iterator[tuple[Audience, Identity]]:
        """Where two owners want different entries in the same place. A sound set of stages has none."""
        for audience, places in self._owners.items():
            for identity, rivals in places.items():
                if len(rivals) > 1:
                    yield audience, identity

    def _places(self, switch: str) -> Iterator[dict[Identity, dict[Entry, set[Owner]]]]:
        yield self._owners.get(Here(switch), {})
        for segment in self._segments_by_switch.get(switch, ()):
            yield self._owners.get(Wherever(segment), {})

    def _mark(self, audience: Audience, identity: Identity) -> None:
        if isinstance(audience, Here):
            self._changed.setdefault(audience.switch, set()).add(identity)
        else:
            for switch in self._span_by_segment.get(audience.segment, ()):
                self._changed.setdefault(switch, set()).add(identity)


def _wanted(
    identity: Identity,
    here: dict[Identity, dict[Entry, set[Owner]]],
    shared: list[dict[Identity, dict[Entry, set[Owner]]]],
) -> Entry | None:
    candidates = [entry for places in (here, *shared) if identity in places for entry in places[identity]]
    return min(candidates, key=_by_cookie) if candidates else None


def _by_cookie(entry: Entry) -> int:
    return entry.cookie
