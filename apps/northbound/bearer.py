"""Whoever asks brings the token; only the health of the process is public."""

from __future__ import annotations

import hmac
from http import HTTPStatus

import falcon

from weft.apps.northbound.paths import HEALTH
from weft.apps.northbound.problems import Problem


class Bearer:
    """Middleware that answers 401 to a request without the token (RFC 6750)."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Let the request pass, or raise the 401."""
        if req.path == HEALTH:
            return
        scheme, _, credentials = (req.auth or "").partition(" ")
        given = credentials.strip().encode("utf-8", "replace")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given, self._token):
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "needs the controller's token: Authorization: Bearer <token>",
                headers={"WWW-Authenticate": 'Bearer realm="weft"'},
            )
