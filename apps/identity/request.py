"""What an HTTP request presents, the same for each API."""

from __future__ import annotations

import falcon

from weft.apps.identity import proxy
from weft.apps.identity.identity import Presented, Unidentified

X_AUTH_TOKEN = "X-Auth-Token"


def presented(req: falcon.Request) -> Presented:
    """``presented(req)`` returns what the request brings to say who sent it.

    A token comes as ``Authorization: Bearer`` or as ``X-Auth-Token``. Raises ``Unidentified`` where two come.
    """
    tokens = {token for token in (_bearer(req.auth), req.get_header(X_AUTH_TOKEN)) if token}
    if len(tokens) > 1:
        raise Unidentified(f"Authorization and {X_AUTH_TOKEN} bring two tokens")
    headers = {name: value for name in proxy.HEADERS if (value := req.get_header(name)) is not None}
    return Presented(next(iter(tokens), None), headers, req.remote_addr)


def _bearer(said: str | None) -> str | None:
    scheme, _, credentials = (said or "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else None
