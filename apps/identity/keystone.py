"""Keystone v3: whose a token is, Keystone is asked, and believed for a while.

A token that nobody has asked for yet costs one question, however many requests bring it at once. Where Keystone does
not answer nobody is let in: those who ask are told to come again.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from concurrent.futures import Future
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from weft.apps.identity.identity import (
    Busy,
    Identity,
    Presented,
    Unanswered,
    Unidentified,
    identity,
    translated,
)

GOOD_FOR = 300.0  # seconds that an answer is believed; a revoked token is good for so long at most
BAD_FOR = 10.0
MOST_GOOD, MOST_BAD = 10_000, 2_000  # two memories: no flood of bad tokens drives the good ones out
_PLAIN = re.compile(r"[!-~]{1,4096}")
PAUSE = 1.0  # seconds in which a Keystone that did not answer is not asked again


class Known(NamedTuple):
    """What Keystone has said of a token, and until when (by the clock on the wall) that is believed."""

    identity: Identity | None
    until: float


class KeystoneTokens:
    """Believes what ``ask`` says of a token: Keystone's document of it, or None where there is no such token."""

    def __init__(
        self,
        ask: Callable[[str], dict[str, Any] | None],
        operators: Collection[str],
        blocked: Callable[[str], float] = lambda peer: 0.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._ask = ask
        self._operators = operators
        self._blocked = blocked
        self._now = now
        self._good: OrderedDict[str, Known] = OrderedDict()
        self._bad: OrderedDict[str, Known] = OrderedDict()
        self._under_way: dict[str, Future[Known]] = {}
        self._silent_until = 0.0

    def __call__(self, presented: Presented) -> Identity | None:
        """Whom Keystone names, or None. Raises ``Unanswered`` where Keystone does not answer."""
        token = presented.token
        if not token or not _PLAIN.fullmatch(token):  # what no header could carry is no token either
            return None
        digest = sha256(token.encode()).hexdigest()
        known = self._good.get(digest) or self._bad.get(digest)
        if known is None or known.until <= self._now():
            known = self._found(token, digest, presented.peer)
        return known.identity

    def _found(self, token: str, digest: str, peer: str) -> Known:
        """What Keystone says: asked by whoever comes first, and heard by all that come meanwhile."""
        asked = self._under_way.get(digest)
        if asked is not None:
            return asked.result()
        if seconds := self._blocked(peer):
            raise Busy("too many requests from this address bring no valid token", seconds)
        if self._now() < self._silent_until:
            raise Unanswered("Keystone does not answer", PAUSE)
        self._under_way[digest] = asked = Future()
        try:
            known = self._judged(self._answer(token), digest)
        except BaseException as error:
            heard = isinstance(error, Unanswered | Unidentified)
            asked.set_exception(error if heard else Unanswered("Keystone was not asked to the end", PAUSE))
            raise
        finally:
            del self._under_way[digest]
        self._remember(digest, known)
        asked.set_result(known)
        return known

    def _answer(self, token: str) -> dict[str, Any] | None:
        try:
            return self._ask(token)
        except TimeoutError:  # of the whole request
            raise Unanswered("Keystone did not answer in time", PAUSE) from None
        except Unanswered:
            self._silent_until = self._now() + PAUSE
            raise

    def _judged(self, document: dict[str, Any] | None, digest: str) -> Known:
        now = self._now()
        if document is None:
            return Known(None, now + BAD_FOR)
        try:
            expires = datetime.fromisoformat(document["expires_at"]).timestamp()
            found = self._identity(document, digest)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unanswered(f"Keystone's answer makes no sense: {error!r}", PAUSE) from None
        return Known(found, min(expires, now + GOOD_FOR)) if expires > now else Known(None, now + BAD_FOR)

    def _identity(self, document: dict[str, Any], digest: str) -> Identity:
        """Who has the token. What somebody may do in a whole domain of Keystone's means nothing here."""
        roles = [role["name"] for role in document.get("roles", ())] if "domain" not in document else []
        operators = () if document.get("is_admin_project") is False else self._operators
        held = translated(roles, operators)
        project = document["project"]["id"] if "project" in document else None
        return identity(document["user"]["id"], project, held, f"keystone {digest[:16]}")

    def _remember(self, digest: str, known: Known) -> None:
        memory, most = (self._bad, MOST_BAD) if known.identity is None else (self._good, MOST_GOOD)
        self._good.pop(digest, None)
        self._bad.pop(digest, None)
        memory[digest] = known
        if len(memory) > most:
            memory.popitem(last=False)
