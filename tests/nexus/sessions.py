"""Who is signed in at a Nexus: tokens that expire, each in a cookie."""

from __future__ import annotations

import time
from collections.abc import Callable
from secrets import compare_digest, token_urlsafe

from tests.nexus.tree import Document, Refused

COOKIE = "APIC-cookie"


class Sessions:
    """The accounts, and the tokens that were given."""

    def __init__(self, passwords: dict[str, str], now: Callable[[], float] = time.monotonic) -> None:
        self.passwords = passwords
        self.lifetime = 600.0
        self.logins = 0
        self._now = now
        self._expiry_by_token: dict[str, float] = {}

    def login(self, document: object) -> tuple[str, Document]:
        """A token for who gives a name and its password, and the answer that carries it."""
        match document:
            case {"aaaUser": {"attributes": {"name": str(name), "pwd": str(password)}}}:
                self.check(name, password)
            case _:
                raise Refused("aaaUser with name and pwd is expected")
        self.logins += 1
        return self._given(name)

    def check(self, name: str, password: str) -> None:
        """Raises ``Refused`` where that is not the account's password."""
        if not compare_digest(self.passwords.get(name, "").encode(), password.encode()) or not password:
            raise Refused("Username or password is incorrect - FAILED local authentication", 401, 401)

    def refresh(self, token: str | None) -> tuple[str, Document]:
        """Another token, for who has one that holds."""
        self.need(token)
        return self._given("admin")

    def logout(self, token: str | None) -> None:
        """Let the token be none from now on."""
        self._expiry_by_token.pop(token or "", None)

    def need(self, token: str | None) -> None:
        """Raises ``Refused`` where that is no token, or none any more."""
        if self._expiry_by_token.get(token or "", float("-inf")) <= self._now():
            raise Refused("Token was invalid (Error: Token timeout)", 403, 403)

    def expire(self) -> None:
        """Let no token hold any more."""
        self._expiry_by_token.clear()

    def _given(self, name: str) -> tuple[str, Document]:
        token = token_urlsafe(64)
        self._expiry_by_token[token] = self._now() + self.lifetime
        attributes = {
            "token": token,
            "siteFingerprint": "",
            "refreshTimeoutSeconds": str(int(self.lifetime)),
            "guiIdleTimeoutSeconds": "1200",
            "restTimeoutSeconds": "0",
            "userName": name,
            "remoteUser": "false",
            "version": "10.2(5)",
        }
        return token, {"aaaLogin": {"attributes": attributes}}
