"""``Weft-Act-As``: whoever holds the token may act with less, as a project and its roles, for one request."""

from __future__ import annotations

import re
import time
from urllib.parse import unquote

import falcon

from weft.apps.northbound.paths import ACT_AS
from weft.apps.northbound.problems import malformed
from weft.controller.model.rights import OPERATOR, Caller

_RULE = "must be like project=NAME; role=NAME; role=NAME, each NAME percent-encoded, with one project and any roles"
_PART = re.compile(r"(project|role)=((?:[!-$&-+\--:<-~]|%[0-9A-Fa-f]{2})+)")  # no space, comma, semicolon or bare %


def caller(said: str | None, now: int) -> Caller:
    """``caller(said, now)`` returns who acts: the operator where the header says nothing. Raises a 400 ``Problem``.

    ``now`` is in seconds since 1970. A header that is sent twice is refused: joined, its two values have a comma.

    >>> caller("project=blue; role=tester", 5)
    Caller(project='blue', roles=frozenset({'tester'}), operator=False, at=5)
    """
    if said is None:
        return OPERATOR._replace(at=now)
    parts = [_PART.fullmatch(part.strip(" \t")) for part in said.split(";")]
    named = [(part[1], _decoded(part[2])) for part in parts if part is not None]
    projects = [name for what, name in named if what == "project"]
    if len(named) < len(parts) or len(projects) != 1:
        raise malformed(_RULE, ACT_AS)
    return Caller(projects[0], frozenset(name for what, name in named if what == "role"), False, now)


def _decoded(name: str) -> str:
    try:
        return unquote(name, errors="strict")
    except UnicodeDecodeError:
        raise malformed(_RULE, ACT_AS) from None


class Acting:
    """Middleware that finds out who acts, before anything is done. ``caller_of`` tells."""

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Remember the caller, or raise the 400."""
        req.context.caller = caller(req.get_header(ACT_AS), int(time.time()))


def caller_of(req: falcon.Request) -> Caller:
    """``caller_of(req)`` returns who acts in this request."""
    found: Caller = req.context.caller
    return found
