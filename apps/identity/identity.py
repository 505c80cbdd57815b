"""What a request presents, who is found to have sent it, and the ways in which nobody is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from weft.controller.model.rules import Malformed, check_name

OPERATOR_ROLE = "operator"
UNKNOWN = "nobody has this token"
NO_TOKEN = "needs a token (Authorization: Bearer <token>)"
EVERYBODY = "*"  # the model's word for all projects, so it is no project's name


class Presented(NamedTuple):
    """What a request brings to say who sent it. Headers are by lower-case name; ``peer`` is its address."""

    token: str | None
    headers: Mapping[str, str] = {}
    peer: str = ""


class Identity(NamedTuple):
    """Who asks. ``credential`` names what was believed, and never tells it: requests are counted by it."""

    user: str
    project: str | None
    roles: frozenset[str]
    operator: bool
    credential: str


class Unidentified(Exception):
    """Nobody is known by what was presented. The message is the rule."""


class NotNow(Exception):
    """Whether somebody is known cannot be told now: ask again after so many seconds."""

    def __init__(self, rule: str, seconds: float) -> None:
        super().__init__(rule)
        self.seconds = max(1, round(seconds + 0.5))


class Busy(NotNow):
    """Too much was asked in too short a time."""


class Unanswered(NotNow):
    """Whoever could tell does not answer."""


Identify = Callable[[Presented], Identity]
Authenticator = Callable[[Presented], Identity | None]  # None: what is presented is not for it to judge


def identity(user: str, project: str | None, roles: Collection[str], credential: str) -> Identity:
    """``identity(…)`` is who another says it is. Raises ``Unidentified`` where a name cannot be one."""
    try:
        check_name("user", user)
        if project is not None:
            check_name("project", project)
        for role in roles:
            check_name("role", role)
    except Malformed as error:
        raise Unidentified(f"the {error.field} {error.rule}") from None
    if project == EVERYBODY:
        raise Unidentified(f"no project is called {EVERYBODY}")
    return Identity(user, project, frozenset(roles), OPERATOR_ROLE in roles, credential)


def translated(roles: Collection[str], operators: Collection[str]) -> frozenset[str]:
    """Another service's roles as ours: those in ``operators`` make an operator, and its own word for that does not.

    >>> sorted(translated(["admin", "member"], ["admin"])), sorted(translated(["Operator", "reader"], ["admin"]))
    (['member', 'operator'], ['reader'])
    """
    held = {role.lower() for role in roles}
    ours = held - {OPERATOR_ROLE} - set(operators)
    return frozenset(ours | {OPERATOR_ROLE} if held & set(operators) else ours)


class Chain:
    """Asks one authenticator after the other, until one knows who it is."""

    def __init__(self, *authenticators: Authenticator) -> None:
        self._authenticators = authenticators

    def __call__(self, presented: Presented) -> Identity:
        """The first identity that is found. Raises ``Unidentified`` with the first reason that anybody gave."""
        reason: Unidentified | None = None
        for authenticate in self._authenticators:
            try:
                found = authenticate(presented)
            except Unidentified as error:
                reason = reason or error
                continue
            if found is not None:
                return found
        if reason is None:
            reason = Unidentified(UNKNOWN if presented.token else NO_TOKEN)
        raise reason
