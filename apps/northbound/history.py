"""``/v1/<kind>s/<id>/history``: how a thing came to be as it is. What is plugged into a port is part of its history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice, takewhile
from typing import Any

import falcon

from weft.apps.northbound.collection import next_page
from weft.apps.northbound.description.thing_operations import of_history
from weft.apps.northbound.hindsight import Hindsight
from weft.apps.northbound.problems import malformed
from weft.apps.northbound.query import limit
from weft.apps.northbound.seeing import missing, sight_of
from weft.apps.northbound.views import plain
from weft.controller.contracts import Revision
from weft.controller.model.facts import Fact, Key
from weft.controller.model.network import Change, Network
from weft.controller.service import Service
from weft.controller.sight import Sight

_LIMIT = 100  # unless somebody says how many
_OF_ITSELF = frozenset({"revision", "updated_at"})  # these change whenever anything does


class History:
    """The history of one thing."""

    def __init__(self, service: Service, kind: str) -> None:
        self._service = service
        self._kind = kind
        self._hindsight = Hindsight(service)
        self.operations = of_history(kind)

    def on_get(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Who changed what of it and when, the newest first; also of what has been deleted since."""
        most, before = limit(req.params) or _LIMIT, revision_in(req.get_param("marker"))
        sight = sight_of(self._service, req)
        past = (self._seen(sight, revision) for revision in self._revisions(Key(self._kind, id), before, most + 1))
        found = list(islice(takewhile(lambda revision: revision.changes, past), most + 1))
        if not self._may_see(sight, Key(self._kind, id)):
            raise missing(self._kind, id)
        answer: dict[str, Any] = {"history": [entry(revision, self._service.network) for revision in found[:most]]}
        if len(found) > most:
            answer["next"] = next_page(req, str(found[most - 1].number))
            resp.append_link(answer["next"], "next")
        resp.media = answer

    def _may_see(self, sight: Sight, key: Key) -> bool:
        """What is there must be in sight; of what is gone, what it was last."""
        fact = self._service.network.fact(key)
        if fact is not None:
            return sight.may_see(fact)
        last = next(iter(self._service.history(key, None, 1)), None)
        return last is not None and self._hindsight.change(sight, last.number, last.changes[-1]) is not None

    def _seen(self, sight: Sight, revision: Revision) -> Revision:
        """The revision as the caller has seen it; without changes where it has not: an id may have been another's."""
        seen = [self._hindsight.change(sight, revision.number, change) for change in revision.changes]
        told = tuple(
            as_seen
            for as_seen, change in zip(seen, revision.changes, strict=True)
            if as_seen is not None and (as_seen.after is None) == (change.after is None)
        )
        changes = told if len(told) == len(seen) else ()
        return revision._replace(changes=changes, user=self._hindsight.user(sight, revision))

    def _revisions(self, key: Key, before: int | None, most: int) -> Iterator[Revision]:
        own = self._service.history(key, before, most)
        plugged = self._service.history(Key("attachment", key.id), before, most) if key.kind == "port" else []
        together: dict[int, Revision] = {}
        for revision in merge(own, plugged, key=lambda revision: -revision.number):
            known = together.get(revision.number)
            changes = (*(known.changes if known is not None else ()), *revision.changes)
            together[revision.number] = revision._replace(changes=changes)
        return iter(together.values())


def revision_in(marker: str | None) -> int | None:
    """The revision that a marker of a history names. Raises a 400 ``Problem``."""
    if marker is None:
        return None
    if not (marker.isascii() and marker.isdecimal()) or len(marker) > 18:
        raise malformed("must be a marker that a page before gave", "marker")
    return int(marker)


def entry(revision: Revision, network: Network) -> dict[str, Any]:
    """One entry of a history: who did what when, and which fields had which value before and after."""
    own = [change for change in revision.changes if change.key.kind != "attachment"]
    before, after = (own[0].before, own[-1].after) if own else (None, None)
    what = "updated" if not own or (before and after) else "created" if after else "deleted"
    return {
        "revision": revision.number,
        "at": revision.at,
        "user": revision.user,
        "what": what,
        "changes": [*_fields(before, after, network), *_plugged(revision.changes)],
    }


def _fields(before: Fact | None, after: Fact | None, network: Network) -> Iterator[dict[str, Any]]:
    old, new = (plain(fact, network) if fact is not None else {} for fact in (before, after))
    for name in new or old:
        if name not in _OF_ITSELF and old.get(name) != new.get(name):
            yield {"field": name, "before": old.get(name), "after": new.get(name)}


def _plugged(changes: Iterable[Change]) -> Iterator[dict[str, Any]]:
    plugged = [change for change in changes if change.key.kind == "attachment"]
    if plugged:
        first, last = plugged[0].before, plugged[-1].after
        yield {"field": "vif", "before": _vif(first), "after": _vif(last)}


def _vif(attachment: Fact | None) -> str | None:
    return getattr(attachment, "vif", None)
