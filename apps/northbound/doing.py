"""The way of every request that changes something: from its body to commands, to facts, to an answer.

A request that was done before under the same key is answered again; one may wait for the switches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import falcon

from weft.apps.northbound import receipts, waiting
from weft.apps.northbound.acting import caller_of
from weft.apps.northbound.bodies import read_json
from weft.apps.northbound.problems import refused
from weft.apps.northbound.seeing import sight_of
from weft.controller.model.commands import Command
from weft.controller.model.facts import Fact
from weft.controller.service import Refused, Service
from weft.controller.sight import Sight

WAITED = "Weft-Waited"  # the header that says how far the switches have come


class Plan(NamedTuple):
    """What is to be done; ``places`` are where each command stands in the request, for the field of a refusal."""

    commands: Sequence[Command]
    places: Sequence[str] = ()


class Outcome(NamedTuple):
    """What was asked for, what each command made or changed, and the revision of the model then.

    Where it is told again, ``sight`` is what the caller sees by now.
    """

    body: Any
    facts: Sequence[Fact | None]
    revision: int
    sight: Sight | None = None

    @property
    def fact(self) -> Fact:
        """What the one command made or changed."""
        (fact,) = self.facts
        assert fact is not None
        return fact


class Done(NamedTuple):
    """What is answered when all is done."""

    media: Any = None
    status: str = falcon.HTTP_OK
    headers: Mapping[str, str] = {}


def do(
    service: Service,
    req: falcon.Request,
    resp: falcon.Response,
    plan: Callable[[Any], Plan],
    answer: Callable[[Outcome], Done],
    *,
    bodiless: bool = False,
) -> None:
    """``do(service, req, resp, plan, answer)`` does all that the plan for the body says, or nothing, and answers.

    Raises ``Problem``.
    """
    patience = waiting.asked(req)
    body = None if bodiless else read_json(req)
    receipt = receipts.asked(req, body)
    before = receipts.known(service, receipt) if receipt is not None else None
    sight = sight_of(service, req)
    if before is not None:
        outcome = Outcome(body, receipts.facts_of(service, sight, before), before.revision, sight)
        resp.set_header(receipts.REPLAYED, "true")
    else:
        commands, places = plan(body)
        try:
            facts = service.submit(commands, caller_of(req), receipt)
        except Refused as error:
            raise refused(error.refusal, places[error.index] if places else "") from None
        outcome = Outcome(body, facts, service.network.revision)
    waited = waiting.wait(service, sight, outcome.facts, patience) if patience is not None else None
    _say(resp, answer(outcome), waited)


def _say(resp: falcon.Response, done: Done, waited: waiting.Waited | None) -> None:
    resp.status, resp.media = done.status, done.media
    if done.media is None:
        resp.status = falcon.HTTP_NO_CONTENT
    for name, value in done.headers.items():
        resp.set_header(name, value)
    if waited is not None:
        resp.set_header(WAITED, str(waited))
        if waited.state != "active":
            resp.status = falcon.HTTP_ACCEPTED
