"""``/v1/flows?switch=<name>``: what a switch holds or should hold, and why."""

from __future__ import annotations

from typing import ClassVar

import falcon

from weft.apps.northbound.description.operations import Answer, Operation, Operations, Parameter
from weft.apps.northbound.description.shown import Flows as ShownFlows
from weft.apps.northbound.problems import malformed
from weft.apps.northbound.seeing import require, seen, sight_of
from weft.apps.northbound.views import flow_view
from weft.controller.service import Service


class Flows:
    """The flow entries of a switch."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="list_flows",
            group="fabric",
            summary="Show the flow entries of a switch, and why they are there",
            parameters=(
                Parameter("switch", "The name of the switch.", {"type": "string", "minLength": 1}, required=True),
            ),
            answers={200: Answer("What it holds or should hold.", ShownFlows)},
            refusals=(403, 404),
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """In the order in which the switch looks at them."""
        switch = req.get_param("switch")
        if not switch:
            raise malformed("is required: the name of a switch", "switch")
        seen(self._service, req, "switch", switch)
        require(sight_of(self._service, req), "get_flows")
        resp.media = {"flows": [flow_view(report) for report in self._service.flows(switch)]}
