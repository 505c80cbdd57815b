"""Who has an account here: tokens, by which somebody is known, and quotas, how much a project may have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from weft.controller.model.rules import (
    Malformed,
    check_identifier,
    check_name,
    check_names,
    check_range,
    check_text,
    check_time,
    entries,
)

EVERYBODY = "*"  # the quota of projects that have none of their own
UNLIMITED = -1
COUNTED = (  # what a quota may limit
    *("segment", "port", "vif", "subnet", "security_group", "security_group_rule", "trunk", "rbac_policy"),
)
_HASH = re.compile(r"[0-9a-f]{64}")


class Limit(NamedTuple):
    """How many of a kind a project may have at most; -1: as many as it likes."""

    kind: str
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """The limits of a project, whose name is the id. What it does not name, the quota ``*`` says."""

    kind: ClassVar[str] = "quota"
    id: str
    limits: tuple[Limit, ...] = ()
    created_at: int = 0
    updated_at: int = 0
    revision: int = 0

    def __post_init__(self) -> None:
        check_name("id", self.id)
        seen: set[str] = set()
        for place, limit in entries("limits", self.limits, len(COUNTED)):
            if not isinstance(limit, Limit):
                raise Malformed(place, "must be a kind and how many of it")
            if limit.kind not in COUNTED:
                raise Malformed(f"{place}.kind", f"must be one of {', '.join(COUNTED)}, not {limit.kind!r}")
            if limit.kind in seen:
                raise Malformed(f"{place}.kind", f"names {limit.kind!r} twice")
            seen.add(limit.kind)
            check_range(f"{place}.most", limit.most, range(UNLIMITED, 1 << 31))
        for name in ("created_at", "updated_at"):
            check_time(name, getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Whoever brings the secret whose SHA-256 this is, is that user, with those roles in that project.

    ``project`` None: in none, as operators are. ``expires`` is in seconds since 1970 (UTC); None: never.
    """

    kind: ClassVar[str] = "token"
    id: str
    hash: str
    user: str
    project: str | None = None
    roles: tuple[str, ...] = ()
    expires: int | None = None
    description: str = ""
    created_at: int = 0
    updated_at: int = 0
    revision: int = 0

    def __post_init__(self) -> None:
        check_identifier("id", self.id)
        if not isinstance(self.hash, str) or not _HASH.fullmatch(self.hash):
            raise Malformed("hash", "must be a SHA-256 in 64 hexadecimal digits")
        check_name("user", self.user)
        if self.project is not None:
            check_name("project", self.project)
        check_names("roles", self.roles)
        if not self.roles:
            raise Malformed("roles", "must name a role")
        if self.project is None and "operator" not in self.roles:
            raise Malformed("project", "is needed, since only an operator acts for no project")
        for name in ("created_at", "updated_at", *(("expires",) if self.expires is not None else ())):
            check_time(name, getattr(self, name))
        check_text("description", self.description)
