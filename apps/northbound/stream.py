"""What has changed, revision by revision, as one caller may see it: read from the store in slices, in no queue.

A watcher has a place, the last revision that it was told, and reads on from there whenever there is more. So none is
missed and none comes twice, and one that is slow costs nobody anything.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from weft.apps.northbound.hindsight import Hindsight
from weft.apps.northbound.views import plain
from weft.controller.contracts import Revision
from weft.controller.model.facts import Fact
from weft.controller.model.network import Change, Network
from weft.controller.service import Service
from weft.controller.sight import Sight

TOLD = frozenset(  # what a watch tells of: not what only the model needs, and no secrets
    {"segment", "port", "vif", "subnet", "attachment", "switch", "link", "interface", "claim", "quota"}
    | {"security_group", "trunk"}
)
SLICE = 100  # revisions read at once
_KEPT = 2000  # revisions whose documents are kept for the next watcher


class Wanted(NamedTuple):
    """Which changes a watcher wants; empty: all."""

    kinds: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()

    def takes(self, change: Change) -> bool:
        """Whether it wants that one."""
        facts = [fact for fact in change if fact is not None]
        return (
            (not self.kinds or change.key.kind in self.kinds)
            and (not self.ids or any(_name(fact) in self.ids for fact in facts))
            and (not self.projects or any(getattr(fact, "project", None) in self.projects for fact in facts))
        )


class Changes:
    """The last revisions with their documents, read and written once for all watchers."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._revisions: OrderedDict[int, Revision] = OrderedDict()
        self._texts: OrderedDict[tuple[int, int, bool, bool], str] = OrderedDict()
        self._hindsight = Hindsight(service)

    def after(self, revision: int) -> list[Revision]:
        """The next revisions, the first first; none where that is the last."""
        if revision >= self._service.network.revision:
            return []
        known: list[Revision] = []
        while len(known) < SLICE and (found := self._revisions.get(revision + 1 + len(known))) is not None:
            known.append(found)
        if known:
            return known
        read = self._service.revisions(revision, SLICE)
        for one in read:
            self._revisions[one.number] = one
        while len(self._revisions) > _KEPT:
            self._revisions.popitem(last=False)
        return read

    def text(self, revision: Revision, wanted: Wanted, sight: Sight) -> str | None:
        """One revision as JSON, with the changes that are wanted and to be seen; None where there are none of them."""
        told = [*self._told(revision, wanted, sight)]
        if not told:
            return None
        head = {"revision": revision.number, "at": revision.at, "user": self._hindsight.user(sight, revision)}
        return f'{json.dumps(head)[:-1]}, "changes": [{", ".join(told)}]}}'

    def _told(self, revision: Revision, wanted: Wanted, sight: Sight) -> Iterator[str]:
        for place, change in enumerate(revision.changes):
            if change.key.kind not in TOLD or not wanted.takes(change):
                continue
            seen = self._hindsight.change(sight, revision.number, change)
            if seen is None:
                continue
            if all(told is None or told is fact for told, fact in zip(seen, change, strict=True)):
                yield self._text(revision.number, place, seen)
            elif None in seen or _differs(seen):
                yield json.dumps(document(seen, self._service.network))

    def _text(self, number: int, place: int, seen: Change) -> str:
        """A change of which nothing is left out but a whole fact: what many are told alike is written once."""
        key = (number, place, seen.before is not None, seen.after is not None)
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = json.dumps(document(seen, self._service.network))
            while len(self._texts) > 2 * _KEPT:
                self._texts.popitem(last=False)
        return text


def _differs(change: Change) -> bool:
    """Whether anything has changed but the revision and the time."""
    old, new = (plain(fact) if fact is not None else {} for fact in change)
    return any(new.get(name) != value for name, value in old.items() if name not in ("revision", "updated_at"))


def document(seen: Change, network: Network) -> Mapping[str, Any]:
    """One change: what was made, changed or deleted, and what it is since. What is out of sight now is deleted."""
    before, after = seen
    fact = after or before
    assert fact is not None
    what = "deleted" if after is None else "updated" if before is not None else "created"
    found = {"kind": fact.kind, "id": _name(fact), "what": what}
    if after is None:
        return found
    new, old = plain(after, network), plain(before, network) if before is not None else {}
    changed = [name for name, value in new.items() if before is not None and old.get(name) != value]
    return {**found, "changed": changed, "fact": new}


def _name(fact: Fact) -> str:
    """The id of a fact as a text: an interface is ``switch:interface``."""
    return fact.id if isinstance(fact.id, str) else ":".join(fact.id)
