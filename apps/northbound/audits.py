"""``/v1/audits``: look now whether a switch holds what it should, and repair it where it does not."""

from __future__ import annotations

import falcon
from pydantic import BaseModel

from weft.apps.northbound.acting import caller_of
from weft.apps.northbound.bodies import read_json
from weft.apps.northbound.problems import refused
from weft.apps.northbound.shapes import STRICT, checked
from weft.controller.model.commands import Refusal
from weft.controller.service import Service


class Audited(BaseModel):
    """The switch to look at."""

    model_config = STRICT
    switch: str


class Audits:
    """Ask for an audit; the switch's ``settled`` says when it has been done."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The audit is asked for; it does not wait for the switch."""
        if not caller_of(req).operator:
            raise refused(Refusal("forbidden", "switch", "switches are the operator's alone"))
        name = checked(Audited, read_json(req))["switch"]
        try:
            self._service.request_audit(name)
        except KeyError:
            raise refused(Refusal("not-found", "switch", f"there is no switch {name!r}")) from None
        resp.status = falcon.HTTP_ACCEPTED
