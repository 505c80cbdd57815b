"""``/v1/flows?switch=<name>``: what a switch holds or should hold, and why."""

from __future__ import annotations

import falcon

from weft.apps.northbound.problems import malformed, refused
from weft.apps.northbound.views import flow_view
from weft.controller.model.commands import Refusal
from weft.controller.service import Service


class Flows:
    """The flow entries of a switch."""

    filters = frozenset({"switch"})

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """In the order in which the switch looks at them."""
        switch = req.get_param("switch")
        if not switch:
            raise malformed("is required: the name of a switch", "switch")
        if self._service.network.switch(switch) is None:
            raise refused(Refusal("not-found", "switch", f"there is no switch {switch!r}"))
        resp.media = {"flows": [flow_view(report) for report in self._service.flows(switch)]}
