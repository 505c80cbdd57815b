"""``/v1/claims``: which interfaces of switches say themselves that they are for a port, and what came of it."""

from __future__ import annotations

from typing import ClassVar

import falcon

from weft.apps.northbound.description.operations import Answer, Operation, Operations, Parameter
from weft.apps.northbound.description.shown import Claims as ShownClaims
from weft.apps.northbound.seeing import sight_of
from weft.apps.northbound.views import claim_view
from weft.controller.service import Service


class Claims:
    """The claims, granted and refused. Switches make them, nobody else."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="list_claims",
            group="fabric",
            summary="List the claims",
            doc="Which interfaces of switches say themselves that they are for a port, and what came of it.",
            parameters=tuple(
                Parameter(name, f"Only those with this `{name}`.")
                for name in ("switch", "interface", "port", "project", "outcome")
            ),
            answers={200: Answer("What they say.", ShownClaims)},
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """All of them, or those whose fields are exactly as the query says."""
        wanted = req.params.items()
        claims = map(claim_view, sight_of(self._service, req).all("claim"))
        resp.media = {"claims": [claim for claim in claims if all(claim[name] == value for name, value in wanted)]}
