"""Whoever asks is somebody; only the health of the process and what the API says of itself are public."""

from __future__ import annotations

from http import HTTPStatus

import falcon

from weft.apps.identity.identity import Busy, Identify, NotNow, Unidentified
from weft.apps.identity.request import presented
from weft.apps.northbound.paths import PUBLIC
from weft.apps.northbound.problems import Problem


class Bearer:
    """Middleware that finds ``req.context.identity``, and answers 401 to whom nobody knows (RFC 6750)."""

    def __init__(self, identify: Identify) -> None:
        self._identify = identify

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Let the request pass, or raise the 401, or 429 or 503 where it cannot be told now."""
        req.context.identity = None
        req.context.identify = self._identify  # for an answer that lasts, and asks again
        if req.path in PUBLIC:
            return
        try:
            req.context.identity = self._identify(presented(req))
        except Unidentified as error:
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                str(error),
                headers={"WWW-Authenticate": 'Bearer realm="weft"'},
            ) from None
        except NotNow as error:
            status = HTTPStatus.TOO_MANY_REQUESTS if isinstance(error, Busy) else HTTPStatus.SERVICE_UNAVAILABLE
            raise Problem(status, str(error), headers={"Retry-After": str(error.seconds)}) from None
