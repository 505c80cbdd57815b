"""``/v1/drops?limit=<n>``: why frames die, over all switches: whose they were, and for which reason."""

from __future__ import annotations

import re

import falcon

from weft.apps.northbound.counters import ask
from weft.apps.northbound.problems import malformed
from weft.controller.counters import about_drops, drops_document
from weft.controller.service import Service

LIMIT = 100  # unless somebody says how many


class Drops:
    """The frames that have died."""

    filters = frozenset({"limit"})

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The ports and reasons with most frames, as the switches that answer count them now."""
        limit = req.get_param("limit", default=str(LIMIT))
        if not re.fullmatch("[1-9][0-9]{0,5}", limit):
            raise malformed("must be a number from 1 to 999999", "limit")
        network = self._service.network
        resp.media = drops_document(network, ask(self._service, about_drops(network)), int(limit))
