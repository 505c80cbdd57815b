"""``/v1/drops?limit=<n>``: why frames die, over all switches: whose they were, and for which reason."""

from __future__ import annotations

import re
from typing import ClassVar

import eventlet
import falcon

from weft.apps.northbound.counters import ask
from weft.apps.northbound.operations import Answer, Operation, Operations, Parameter
from weft.apps.northbound.problems import malformed
from weft.apps.northbound.seeing import require, sight_of
from weft.apps.northbound.shown import Drops as ShownDrops
from weft.controller.counters import Dropped, about_drops, drops_document, drops_on
from weft.controller.service import Service

LIMIT = 100  # unless somebody says how many


class Drops:
    """The frames that have died."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="list_drops",
            group="fabric",
            summary="Say why frames die",
            doc="The ports and reasons with most frames, as the switches that answer count them now.",
            parameters=(
                Parameter("limit", "The most to show.", {"type": "integer", "minimum": 1, "maximum": 999_999}),
            ),
            answers={200: Answer("What has died.", ShownDrops)},
            refusals=(403,),
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The ports and reasons with most frames, as the switches that answer count them now."""
        require(sight_of(self._service, req), "get_drops")
        limit = req.get_param("limit", default=str(LIMIT))
        if not re.fullmatch("[1-9][0-9]{0,5}", limit):
            raise malformed("must be a number from 1 to 999999", "limit")
        network = self._service.network
        readings = ask(self._service, about_drops(network))
        found: list[Dropped] = []
        for switch, reading in readings.items():
            found += drops_on(network, switch, reading)
            eventlet.sleep(0)  # many switches with many ports leave everybody else a turn
        resp.media = drops_document(network, found, readings.keys(), int(limit))
