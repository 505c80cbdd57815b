"""The body and the conditions of a request, in Neutron's manner."""

from __future__ import annotations

import re
from typing import Any

import falcon

from weft.apps.neutron.faults import bad_request
from weft.apps.northbound.bodies import read_json
from weft.apps.northbound.problems import Problem

_REVISION = re.compile(r'"?revision_number=([^",]*)"?')


def body_of(req: falcon.Request) -> dict[str, Any]:
    """``body_of(request)`` returns the JSON object in its body. Raises a 400 ``Fault`` where there is none."""
    if not req.content_length and req.content_length is not None:
        raise bad_request("Resource body required")
    try:
        body = read_json(req)
    except Problem as problem:
        if problem.status_code == 400:
            raise bad_request(f"Body contains invalid data: {problem.description}") from None
        raise
    if not isinstance(body, dict):
        raise bad_request("Body contains invalid data")
    return body


def no_body(req: falcon.Request) -> None:
    """Raises a 400 ``Fault`` where a request that needs no body has one."""
    if req.content_length:
        raise bad_request("Body is not supported in DELETE requests")


def wanted_revision(req: falcon.Request) -> int | None:
    """The revision in ``If-Match: revision_number=N``; None where there is none. Raises a 400 ``Fault``."""
    said = _REVISION.findall(req.get_header("If-Match") or "")
    if len(said) > 1:
        raise bad_request("Bad if-match request: Multiple revision_number etags are not supported.")
    if not said:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", said[0]):
        raise bad_request("Bad if-match request: Revision number etag must be in the format of revision_number=<int>.")
    return int(said[0])
