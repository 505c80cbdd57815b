"""``/v1/ports/<id>/vif``: what is plugged into a port."""

from __future__ import annotations

import falcon
from pydantic import BaseModel

from weft.apps.northbound.acting import caller_of
from weft.apps.northbound.bodies import read_json
from weft.apps.northbound.conditions import tag, wanted_revision
from weft.apps.northbound.problems import refused
from weft.apps.northbound.shapes import STRICT, checked
from weft.apps.northbound.views import view
from weft.controller.model.commands import Plug, Refusal, Unplug
from weft.controller.service import Service


class Plugged(BaseModel):
    """The VIF to plug in."""

    model_config = STRICT
    vif: str


class PluggedVif:
    """Plug a VIF in, or take it out."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_put(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Plug the VIF in; done again, it changes nothing."""
        given = checked(Plugged, read_json(req))
        self._check_revision(req, id)
        (port,) = self._service.submit([Plug(id, given["vif"])], caller_of(req))
        assert port is not None
        tag(resp, port)
        resp.media = view(self._service, port)

    def on_delete(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Take the VIF out."""
        self._check_revision(req, id)
        self._service.submit([Unplug(id)], caller_of(req))
        resp.status = falcon.HTTP_NO_CONTENT

    def _check_revision(self, req: falcon.Request, id: str) -> None:
        """A plug is no change of the port's fact, so its condition is looked at here; nothing comes in between."""
        port, wanted = self._service.network.port(id), wanted_revision(req)
        if port is not None and wanted is not None and port.revision != wanted:
            raise refused(Refusal("stale", "revision", f"the port is at revision {port.revision}, not {wanted}"))
