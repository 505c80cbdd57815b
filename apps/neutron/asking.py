"""Who asks, and what they may see: found out before anything is done, and handed to every resource."""

from __future__ import annotations

import time
from uuid import uuid4

import falcon

from weft.apps.identity.identity import Identify, NotNow, Unidentified
from weft.apps.identity.request import presented
from weft.apps.neutron.faults import not_now, unauthorized
from weft.controller import audit_log
from weft.controller.model.commands import Command, Refusal
from weft.controller.model.facts import Fact, Subnet
from weft.controller.model.policy import Target
from weft.controller.model.rights import Caller
from weft.controller.model.security_groups import SecurityRule
from weft.controller.service import Service

NOBODYS_PROJECT = "default"  # of what an operator makes who acts for no project and names none


class Asking:
    """One request: the caller, and the service through the caller's eyes.

    ``promised`` are the addresses that this request's commands take, before they are taken: (segment, address).
    ``settled`` are switches that have proven to hold what they should, until others have had their turn.
    ``rules_by_group`` and ``shared_by_segment`` are what groups and segments are to have in the end, since one request
    may add to one of them several times; ``renamed`` are the new ids of what has another one afterwards.
    """

    def __init__(self, service: Service, caller: Caller) -> None:
        self.service = service
        self.sight = service.sight(caller)
        self.caller = self.sight.caller
        self.promised: set[tuple[str, str]] = set()
        self.settled: set[str] = set()
        self.subnets_by_segment: dict[str, tuple[Subnet, ...]] = {}
        self.rules_by_group: dict[str, tuple[SecurityRule, ...]] = {}
        self.shared_by_segment: dict[str, tuple[str, ...]] = {}
        self.renamed: dict[str, str] = {}

    @property
    def project(self) -> str:
        """Whose what is made will be, if nobody says."""
        return self.caller.project or NOBODYS_PROJECT

    def may(self, rule: str, project: str | None = None) -> bool:
        """Whether the policy grants the caller that, for what a project has: the caller's own, or the one named."""
        return self.caller.may(rule, Target(self.caller.project if project is None else project))

    def record(self, command: Command, refusal: Refusal) -> None:
        """Put on record what was refused before the model was asked."""
        self.service.log.wait([audit_log.refused(command, self.caller, refusal)])

    def submit(self, commands: list[Command]) -> list[Fact | None]:
        """Do the commands in one transaction. Raises ``Refused``."""
        self.settled.clear()
        return self.service.submit(commands, self.caller) if commands else []


class Asked:
    """Middleware that answers 401 to whoever is not known, as the middleware of Keystone does."""

    def __init__(self, service: Service, identify: Identify) -> None:
        self._service = service
        self._identify = identify

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Remember who asks, or raise the 401."""
        resp.set_header("X-Openstack-Request-Id", f"req-{uuid4()}")
        try:
            who = self._identify(presented(req))
        except Unidentified as error:
            raise unauthorized(str(error), req.prefix) from None
        except NotNow as error:
            raise not_now(error) from None
        now, origin = int(time.time()), req.remote_addr or ""
        caller = Caller(who.project, who.roles, who.operator, now, who.user, origin, self._service.policy)
        req.context.asking = Asking(self._service, caller)


def asking_of(req: falcon.Request) -> Asking:
    """``asking_of(request)`` returns who asks in it."""
    found: Asking = req.context.asking
    return found
