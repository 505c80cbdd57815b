"""What a switch should hold against what it is believed to hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import NamedTuple

from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.meter import METERS, meter_used_by


class Audit(NamedTuple):
    """What a dump of the switch showed: entries that are missing, that nobody wants, and that were altered."""

    missing: tuple[Identity, ...]
    foreign: tuple[Identity, ...]
    altered: tuple[Identity, ...]

    @property
    def clean(self) -> bool:
        """Whether the switch held exactly what was wanted."""
        return not (self.missing or self.foreign or self.altered)


class Delta:
    """Two tables of entries and their difference, kept as they change: every step costs as much as what it changes."""

    def __init__(self, wanted: Mapping[Identity, Entry]) -> None:
        self._wanted = dict(wanted)
        self._believed: dict[Identity, Entry] = {}
        self._refused: dict[Identity, tuple[Entry, str]] = {}
        self._different: set[Identity] = set()
        self._different_meters: set[Identity] = set()
        self._differ(self._wanted)

    def want(self, changes: Mapping[Identity, Entry | None]) -> None:
        """The entries of these identities are wanted now; None: none is."""
        for identity, entry in changes.items():
            if entry is None:
                self._wanted.pop(identity, None)
            else:
                self._wanted[identity] = entry
            refused = self._refused.get(identity)
            if refused is not None and refused[0] != entry:
                del self._refused[identity]
            self._compare(identity)

    def believe(self, identity: Identity, entry: Entry | None) -> None:
        """The switch has said that it holds this entry; None: that it holds none of this identity."""
        if entry is None:
            self._believed.pop(identity, None)
        else:
            self._believed[identity] = entry
        self._compare(identity)

    def refuse(self, entry: Entry, error: str) -> None:
        """The switch does not take this entry. It is not offered again until another one is wanted, or an audit."""
        if self._wanted.get(entry.identity) == entry:  # otherwise nobody minds
            self._refused[entry.identity] = (entry, error)
            self._compare(entry.identity)

    def retry(self, meter: int) -> None:
        """The switch holds this meter now: it may take the entries that it refused for want of it."""
        for identity, (entry, _) in [*self._refused.items()]:
            if meter_used_by(entry.instructions) == meter:
                del self._refused[identity]
                self._compare(identity)

    def audit(self, found: Iterable[Entry]) -> Audit:
        """What the switch holds is this, exactly, and nothing is believed but that."""
        believed = {entry.identity: entry for entry in found}
        wanted = self._wanted
        foreign = tuple(identity for identity in believed if identity not in wanted)
        missing = tuple(identity for identity in wanted if identity not in believed)
        altered = tuple(i for i, entry in believed.items() if i in wanted and not _same(entry, wanted[i]))
        self._refused = {}
        self._believed = believed
        self._differ((*foreign, *missing, *altered))
        return Audit(missing, foreign, altered)

    @property
    def different(self) -> Set[Identity]:
        """Where the switch is not believed to hold what it should."""
        return self._different

    @property
    def different_meters(self) -> Set[Identity]:
        """Those of them that are meters."""
        return self._different_meters

    @property
    def refused(self) -> Mapping[Identity, tuple[Entry, str]]:
        """What the switch did not take, and what it said."""
        return self._refused

    def target(self, identity: Identity) -> Entry | None:
        """What the switch should hold. What it refused should not leave an older entry in its place: fail closed."""
        entry = self._wanted.get(identity)
        refused = self._refused.get(identity)
        return None if refused is not None and refused[0] == entry else entry

    def wanted(self, identity: Identity) -> Entry | None:
        """The entry that is wanted there."""
        return self._wanted.get(identity)

    def believed(self, identity: Identity) -> Entry | None:
        """The entry that the switch is believed to hold there."""
        return self._believed.get(identity)

    def identities(self) -> Iterator[Identity]:
        """Every identity that is wanted or believed."""
        yield from self._wanted
        yield from (identity for identity in self._believed if identity not in self._wanted)

    def _compare(self, identity: Identity) -> None:
        target, believed = self.target(identity), self._believed.get(identity)
        same = believed is None if target is None else believed is not None and _same(target, believed)
        for different in (self._different, self._different_meters) if identity.table == METERS else (self._different,):
            if same:
                different.discard(identity)
            else:
                different.add(identity)

    def _differ(self, identities: Iterable[Identity]) -> None:
        """The switch is not believed to hold what it should in these places, and there alone."""
        self._different = set(identities)
        self._different_meters = {identity for identity in self._different if identity.table == METERS}


def _same(one: Entry, other: Entry) -> bool:
    """Whether two entries of one identity are the same on a switch, which knows no names of drops."""
    return one.cookie == other.cookie and one.instructions == other.instructions
