"""The way of every request that changes something: from commands to an answer, which may wait for the switches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import falcon

from weft.apps.northbound import waiting
from weft.apps.northbound.acting import caller_of
from weft.apps.northbound.problems import refused
from weft.controller.model.commands import Command
from weft.controller.model.facts import Fact
from weft.controller.service import Refused, Service

WAITED = "Weft-Waited"  # the header that says how far the switches have come


class Done(NamedTuple):
    """What is answered when all is done."""

    media: Any = None
    status: str = falcon.HTTP_OK
    headers: Mapping[str, str] = {}


def do(
    service: Service,
    req: falcon.Request,
    resp: falcon.Response,
    commands: Sequence[Command],
    answer: Callable[[Sequence[Fact | None]], Done],
    places: Sequence[str] = (),
) -> None:
    """``do(service, req, resp, commands, answer)`` does all of the commands or none, and answers.

    ``places`` are where each command stands in the request, for the field of a refusal. Raises ``Problem``.
    """
    patience = waiting.asked(req)
    try:
        facts = service.submit(commands, caller_of(req))
    except Refused as error:
        raise refused(error.refusal, places[error.index] if places else "") from None
    waited = waiting.wait(service, commands, patience) if patience is not None else None
    done = answer(facts)
    resp.status, resp.media = done.status, done.media
    if done.media is None and waited is None:
        resp.status = falcon.HTTP_NO_CONTENT if done.status == falcon.HTTP_OK else done.status
    for name, value in done.headers.items():
        resp.set_header(name, value)
    if waited is not None:
        resp.set_header(WAITED, str(waited))
        if waited.state != "active":
            resp.status = falcon.HTTP_ACCEPTED
