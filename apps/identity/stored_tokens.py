"""Tokens that are kept in the model, by nothing but the SHA-256 of what their holders have."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from hashlib import sha256

from weft.apps.identity.identity import OPERATOR_ROLE, Identity, Presented, Unidentified
from weft.controller.model.accounts import Token

PREFIX = "weft_"  # by which people, and programs that look for secrets in the wrong places, know one


def new_secret() -> str:
    """A secret of 256 bits."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """What is kept of a secret. One of 256 bits needs no salt, and no hash that is slow."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


class StoredTokens:
    """Believes whoever brings the secret of a token that is kept, and has not expired."""

    def __init__(self, token_of: Callable[[str], Token | None], now: Callable[[], float] = time.time) -> None:
        self._token_of = token_of
        self._now = now

    def __call__(self, presented: Presented) -> Identity | None:
        """Whose the token is; None where it is not kept. Raises ``Unidentified`` where it has expired.

        It is found by its hash, and how long that takes tells nothing of any secret.
        """
        if not presented.token:
            return None
        token = self._token_of(hash_of(presented.token))
        if token is None:
            return None
        if token.expires is not None and token.expires <= self._now():
            raise Unidentified("the token has expired")
        roles = frozenset(token.roles)
        return Identity(token.user, token.project, roles, OPERATOR_ROLE in roles, f"token {token.id}")
