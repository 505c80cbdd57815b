"""``/v1/<kind>s/<id>``: one thing of a kind."""

from __future__ import annotations

from typing import Any

import falcon

from weft.apps.northbound.conditions import tag, wanted_revision
from weft.apps.northbound.description.thing_operations import of_item
from weft.apps.northbound.doing import Done, Outcome, Plan, do
from weft.apps.northbound.seeing import seen
from weft.apps.northbound.shapes import change, fields_of
from weft.apps.northbound.views import view
from weft.controller.model.commands import Delete, Update
from weft.controller.service import Service


class Item:
    """Show one, change it, or delete it."""

    def __init__(self, service: Service, kind: str) -> None:
        self._service = service
        self._kind = kind
        self.operations = of_item(kind)

    def on_get(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Show it."""
        fact = seen(self._service, req, self._kind, id)
        tag(resp, fact)
        resp.media = view(self._service, fact)

    def on_patch(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Give fields of it new values."""
        revision = wanted_revision(req)
        do(self._service, req, resp, lambda body: self._change(id, body, revision), self._changed)

    def on_delete(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Delete it."""
        command = Delete(self._kind, id, wanted_revision(req))
        do(self._service, req, resp, lambda _: Plan([command]), lambda _: Done(), bodiless=True)

    def _change(self, id: str, body: Any, revision: int | None) -> Plan:
        return Plan([Update(self._kind, id, fields_of(change(self._kind), body), revision)])

    def _changed(self, outcome: Outcome) -> Done:
        return Done(view(self._service, outcome.fact, outcome.sight), headers={"ETag": f'"{outcome.fact.revision}"'})
