"""What the policy gives the caller of a request beside seeing things."""

from __future__ import annotations

import falcon

from weft.apps.northbound.problems import refused
from weft.apps.northbound.seeing import sight_of
from weft.controller.model.commands import Refusal
from weft.controller.model.facts import Fact
from weft.controller.model.policy import Target
from weft.controller.model.visibility import target_of
from weft.controller.service import Service


def check_right(service: Service, req: falcon.Request, right: str, fact: Fact | None = None) -> None:
    """``check_right(service, req, right, fact)`` raises a 403 where whoever asks does not have that right for it."""
    caller = sight_of(service, req).caller
    target = target_of(service.network, fact, caller) if fact is not None else Target()
    if not caller.may(right, target):
        raise refused(Refusal("forbidden", "roles", f"whoever asks is not allowed to do this, by the policy {right}"))
