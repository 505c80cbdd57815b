"""``/v1/ports/<id>/counters``: what has passed at a port and what has died, as its switch counts it now.

Nothing is kept in the controller: a switch is asked, and a request that asks one waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import falcon

from weft.apps.northbound.problems import Problem, refused
from weft.controller.contracts import Question, Reading
from weft.controller.counters import Nowhere, about_port, place_of, port_document
from weft.controller.model.commands import Refusal
from weft.controller.service import Service


def ask(service: Service, questions: Mapping[str, Question]) -> Mapping[str, Reading]:
    """``ask(service, questions)`` returns what the switches say that do answer."""
    return service.counters.ask(questions) if service.counters is not None else {}


class PortCounters:
    """The counters of a port."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Since its VIF was plugged in there, or longer where it was there before."""
        try:
            place = place_of(self._service.network, id)
        except KeyError:
            raise refused(Refusal("not-found", "port", f"there is no port {id!r}")) from None
        except Nowhere as nowhere:
            raise Problem(HTTPStatus.CONFLICT, f"its frames are counted nowhere: {nowhere}", field="port") from None
        reading = ask(self._service, {place.switch: about_port(place)}).get(place.switch)
        if reading is None:
            rule = f"switch {place.switch} is not connected, or does not answer"
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, rule, field="switch")
        resp.media = port_document(place, reading)
