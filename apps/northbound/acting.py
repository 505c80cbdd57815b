"""Who acts: whom the request is found to be of, or for an operator the project and roles in ``Weft-Act-As``."""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from urllib.parse import unquote

import falcon

from weft.apps.identity.identity import OPERATOR_ROLE, Identity
from weft.apps.northbound.paths import ACT_AS
from weft.apps.northbound.problems import Problem, malformed
from weft.controller.model.rights import Caller

_RULE = "must be like project=NAME; role=NAME; role=NAME, each NAME percent-encoded, with one project and any roles"
BASE_ROLES = frozenset({OPERATOR_ROLE, "member", "reader"})
_PART = re.compile(r"(project|role)=((?:[!-$&-+\--:<-~]|%[0-9A-Fa-f]{2})+)")  # no space, comma, semicolon or bare %


def caller(identity: Identity | None, said: str | None, now: int) -> Caller:
    """``caller(identity, said, now)`` returns who acts: whoever asks, where the header says nothing.

    ``now`` is in seconds since 1970. Raises a 400 ``Problem`` where the header is malformed (two of them are: joined,
    they have a comma), and 403 where somebody says more than it has.
    """
    acting = _read(said) if said is not None else None
    if identity is None:  # what is public is for everybody
        return Caller(None, frozenset(), False, now)
    if acting is None:
        return Caller(identity.project, identity.roles, identity.operator, now)
    if not identity.operator:
        raise Problem(HTTPStatus.FORBIDDEN, "only an operator may act as somebody else", field=ACT_AS)
    project, roles = acting
    return Caller(project, roles if roles & BASE_ROLES else roles | {"member"}, OPERATOR_ROLE in roles, now)


def _read(said: str) -> tuple[str, frozenset[str]]:
    """The project and the roles that the header names.

    >>> _read("project=blue; role=tester")
    ('blue', frozenset({'tester'}))
    """
    parts = [_PART.fullmatch(part.strip(" \t")) for part in said.split(";")]
    named = [(part[1], _decoded(part[2])) for part in parts if part is not None]
    projects = [name for what, name in named if what == "project"]
    if len(named) < len(parts) or len(projects) != 1:
        raise malformed(_RULE, ACT_AS)
    return projects[0], frozenset(name for what, name in named if what == "role")


def _decoded(name: str) -> str:
    try:
        return unquote(name, errors="strict")
    except UnicodeDecodeError:
        raise malformed(_RULE, ACT_AS) from None


class Acting:
    """Middleware that finds out who acts, before anything is done. ``caller_of`` tells."""

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Remember the caller, or raise the 400 or 403."""
        req.context.caller = caller(req.context.identity, req.get_header(ACT_AS), int(time.time()))


def caller_of(req: falcon.Request) -> Caller:
    """``caller_of(req)`` returns who acts in this request."""
    found: Caller = req.context.caller
    return found
