"""``/v1/<kind>s``: the same list, and the same making, for each kind of thing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import eventlet
import falcon

from weft.apps.northbound import query
from weft.apps.northbound.description.thing_operations import of_collection
from weft.apps.northbound.doing import Done, Outcome, Plan, do
from weft.apps.northbound.lists import find
from weft.apps.northbound.making import is_list, new, several
from weft.apps.northbound.paths import COLLECTIONS, PATHS
from weft.apps.northbound.seeing import sight_of
from weft.apps.northbound.spelling import datapath_text
from weft.apps.northbound.views import Rendered, view
from weft.controller.model.facts import Fact
from weft.controller.model.visibility import NOBODYS
from weft.controller.service import Service

_SLICE = 100  # things rendered between two turns of everybody else


class Collection:
    """List the things of a kind, or make one or several."""

    def __init__(self, service: Service, kind: str) -> None:
        self._service = service
        self._kind = kind
        self._rendered = Rendered(service)
        self.operations = of_collection(kind)

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """All of them that the caller may see, or those that the query asks for."""
        asked = query.read(self._kind, req.params, self._service.network.declared(self._kind))
        sight = sight_of(self._service, req)
        found = find(self._service, sight, self._kind, asked)
        answer: dict[str, Any] = {}
        if found.marker is not None:
            answer["next"] = next_page(req, found.marker)
            resp.append_link(answer["next"], "next")
        if self._kind == "switch" and sight.caller.may("get_switch", NOBODYS):
            unknown = self._service.unknown_switches()
            answer["unknown"] = [{"dpid": datapath_text(dpid), "address": address} for dpid, address in unknown]
        rest = f", {json.dumps(answer)[1:]}" if answer else "}"
        shown = ", ".join(self._texts(found.items, asked.fields))
        resp.text = f'{{"{COLLECTIONS[self._kind]}": [{shown}]{rest}'
        resp.content_type = falcon.MEDIA_JSON

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Make one, or several: all of them or none."""
        do(self._service, req, resp, self._plan, self._made)

    def _plan(self, body: Any) -> Plan:
        return Plan(*several(self._kind, body)) if is_list(self._kind, body) else Plan([new(self._kind, body)])

    def _made(self, outcome: Outcome) -> Done:
        if is_list(self._kind, outcome.body):
            made = [view(self._service, fact, outcome.sight) for fact in outcome.facts if fact is not None]
            return Done({COLLECTIONS[self._kind]: made}, falcon.HTTP_CREATED)
        fact = outcome.fact
        headers = {"Location": path_of(fact), "ETag": f'"{fact.revision}"'}
        return Done(view(self._service, fact, outcome.sight), falcon.HTTP_CREATED, headers)

    def _texts(self, facts: list[Fact], fields: tuple[str, ...] | None) -> Iterator[str]:
        settled: set[str] = set()
        for number, fact in enumerate(facts, 1):
            if number % _SLICE == 0:
                eventlet.sleep(0)
                settled = set()
            if fields is None:
                yield self._rendered.text(fact, settled)
            else:
                document = view(self._service, fact)
                yield json.dumps({name: document[name] for name in fields})


def path_of(fact: Fact) -> str:
    """Where a fact is in the API."""
    return f"{PATHS[fact.kind]}/{falcon.uri.encode_value(str(fact.id))}"


def next_page(req: falcon.Request, marker: str) -> str:
    """The same request for the rest of the list."""
    return f"{req.path}?{urlencode({**req.params, 'marker': marker}, doseq=True)}"
