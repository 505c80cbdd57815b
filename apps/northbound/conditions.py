"""Revisions as entity tags: a client may say which revision it means to change (RFC 9110, section 13.1.1)."""

from __future__ import annotations

from http import HTTPStatus

import falcon

from weft.apps.northbound.problems import Problem, malformed
from weft.controller.model.facts import Fact

_LONGEST = 18  # digits of a revision


def tag(resp: falcon.Response, fact: Fact) -> None:
    """Give the answer the fact's revision as its entity tag."""
    resp.set_header("ETag", f'"{fact.revision}"')


def wanted_revision(req: falcon.Request) -> int | None:
    """The revision in ``If-Match``; None where there is none, or any will do. Raises 400 or 412."""
    tags = req.if_match
    if not tags and req.get_header("If-Match") is not None:
        raise malformed("must be a revision in quotes, or *", "If-Match")
    if not tags or tags == ["*"]:
        return None
    if len(tags) > 1:
        raise malformed("give one revision", "If-Match")
    if not tags[0].isdecimal() or len(tags[0]) > _LONGEST or getattr(tags[0], "is_weak", False):
        raise Problem(
            HTTPStatus.PRECONDITION_FAILED,
            f"{tags[0][:40]!r} is no revision of anything",
            field="If-Match",
            reason="stale",
        )
    return int(tags[0])
