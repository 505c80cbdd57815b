"""What was to be seen of the past: each change is judged by the facts as they were then.

An id may have been another's. So what a fact of the past goes with, such as the port of an attachment, is not what is
called so now, but what was called so at that revision.
"""

from __future__ import annotations

from collections import OrderedDict

from weft.controller.contracts import Revision
from weft.controller.model.facts import Attachment, Fact, Key, Port, Segment, Vif
from weft.controller.model.network import Change
from weft.controller.service import Service
from weft.controller.sight import Sight

_KEPT = 2000  # revisions whose facts are kept for the next one who asks


class Then:
    """The facts as they were at a revision, each looked up when it is asked for."""

    def __init__(self, service: Service, revision: int) -> None:
        self._service = service
        self._revision = revision
        self._found: dict[Key, Fact | None] = {}

    def segment(self, id: str) -> Segment | None:
        """The segment that was called so."""
        fact = self._fact(Key("segment", id))
        return fact if isinstance(fact, Segment) else None

    def port(self, id: str) -> Port | None:
        """The port that was called so."""
        fact = self._fact(Key("port", id))
        return fact if isinstance(fact, Port) else None

    def vif(self, id: str) -> Vif | None:
        """The VIF that was called so."""
        fact = self._fact(Key("vif", id))
        return fact if isinstance(fact, Vif) else None

    def attachment(self, id: str) -> Attachment | None:
        """What was plugged into the port that was called so."""
        fact = self._fact(Key("attachment", id))
        return fact if isinstance(fact, Attachment) else None

    def _fact(self, key: Key) -> Fact | None:
        now = self._service.network.fact(key)
        if now is not None and now.revision <= self._revision:
            return now
        if key not in self._found:
            last = next(iter(self._service.history(key, self._revision + 1, 1)), None)
            self._found[key] = last.changes[-1].after if last is not None else None
        return self._found[key]


class Hindsight:
    """Tells what callers have seen of revisions. What was looked up for one of them is kept for the others."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._then: OrderedDict[int, Then] = OrderedDict()

    def change(self, sight: Sight, revision: int, change: Change) -> Change | None:
        """A change of that revision as the caller has seen it, without what was out of sight. None: all of it was."""
        then = [(fact, sight.then(self._around(revision, fact))) for fact in change if fact is not None]
        seen = {id(fact): judge.shown(fact) for fact, judge in then if judge.may_see(fact)}
        return Change(*(seen.get(id(fact)) for fact in change)) if seen else None

    def user(self, sight: Sight, revision: Revision) -> str:
        """Who has made a revision, if the caller is to know: of what others have, it is not told who changes it."""
        for change in revision.changes:
            fact = change.after or change.before
            judge = sight.then(self._around(revision.number, fact)) if fact is not None else sight
            if fact is not None and judge.may_see(fact) and not judge.own(fact):
                return ""
        return revision.user

    def _around(self, revision: int, fact: Fact) -> Then:
        """What was around a fact that a revision has made, or has taken away."""
        at = revision if fact.revision >= revision else revision - 1
        found = self._then.get(at)
        if found is None:
            found = self._then[at] = Then(self._service, at)
            while len(self._then) > _KEPT:
                self._then.popitem(last=False)
        return found
