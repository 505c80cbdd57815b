"""``/v1/claims``: which interfaces of switches say themselves that they are for a port, and what came of it."""

from __future__ import annotations

import falcon

from weft.apps.northbound.views import claim_view
from weft.controller.service import Service


class Claims:
    """The claims, granted and refused. Switches make them, nobody else."""

    filters = frozenset({"switch", "interface", "port", "project", "outcome"})

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """All of them, or those whose fields are exactly as the query says."""
        wanted = req.params.items()
        claims = map(claim_view, self._service.network.of_kind("claim"))
        resp.media = {"claims": [claim for claim in claims if all(claim[name] == value for name, value in wanted)]}
