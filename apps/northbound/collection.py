"""Segments, ports, VIFs, switches and links: the same two resources for each kind."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import falcon

from weft.apps.northbound.acting import caller_of
from weft.apps.northbound.bodies import read_json
from weft.apps.northbound.conditions import tag, wanted_revision
from weft.apps.northbound.paths import COLLECTIONS, PATHS
from weft.apps.northbound.problems import refused
from weft.apps.northbound.shapes import change, checked, creation
from weft.apps.northbound.views import datapath_text, view
from weft.controller.model.commands import Create, Delete, Refusal, Update
from weft.controller.model.documents import field_names
from weft.controller.model.facts import Fact, Key
from weft.controller.service import Service

FILTERS = frozenset({"name", "project", "segment"})
NAMED_BY_PEOPLE = frozenset({"switch", "link"})  # their ids say something, so nobody makes one up


def new(kind: str, value: object, within: str = "") -> Create:
    """The command that makes what ``value`` describes, with an id in any case."""
    given = checked(creation(kind), value, within)
    if kind not in NAMED_BY_PEOPLE:
        given.setdefault("id", str(uuid4()))
    return Create(kind, given)


class Collection:
    """``/v1/<kind>s``: list them, or make one."""

    def __init__(self, service: Service, kind: str) -> None:
        self._service = service
        self._kind = kind
        self.filters = FILTERS & set(field_names(kind))

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """All of them, or those whose fields are exactly as the query says."""
        wanted = req.params.items()
        facts = self._service.network.of_kind(self._kind)
        found = [view(self._service, fact) for fact in facts if all(getattr(fact, n) == v for n, v in wanted)]
        answer: dict[str, Any] = {COLLECTIONS[self._kind]: found}
        if self._kind == "switch":
            unknown = self._service.unknown_switches()
            answer["unknown"] = [{"dpid": datapath_text(dpid), "address": address} for dpid, address in unknown]
        resp.media = answer

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Make one."""
        (fact,) = self._service.submit([new(self._kind, read_json(req))], caller_of(req))
        assert fact is not None
        resp.status = falcon.HTTP_CREATED
        resp.location = f"{PATHS[self._kind]}/{falcon.uri.encode_value(str(fact.id))}"
        tag(resp, fact)
        resp.media = view(self._service, fact)


class Item:
    """``/v1/<kind>s/<id>``: show, change or delete one."""

    def __init__(self, service: Service, kind: str) -> None:
        self._service = service
        self._kind = kind

    def on_get(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """The one of that id."""
        self._answer(resp, self._service.network.fact(Key(self._kind, id)), id)

    def on_patch(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Give fields new values; those not named stay."""
        given = checked(change(self._kind), read_json(req))
        (fact,) = self._service.submit([Update(self._kind, id, given, wanted_revision(req))], caller_of(req))
        self._answer(resp, fact, id)

    def on_delete(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Delete it, unless something depends on it."""
        self._service.submit([Delete(self._kind, id, wanted_revision(req))], caller_of(req))
        resp.status = falcon.HTTP_NO_CONTENT

    def _answer(self, resp: falcon.Response, fact: Fact | None, id: str) -> None:
        if fact is None:
            raise refused(Refusal("not-found", self._kind, f"there is no {self._kind} {id!r}"))
        tag(resp, fact)
        resp.media = view(self._service, fact)
