"""Who sends a request, and for which tenant they may."""

from __future__ import annotations

import time

import falcon

from weft.apps.identity.identity import Busy, Identify, NotNow, Unidentified
from weft.apps.identity.request import presented
from weft.apps.northbound.acting import caller
from weft.apps.quantum.faults import FORBIDDEN, UNAUTHORIZED, Fault, other
from weft.controller.model.rights import Caller
from weft.controller.service import Service

TOKEN = "X-Auth-Token"


class Callers:
    """Middleware that finds out who calls, before anything is looked up; ``caller_of`` of the native API tells."""

    def __init__(self, service: Service, identify: Identify) -> None:
        self._service = service
        self._identify = identify

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Remember the caller, or raise the fault 401, 429 or 503."""
        try:
            identity = self._identify(presented(req))
        except Unidentified as error:
            raise Fault(UNAUTHORIZED, f"{TOKEN}: {error}", {"WWW-Authenticate": 'Keystone realm="weft"'}) from None
        except NotNow as error:
            status = 429 if isinstance(error, Busy) else 503
            raise Fault(other(status), str(error), {"Retry-After": str(error.seconds)}) from None
        req.context.caller = caller(identity, None, int(time.time()), req.remote_addr, self._service.policy)


def check_tenant(caller: Caller, tenant: str) -> None:
    """Whoever is not of the tenant reads and writes nothing of it, and does not hear whether there is anything."""
    if not caller.operator and caller.project != tenant:
        raise Fault(FORBIDDEN, "the tenant of the path must be the caller's project")
