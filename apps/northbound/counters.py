"""``/v1/ports/<id>/counters``: what has passed at a port and what has died, as its switch counts it now.

Nothing is kept in the controller: a switch is asked, and a request that asks one waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

import falcon

from weft.apps.northbound.acting import caller_of
from weft.apps.northbound.description.operations import Answer, Operation, Operations
from weft.apps.northbound.description.shown import Counters
from weft.apps.northbound.problems import Problem
from weft.apps.northbound.seeing import require, seen, sight_of
from weft.controller.contracts import Question, Reading
from weft.controller.counters import Nowhere, about_port, place_of, port_document
from weft.controller.model.visibility import target_of
from weft.controller.service import Service


def ask(service: Service, questions: Mapping[str, Question]) -> Mapping[str, Reading]:
    """``ask(service, questions)`` returns what the switches say that do answer."""
    return service.counters.ask(questions) if service.counters is not None else {}


class PortCounters:
    """The counters of a port."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="show_port_counters",
            group="ports",
            summary="Show what has passed at a port, and what has died",
            doc="As its switch counts it now; the answer waits for the switch.",
            answers={200: Answer("What it has counted.", Counters)},
            refusals=(403, 404, 409),
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Since its VIF was plugged in there, or longer where it was there before."""
        port = seen(self._service, req, "port", id)
        require(sight_of(self._service, req), "get_counters", target_of(self._service.network, port, caller_of(req)))
        try:
            place = place_of(self._service.network, id)
        except Nowhere as nowhere:
            raise Problem(HTTPStatus.CONFLICT, f"its frames are counted nowhere: {nowhere}", field="port") from None
        reading = ask(self._service, {place.switch: about_port(place)}).get(place.switch)
        if reading is None:
            rule = f"switch {place.switch} is not connected, or does not answer"
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, rule, field="switch")
        resp.media = port_document(place, reading, self._service.compiler.pipeline)
