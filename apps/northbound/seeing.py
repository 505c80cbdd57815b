"""What the caller of a request may see and ask for. That is not decided here, but by the service's sight and policy."""

from __future__ import annotations

from collections.abc import Iterator

import falcon

from weft.apps.northbound.acting import caller_of
from weft.apps.northbound.problems import refused
from weft.controller.model.commands import Refusal
from weft.controller.model.facts import Fact, FactId, Port
from weft.controller.model.policy import Target
from weft.controller.model.visibility import NOBODYS
from weft.controller.service import Service
from weft.controller.sight import Sight


def sight_of(service: Service, req: falcon.Request) -> Sight:
    """``sight_of(service, req)`` returns the facts that whoever asks may see."""
    return service.sight(caller_of(req))


def seen(service: Service, req: falcon.Request, kind: str, id: FactId) -> Fact:
    """``seen(service, req, kind, id)`` returns that fact. Raises a 404 where the caller may see none of that id."""
    fact = sight_of(service, req).fact(kind, id)
    if fact is None:
        raise missing(kind, id)
    return fact


def missing(kind: str, id: FactId) -> falcon.HTTPError:
    """The 404 of a thing that is not there, or that is not to be seen."""
    return refused(Refusal("not-found", kind, f"there is no {kind} {id!r}"))


def require(sight: Sight, right: str, target: Target = NOBODYS) -> None:
    """Raises a 403 where the policy does not give the caller that right."""
    if not sight.caller.may(right, target):
        raise refused(Refusal("forbidden", "do", f"the policy does not give the caller the right {right}"))


def measured_ports(sight: Sight) -> Iterator[Port]:
    """The ports whose frames the caller may be told of."""
    for fact in sight.all("port"):
        if isinstance(fact, Port) and sight.caller.may("get_counters", Target(fact.project)):
            yield fact
