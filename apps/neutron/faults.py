"""Every error of the API as clients of Neutron know it: ``{"NeutronError": {"type", "message", "detail"}}``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import falcon
import structlog

from weft.apps.identity.identity import Busy, NotNow
from weft.controller.contracts import StoreUnavailable
from weft.controller.model.commands import Refusal
from weft.controller.service import Refused

_TYPE_BY_STATUS = {
    400: "HTTPBadRequest",
    403: "HTTPForbidden",
    404: "HTTPNotFound",
    405: "HTTPMethodNotAllowed",
    408: "HTTPRequestTimeout",
    411: "HTTPLengthRequired",
    413: "HTTPRequestEntityTooLarge",
    415: "HTTPUnsupportedMediaType",
    429: "HTTPTooManyRequests",
    501: "HTTPNotImplemented",
    503: "HTTPServiceUnavailable",
}
_MESSAGE_BY_STATUS = {404: "The resource could not be found.", 405: "The method is not allowed for this resource."}
_log = structlog.get_logger("weft.neutron")


class Fault(falcon.HTTPError):
    """A request that failed: the status, and the type by which clients know the reason."""

    def __init__(self, status: HTTPStatus, type: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, description=message, headers=dict(headers or {}))
        self.type = type


def bad_request(message: str) -> Fault:
    """The request itself is wrong."""
    return Fault(HTTPStatus.BAD_REQUEST, "HTTPBadRequest", message)


def invalid(message: str, type: str = "InvalidInput") -> Fault:
    """What is asked for makes no sense."""
    text = f"Invalid input for operation: {message.rstrip('.')}." if type == "InvalidInput" else message
    return Fault(HTTPStatus.BAD_REQUEST, type, text)


def not_found(type: str, message: str) -> Fault:
    """There is no such thing, or none that the caller may see."""
    return Fault(HTTPStatus.NOT_FOUND, type, message)


def conflict(type: str, message: str) -> Fault:
    """Something else stands in the way."""
    return Fault(HTTPStatus.CONFLICT, type, message)


def disallowed(rule: str) -> Fault:
    """The policy does not grant it."""
    return Fault(HTTPStatus.FORBIDDEN, "PolicyNotAuthorized", f"{rule} is disallowed by policy")


def stale(wanted: int, current: int) -> Fault:
    """The thing has changed since the client looked at it."""
    message = f"Constrained to {wanted}, but current revision is {current}"
    return Fault(HTTPStatus.PRECONDITION_FAILED, "RevisionNumberConstraintFailed", message)


def refused(refusal: Refusal) -> Fault:
    """What the model refuses, where the resource has no better name for it."""
    text = f"{refusal.field}: {refusal.rule}" if refusal.field else refusal.rule
    match refusal.reason:
        case "malformed":
            return invalid(text)
        case "not-found":
            return not_found("NotFound", text)
        case "forbidden":
            return Fault(HTTPStatus.FORBIDDEN, "PolicyNotAuthorized", text)
        case "stale":
            return Fault(HTTPStatus.PRECONDITION_FAILED, "RevisionNumberConstraintFailed", text)
        case "exhausted" if refusal.field == "quota":
            return conflict("OverQuota", f"Quota exceeded for resources: {refusal.rule}")
        case _:
            return conflict("Conflict", text)


def unauthorized(rule: str, where: str) -> Fault:
    """Nobody is known by what the request brings; ``where`` is asked for."""
    message = f"The request you have made requires authentication: {rule}."
    headers = {"WWW-Authenticate": f'Keystone uri="{where}"'}
    return Fault(HTTPStatus.UNAUTHORIZED, "HTTPUnauthorized", message, headers)


def not_now(error: NotNow) -> Fault:
    """Whether somebody is known cannot be told now."""
    status = HTTPStatus.TOO_MANY_REQUESTS if isinstance(error, Busy) else HTTPStatus.SERVICE_UNAVAILABLE
    return Fault(status, _TYPE_BY_STATUS[status], str(error), {"Retry-After": str(error.seconds)})


def install(app: falcon.App[falcon.Request, falcon.Response]) -> None:
    """Let the application answer each error, foreseen or not, in Neutron's form."""
    app.set_error_serializer(_serialize)
    app.add_error_handler(Refused, _on_refused)
    app.add_error_handler(StoreUnavailable, _on_store_unavailable)
    app.add_error_handler(Exception, _on_surprise)


def _serialize(req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError) -> None:
    code = error.status_code
    phrase = HTTPStatus(code).phrase
    resp.content_type = falcon.MEDIA_JSON
    if code == HTTPStatus.UNAUTHORIZED:  # which Keystone's own middleware answers, before Neutron is asked
        resp.data = json.dumps({"error": {"code": code, "title": phrase, "message": error.description}}).encode()
        return
    body = {
        "type": getattr(error, "type", None) or _TYPE_BY_STATUS.get(code, f"HTTP{phrase.title().replace(' ', '')}"),
        "message": error.description or _MESSAGE_BY_STATUS.get(code, phrase),
        "detail": "",
    }
    resp.data = json.dumps({"NeutronError": body}).encode()


def _on_refused(req: falcon.Request, resp: falcon.Response, error: Refused, params: dict[str, Any]) -> None:
    raise refused(error.refusal)


def _on_store_unavailable(
    req: falcon.Request, resp: falcon.Response, error: StoreUnavailable, params: dict[str, Any]
) -> None:
    _log.error("store unavailable", error=str(error))
    raise Fault(HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable", str(error))


def _on_surprise(req: falcon.Request, resp: falcon.Response, error: Exception, params: dict[str, Any]) -> None:
    _log.error("request failed", method=req.method, path=req.path, exc_info=error)
    message = "Request Failed: internal server error while processing your request."
    raise Fault(HTTPStatus.INTERNAL_SERVER_ERROR, "HTTPInternalServerError", message)
