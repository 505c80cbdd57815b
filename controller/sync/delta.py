"""What a device should hold against what it is believed to hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any, Generic, NamedTuple

from weft.controller.sync.manner import ENTRIES, Kept, Manner


class Audit(NamedTuple):
    """What reading the device back showed, by identity: what is missing, what nobody wants, and what was altered."""

    missing: tuple[Any, ...]
    foreign: tuple[Any, ...]
    altered: tuple[Any, ...]

    @property
    def clean(self) -> bool:
        """Whether the switch held exactly what was wanted."""
        return not (self.missing or self.foreign or self.altered)


class Delta(Generic[Kept]):
    """Two tables of items and their difference, kept as they change: every step costs as much as what it changes."""

    def __init__(self, wanted: Mapping[Any, Kept], manner: Manner[Any] = ENTRIES) -> None:
        self._manner: Manner[Kept] = manner
        self._wanted = dict(wanted)
        self._believed: dict[Any, Kept] = {}
        self._refused: dict[Any, tuple[Kept, str]] = {}
        self._different: set[Any] = set()
        self._different_referents: set[Any] = set()
        self._differ(self._wanted)

    def want(self, changes: Mapping[Any, Kept | None]) -> None:
        """The items of these identities are wanted now; None: none is."""
        for identity, item in changes.items():
            if item is None:
                self._wanted.pop(identity, None)
            else:
                self._wanted[identity] = item
            refused = self._refused.get(identity)
            if refused is not None and refused[0] != item:
                del self._refused[identity]
            self._compare(identity)

    def believe(self, identity: Any, item: Kept | None) -> None:
        """The device has said that it holds this item; None: that it holds none of this identity."""
        if item is None:
            self._believed.pop(identity, None)
        else:
            self._believed[identity] = item
        self._compare(identity)

    def refuse(self, item: Kept, error: str) -> None:
        """The device does not take this item. It is not offered again until another one is wanted, or an audit."""
        if self._wanted.get(item.identity) == item:  # otherwise nobody minds
            self._refused[item.identity] = (item, error)
            self._compare(item.identity)

    def retry(self, referent: Any) -> None:
        """The device holds this referent now: it may take the items that it refused for want of it."""
        for identity, (item, _) in [*self._refused.items()]:
            if self._manner.uses(item) == referent:
                del self._refused[identity]
                self._compare(identity)

    def audit(self, found: Iterable[Kept]) -> Audit:
        """What the device holds is this, exactly, and nothing is believed but that."""
        believed: dict[Any, Kept] = {item.identity: item for item in found}
        wanted, same = self._wanted, self._manner.same
        foreign = tuple(identity for identity in believed if identity not in wanted)
        missing = tuple(identity for identity in wanted if identity not in believed)
        altered = tuple(i for i, item in believed.items() if i in wanted and not same(item, wanted[i]))
        self._refused = {}
        self._believed = believed
        self._differ((*foreign, *missing, *altered))
        return Audit(missing, foreign, altered)

    @property
    def different(self) -> Set[Any]:
        """Where the device is not believed to hold what it should, by identity."""
        return self._different

    @property
    def different_referents(self) -> Set[Any]:
        """Those of them that others use."""
        return self._different_referents

    @property
    def refused(self) -> Mapping[Any, tuple[Kept, str]]:
        """What the device did not take, and what it said."""
        return self._refused

    def target(self, identity: Any) -> Kept | None:
        """What the device should hold. What it refused should not leave an older item in its place: fail closed."""
        item = self._wanted.get(identity)
        refused = self._refused.get(identity)
        return None if refused is not None and refused[0] == item else item

    def wanted(self, identity: Any) -> Kept | None:
        """The item that is wanted there."""
        return self._wanted.get(identity)

    def believed(self, identity: Any) -> Kept | None:
        """The item that the device is believed to hold there."""
        return self._believed.get(identity)

    def identities(self) -> Iterator[Any]:
        """Every identity that is wanted or believed."""
        yield from self._wanted
        yield from (identity for identity in self._believed if identity not in self._wanted)

    def _compare(self, identity: Any) -> None:
        target, believed = self.target(identity), self._believed.get(identity)
        same = believed is None if target is None else believed is not None and self._manner.same(target, believed)
        referent = self._manner.referent(identity)
        for different in (self._different, self._different_referents) if referent else (self._different,):
            if same:
                different.discard(identity)
            else:
                different.add(identity)

    def _differ(self, identities: Iterable[Any]) -> None:
        """The device is not believed to hold what it should in these places, and there alone."""
        self._different = set(identities)
        self._different_referents = set(filter(self._manner.referent, self._different))
