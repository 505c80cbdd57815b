"""``Idempotency-Key``: a request that is sent again gives the first answer again, and does nothing twice.

A receipt is kept in the same transaction as what was done, so it is there after ``kill -9`` exactly if that is. What is
answered is made anew, of the facts as that revision left them.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import falcon

from weft.apps.northbound.acting import caller_of
from weft.apps.northbound.conditions import wanted_revision
from weft.apps.northbound.problems import Problem, malformed
from weft.controller.contracts import Receipt
from weft.controller.model.facts import Fact, Key
from weft.controller.service import Service
from weft.controller.sight import Sight

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
DAY = 86_400  # seconds for which a receipt is good
_KEY = re.compile(r"[!-~]{1,255}")


def asked(req: falcon.Request, body: Any) -> Receipt | None:
    """``asked(req, body)`` returns the receipt that the request wants, if it wants one. Raises a 400 ``Problem``.

    Keys are of a credential and of whom it acts as: nobody meets another's.
    """
    key = req.get_header(HEADER)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise malformed("must be 1 to 255 printable characters of ASCII, no space", HEADER)
    caller, identity = caller_of(req), req.context.identity
    who = (identity.credential, caller.project, sorted(caller.roles), caller.operator)
    what = (req.method, req.path, wanted_revision(req), body)
    return Receipt(_hash(who, key), _hash(*what), caller.at)


def known(service: Service, wanted: Receipt) -> Receipt | None:
    """The receipt of the same request, where it was done. Raises a 422 ``Problem`` where the key was of another one."""
    found = service.receipt(wanted.key)
    if found is None or found.at <= wanted.at - DAY:
        return None
    if found.fingerprint != wanted.fingerprint:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "was given to another request, which is done; a new request needs a new key",
            field=HEADER,
            reason="key-reused",
            remedy="Make up a new key; or send exactly what was sent with this one.",
        )
    return found


def facts_of(service: Service, sight: Sight, receipt: Receipt) -> list[Fact | None]:
    """What was made or changed then, as that request left it and its caller was shown it; None: it left nothing."""
    facts = [_as_of(service, key, receipt.revision) if key is not None else None for key in receipt.made]
    return [sight.shown(fact) if fact is not None else None for fact in facts]


def _as_of(service: Service, key: Key, revision: int) -> Fact | None:
    fact = service.network.fact(key)
    if fact is not None and fact.revision <= revision:
        return fact
    last = next(iter(service.history(key, revision + 1, 1)), None)
    return last.changes[-1].after if last is not None else None


def _hash(*parts: Any) -> str:
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
