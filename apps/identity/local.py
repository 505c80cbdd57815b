"""Who is known on this machine alone: the holder of the operator's token, and everybody where nobody is asked."""

from __future__ import annotations

import hmac

from weft.apps.identity.identity import OPERATOR_ROLE, Identity, Presented


class OperatorToken:
    """Believes whoever brings the token in the controller's token file."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    def __call__(self, presented: Presented) -> Identity | None:
        """The operator, or None."""
        given = (presented.token or "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._token):
            return None
        return Identity("operator", None, frozenset({OPERATOR_ROLE}), True, "operator")


def everybody(presented: Presented) -> Identity:
    """Everybody is the operator, whatever they bring."""
    return Identity("operator", None, frozenset({OPERATOR_ROLE}), True, f"peer {presented.peer}")
