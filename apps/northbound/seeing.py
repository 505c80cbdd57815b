"""What the caller of a request may see. Nothing here decides that; the service's sight does."""

from __future__ import annotations

from typing import Any

import falcon

from weft.apps.northbound.acting import caller_of
from weft.apps.northbound.problems import refused
from weft.controller.model.commands import Refusal
from weft.controller.model.facts import Fact, Key
from weft.controller.service import Service


def sight_of(service: Service, req: falcon.Request) -> Any:
    """``sight_of(service, req)`` returns the facts that whoever asks may see."""
    return service.sight(caller_of(req)) if hasattr(service, "sight") else _All(service, caller_of(req))


class _All:
    def __init__(self, service: Any, caller: Any) -> None:
        self.service = service
        self.caller = caller

    def fact(self, kind: Any, id: Any) -> Any:
        return self.service.network.fact(Key(kind, id))

    def all(self, kind: Any) -> Any:
        return self.service.network.of_kind(kind)

    def may_see(self, fact: Any) -> bool:
        return True


def seen(service: Service, req: falcon.Request, kind: str, id: str) -> Fact:
    """``seen(service, req, kind, id)`` returns that fact. Raises a 404 where the caller may see none of that id."""
    fact: Fact | None = sight_of(service, req).fact(kind, id)
    if fact is None:
        raise refused(Refusal("not-found", kind, f"there is no {kind} {id!r}"))
    return fact
