"""Every error of the API as one sort of document: RFC 9457 problem details, with the field and the rule."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import falcon
import structlog

from weft.apps.northbound.request_id import request_id
from weft.controller.contracts import StoreUnavailable
from weft.controller.model.commands import Refusal, Refused

MEDIA_TYPE = "application/problem+json"
_STATUS_BY_REASON = {
    "forbidden": HTTPStatus.FORBIDDEN,
    "malformed": HTTPStatus.UNPROCESSABLE_ENTITY,
    "not-found": HTTPStatus.NOT_FOUND,
    "conflict": HTTPStatus.CONFLICT,
    "exhausted": HTTPStatus.CONFLICT,
    "stale": HTTPStatus.PRECONDITION_FAILED,
}
_log = structlog.get_logger("weft.northbound")


_REMEDY_BY_REASON = {
    "forbidden": "Ask whoever has it, or an operator.",
    "not-found": "See the list of them: what is another project's is not in yours.",
    "exhausted": "Delete what is not needed any more, or ask an operator for more (`/v1/quotas`).",
    "stale": "Read it again, see whether the change still makes sense, and send it with the new ETag.",
    "unauthorized": "Send `Authorization: Bearer TOKEN`; the operator's is in the controller's token file.",
    "too-many-requests": "Wait as long as Retry-After says.",
    "service-unavailable": "Send it again in a moment; with an Idempotency-Key nothing is done twice.",
    "request-entity-too-large": "Send it in parts.",
    "unsupported-media-type": "Send `Content-Type: application/json`.",
    "length-required": "Send Content-Length.",
    "method-not-allowed": "See `/v1/docs` for what can be done here.",
    "internal-server-error": "Report it, with what the controller's log says of this request.",
}


class Problem(falcon.HTTPError):
    """A request that failed: which field stood in the way (if one did), the rule that it breaks, and what to do."""

    def __init__(
        self,
        status: HTTPStatus,
        rule: str,
        *,
        field: str = "",
        reason: str = "",
        remedy: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, description=f"{field}: {rule}" if field else rule, headers=dict(headers or {}))
        self.field = field
        self.rule = rule
        self.reason = reason
        self.remedy = remedy


def malformed(rule: str, field: str = "") -> Problem:
    """A request whose shape is wrong."""
    return Problem(HTTPStatus.BAD_REQUEST, rule, field=field)


def refused(refusal: Refusal, within: str = "") -> Problem:
    """A command that the model refuses; ``within`` is the place of the command in the request."""
    field = ".".join(filter(None, (within, refusal.field)))
    return Problem(_STATUS_BY_REASON[refusal.reason], refusal.rule, field=field, reason=refusal.reason)


def document(error: falcon.HTTPError, instance: str = "") -> dict[str, Any]:
    """The members of the problem document, the same ones in every answer; ``instance`` names the request."""
    phrase = HTTPStatus(error.status_code).phrase
    reason = getattr(error, "reason", "") or phrase.lower().replace(" ", "-")
    return {
        "type": f"urn:weft:problem:{reason}",
        "title": phrase,
        "status": error.status_code,
        "detail": error.description or phrase,
        "field": getattr(error, "field", "") or None,
        "rule": getattr(error, "rule", None),
        "remedy": getattr(error, "remedy", "") or _REMEDY_BY_REASON.get(reason),
        "instance": f"urn:weft:request:{instance}",
    }


def install(app: falcon.App[falcon.Request, falcon.Response]) -> None:
    """Let the application answer each error, foreseen or not, with a problem document."""
    app.set_error_serializer(_serialize)
    app.add_error_handler(Refused, _on_refused)
    app.add_error_handler(StoreUnavailable, _on_store_unavailable)
    app.add_error_handler(Exception, _on_surprise)


def _serialize(req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError) -> None:
    if isinstance(error, falcon.HTTPRouteNotFound):
        error = Problem(
            HTTPStatus.NOT_FOUND, "there is no such path", remedy="See `/v1/docs` for those that there are."
        )
    resp.content_type = MEDIA_TYPE
    resp.data = json.dumps(document(error, request_id(req))).encode()


def _on_refused(req: falcon.Request, resp: falcon.Response, error: Refused, params: dict[str, Any]) -> None:
    raise refused(error.refusal)


def _on_store_unavailable(
    req: falcon.Request, resp: falcon.Response, error: StoreUnavailable, params: dict[str, Any]
) -> None:
    _log.error("store unavailable", error=str(error))
    raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error))


def _on_surprise(req: falcon.Request, resp: falcon.Response, error: Exception, params: dict[str, Any]) -> None:
    _log.error("request failed", method=req.method, path=req.path, request=request_id(req), exc_info=error)
    raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the controller failed at this request; its log says how")
