"""What has changed, revision by revision, as one caller may see it: read from the store in slices, in no queue.

A watcher has a place, the last revision that it was told, and reads on from there whenever there is more. So none is
missed and none comes twice, and one that is slow costs nobody anything.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from weft.apps.northbound.views import plain
from weft.controller.contracts import Revision
from weft.controller.model.facts import Fact
from weft.controller.model.network import Change
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
        self._texts: OrderedDict[tuple[int, int, bool], str] = OrderedDict()

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
        head = {"revision": revision.number, "at": revision.at, "user": user_of(revision, sight)}
        return f'{json.dumps(head)[:-1]}, "changes": [{", ".join(told)}]}}'

    def _told(self, revision: Revision, wanted: Wanted, sight: Sight) -> Iterator[str]:
        for place, change in enumerate(revision.changes):
            if change.key.kind not in TOLD or not wanted.takes(change):
                continue
            saw, sees = (fact is not None and sight.may_see(fact) for fact in change)
            if not saw and not sees:
                continue
            shown = as_seen(change, sight)
            if shown is change:
                yield self._text(revision.number, place, change, sees, saw)
            elif not (saw and sees) or _differs(shown):
                yield json.dumps(document(shown, sees, saw))

    def _text(self, number: int, place: int, change: Change, sees: bool, saw: bool) -> str:
        """A change as whoever ``saw`` it before and ``sees`` it now is told."""
        key = (number, place * 2 + saw, sees)
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = json.dumps(document(change, sees, saw))
            while len(self._texts) > 2 * _KEPT:
                self._texts.popitem(last=False)
        return text


def as_seen(change: Change, sight: Sight) -> Change:
    """The change as the caller sees it; itself where nothing of it is left out."""
    before, after = (sight.shown(fact) if fact is not None else None for fact in change)
    return change if before is change.before and after is change.after else Change(before, after)


def user_of(revision: Revision, sight: Sight) -> str:
    """Who has made a revision, if the caller is to know: of what others have, it is not told who changes it."""
    facts = (change.after or change.before for change in revision.changes if change.key.kind in TOLD)
    seen = [fact for fact in facts if fact is not None and sight.may_see(fact)]
    return revision.user if all(map(sight.own, seen)) else ""


def _differs(change: Change) -> bool:
    """Whether anything has changed but the revision and the time."""
    old, new = (plain(fact) if fact is not None else {} for fact in change)
    return any(new.get(name) != value for name, value in old.items() if name not in ("revision", "updated_at"))


def document(change: Change, sees: bool = True, saw: bool = True) -> Mapping[str, Any]:
    """One change: what was made, changed or deleted, and what it is since. What is out of sight now is deleted."""
    before, after = change.before if saw else None, change.after if sees else None
    fact = after or before
    assert fact is not None
    what = "deleted" if after is None else "updated" if before is not None else "created"
    found = {"kind": fact.kind, "id": _name(fact), "what": what}
    if after is None:
        return found
    new, old = plain(after), plain(before) if before is not None else {}
    changed = [name for name, value in new.items() if before is not None and old.get(name) != value]
    return {**found, "changed": changed, "fact": new}


def _name(fact: Fact) -> str:
    """The id of a fact as a text: an interface is ``switch:interface``."""
    return fact.id if isinstance(fact.id, str) else ":".join(fact.id)
