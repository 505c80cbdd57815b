"""``/v1/ports/<id>/vif``: what is plugged into a port."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import falcon
from pydantic import BaseModel, Field, WithJsonSchema

from weft.apps.northbound.conditions import wanted_revision
from weft.apps.northbound.description.meanings import ANY
from weft.apps.northbound.description.operations import IF_MATCH, WRITING, Operation, Operations
from weft.apps.northbound.description.shown import shown
from weft.apps.northbound.description.thing_operations import made
from weft.apps.northbound.doing import Done, Outcome, Plan, do
from weft.apps.northbound.problems import refused
from weft.apps.northbound.seeing import sight_of
from weft.apps.northbound.shapes import STRICT, checked
from weft.apps.northbound.views import view
from weft.controller.model.commands import Plug, Refusal, Unplug
from weft.controller.service import Service


class Plugged(BaseModel):
    """The VIF to plug in."""

    model_config = STRICT
    vif: Annotated[str, WithJsonSchema(dict(ANY))] = Field(description="Its id.")


class PluggedVif:
    """Plug a VIF in, or take it out."""

    operations: ClassVar[Operations] = {
        "PUT": Operation(
            id="plug",
            group="ports",
            summary="Plug a VIF into a port",
            doc="Done again, it changes nothing.",
            parameters=(IF_MATCH, *WRITING),
            body=Plugged,
            answers=made(200, "The port.", shown("port"), ("ETag",)),
            refusals=(403, 404, 409, 412, 422),
            example={"vif": "vm1"},
        ),
        "DELETE": Operation(
            id="unplug",
            group="ports",
            summary="Take the VIF out of a port",
            parameters=(IF_MATCH, *WRITING),
            answers=made(204, "It is out.", None),
            refusals=(403, 404, 409, 412, 422),
        ),
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_put(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Plug the VIF in; done again, it changes nothing."""

        def plan(body: Any) -> Plan:
            given = checked(Plugged, body)
            self._check_revision(req, id)
            return Plan([Plug(id, given["vif"])])

        do(self._service, req, resp, plan, self._plugged)

    def on_delete(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Take the VIF out."""

        def plan(_: Any) -> Plan:
            self._check_revision(req, id)
            return Plan([Unplug(id)])

        do(self._service, req, resp, plan, lambda _: Done(), bodiless=True)

    def _plugged(self, outcome: Outcome) -> Done:
        return Done(view(self._service, outcome.fact, outcome.sight), headers={"ETag": f'"{outcome.fact.revision}"'})

    def _check_revision(self, req: falcon.Request, id: str) -> None:
        """A plug is no change of the port's fact, so its condition is looked at here; nothing comes in between."""
        port, wanted = sight_of(self._service, req).fact("port", id), wanted_revision(req)
        if port is not None and wanted is not None and port.revision != wanted:
            raise refused(Refusal("stale", "revision", f"the port is at revision {port.revision}, not {wanted}"))
