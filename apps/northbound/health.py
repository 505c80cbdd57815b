"""``/healthz``: whether the controller answers, and how far its model has come. Public."""

from __future__ import annotations

from typing import ClassVar

import falcon

from weft.apps.northbound.description.operations import Answer, Operation, Operations
from weft.apps.northbound.description.shown import Health as ShownHealth
from weft.controller.service import Service


class Health:
    """The health of the process."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="show_health",
            group="about",
            summary="Say whether the controller answers",
            answers={200: Answer("It answers, so it lives.", ShownHealth)},
            public=True,
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """It answers, so it lives."""
        resp.media = {"status": "ok", "revision": self._service.network.revision}
