"""``/v1/audits``: look now whether a switch holds what it should, and repair it where it does not."""

from __future__ import annotations

from typing import Annotated, ClassVar

import falcon
from pydantic import BaseModel, Field, WithJsonSchema

from weft.apps.northbound.bodies import read_json
from weft.apps.northbound.description.meanings import ANY
from weft.apps.northbound.description.operations import Answer, Operation, Operations
from weft.apps.northbound.problems import refused
from weft.apps.northbound.seeing import require, sight_of
from weft.apps.northbound.shapes import STRICT, checked
from weft.controller.model.commands import Refusal
from weft.controller.service import Service


class Audited(BaseModel):
    """The switch to look at."""

    model_config = STRICT
    switch: Annotated[str, WithJsonSchema(dict(ANY))] = Field(description="Its name.")


class Audits:
    """Ask for an audit; the switch's ``settled`` says when it has been done."""

    operations: ClassVar[Operations] = {
        "POST": Operation(
            id="audit_switch",
            group="fabric",
            summary="Audit a switch",
            doc="It is asked what it holds, and repaired where that is not what it should. Its `settled` says when "
            "that is done; nobody waits for it.",
            body=Audited,
            answers={202: Answer("The audit is asked for.")},
            refusals=(403, 404),
            example={"switch": "leaf1"},
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The audit is asked for; it does not wait for the switch."""
        require(sight_of(self._service, req), "audit_switch")
        name = checked(Audited, read_json(req))["switch"]
        try:
            self._service.request_audit(name)
        except KeyError:
            raise refused(Refusal("not-found", "switch", f"there is no switch {name!r}")) from None
        resp.status = falcon.HTTP_ACCEPTED
