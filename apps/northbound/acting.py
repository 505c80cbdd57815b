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
from weft.apps.northbound.request_id import request_id
from weft.controller.model.policy import BASE_ROLES, BUILTIN, Policy, Target
from weft.controller.model.rights import MEMBER, Caller
from weft.controller.service import Service

_RULE = "must be like project=NAME; role=NAME; role=NAME, each NAME percent-encoded, with one project and any roles"
_PART = re.compile(r"(project|role)=((?:[!-$&-+\--:<-~]|%[0-9A-Fa-f]{2})+)")  # no space, comma, semicolon or bare %


def caller(identity: Identity | None, said: str | None, now: int, origin: str = "", policy: Policy = BUILTIN) -> Caller:
    """``caller(identity, said, now)`` returns who acts: whoever asks, where the header says nothing.

    ``now`` is in seconds since 1970. Raises a 400 ``Problem`` where the header is malformed (two of them are: joined,
    they have a comma), and 403 where somebody says more than it has.
    """
    acting = _read(said) if said is not None else None
    if identity is None:  # what is public is for everybody
        return Caller(None, frozenset(), False, now, "", origin, policy)
    own = Caller(identity.project, identity.roles, identity.operator, now, identity.user, origin, policy)
    if acting is None:
        return own
    project, roles = acting
    if not own.may("act_as", Target()):
        raise Problem(HTTPStatus.FORBIDDEN, "only an operator may act as somebody else", field=ACT_AS)
    if OPERATOR_ROLE in roles and not own.operator:
        raise Problem(HTTPStatus.FORBIDDEN, "only an operator may act as one", field=ACT_AS)
    held = roles if roles & frozenset(BASE_ROLES) else roles | MEMBER
    return own._replace(project=project, roles=held, operator=OPERATOR_ROLE in roles)


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

    def __init__(self, service: Service) -> None:
        self._service = service

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Remember the caller, or raise the 400 or 403."""
        said, now = req.get_header(ACT_AS), int(time.time())
        origin = f"{req.remote_addr} {request_id(req)}".strip()
        req.context.caller = caller(req.context.identity, said, now, origin, self._service.policy)


def caller_of(req: falcon.Request) -> Caller:
    """``caller_of(req)`` returns who acts in this request."""
    found: Caller = req.context.caller
    return found
