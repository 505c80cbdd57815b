"""Who sends a request, and for which tenant they may."""

from __future__ import annotations

import time

import falcon

from weft.apps.identity.identity import Busy, Identify, NotNow, Presented, Unidentified
from weft.apps.quantum.faults import FORBIDDEN, UNAUTHORIZED, Fault, other
from weft.controller.model.rights import Caller

TOKEN = "X-Auth-Token"


class Callers:
    """Middleware that finds out who calls, before anything is looked up. ``caller_of`` tells."""

    def __init__(self, identify: Identify) -> None:
        self._identify = identify

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Remember the caller, or raise the fault 401, 429 or 503."""
        headers = {name.lower(): value for name, value in req.headers.items()}
        try:
            found = self._identify(Presented(req.get_header(TOKEN), headers, req.remote_addr))
        except Unidentified as error:
            raise Fault(UNAUTHORIZED, f"{TOKEN}: {error}", {"WWW-Authenticate": 'Keystone realm="weft"'}) from None
        except NotNow as error:
            status = 429 if isinstance(error, Busy) else 503
            raise Fault(other(status), str(error), {"Retry-After": str(error.seconds)}) from None
        req.context.caller = Caller(found.project, found.roles, found.operator, int(time.time()))


def caller_of(req: falcon.Request) -> Caller:
    """``caller_of(req)`` returns who calls."""
    found: Caller = req.context.caller
    return found


def check_tenant(caller: Caller, tenant: str) -> None:
    """Whoever is not of the tenant reads and writes nothing of it, and does not hear whether there is anything."""
    if not caller.operator and caller.project != tenant:
        raise Fault(FORBIDDEN, "the tenant of the path must be the caller's project")
