"""``/healthz``: whether the controller answers, and how far its model has come. Public."""

from __future__ import annotations

import falcon

from weft.controller.service import Service


class Health:
    """The health of the process."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """It answers, so it lives."""
        resp.media = {"status": "ok", "revision": self._service.network.revision}
