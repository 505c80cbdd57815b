"""``/v1/audit-log``: who has asked for what, from where, and what came of it."""

from __future__ import annotations

from typing import Any, ClassVar

import falcon

from weft.apps.northbound.collection import next_page
from weft.apps.northbound.description.operations import Answer, Operation, Operations, Parameter
from weft.apps.northbound.description.shown import AuditLog as ShownAuditLog
from weft.apps.northbound.history import revision_in
from weft.apps.northbound.query import PAGE_BY_NUMBER, limit
from weft.apps.northbound.seeing import require, sight_of
from weft.controller.model.policy import Target
from weft.controller.service import Service

_LIMIT = 100  # unless somebody says how many
_FILTERS = {
    "user": "who asked",
    "project": "the project that it was asked for",
    "kind": "the kind of thing",
    "id": "the id of the thing",
    "outcome": "`done`, or the reason of the refusal",
}
_RIGHT = "get_audit_log"


class AuditLog:
    """The audit log."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="list_audit_log",
            group="audit log",
            summary="Say who has asked for what, and what came of it",
            doc="The newest first. Refusals are in it too.",
            parameters=(
                *(Parameter(name, f"Only those with this: {doc}.") for name, doc in _FILTERS.items()),
                *PAGE_BY_NUMBER,
            ),
            answers={200: Answer("What was asked for.", ShownAuditLog, ("Link",))},
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """All of it that the caller may read, or what the query asks for, the newest first."""
        most, before = limit(req.params) or _LIMIT, revision_in(req.get_param("marker"))
        wanted = {name: str(value) for name, value in req.params.items() if name in _FILTERS}
        caller = sight_of(self._service, req).caller
        if not caller.may(_RIGHT, Target()):  # then a policy may let a project read its own
            project = wanted.setdefault("project", caller.project or "")
            require(sight_of(self._service, req), _RIGHT, Target(project))
        found = self._service.records(wanted, before, most + 1)
        answer: dict[str, Any] = {"records": [record._asdict() for _, record in found[:most]]}
        if len(found) > most:
            answer["next"] = next_page(req, str(found[most - 1][0]))
            resp.append_link(answer["next"], "next")
        resp.media = answer
