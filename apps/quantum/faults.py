"""What goes wrong, as Quantum says it: v1.0 with codes of its own, v1.1 with those of HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import falcon
import structlog

from weft.apps.quantum.formats import format_of
from weft.apps.quantum.markup import rendered
from weft.apps.quantum.versions import V10, version_of
from weft.controller.contracts import StoreUnavailable
from weft.controller.model.commands import Refusal
from weft.controller.service import Refused


class Kind(NamedTuple):
    """A kind of fault: its name in v1.1 (v1.0 begins it in lower case), its status in both, and what it means."""

    name: str
    v10: int
    v11: int
    message: str


NETWORK_NOT_FOUND = Kind("NetworkNotFound", 420, 404, "Unable to find a network with the specified identifier.")
NETWORK_IN_USE = Kind("NetworkInUse", 421, 409, "Unable to remove the network: attachments still plugged.")
PORT_NOT_FOUND = Kind("PortNotFound", 430, 404, "Unable to find a port with the specified identifier.")
STATE_INVALID = Kind("RequestedStateInvalid", 431, 400, "Unable to update port state with specified value.")
PORT_IN_USE = Kind("PortInUse", 432, 409, "A resource is currently attached to the logical port")
ALREADY_ATTACHED = Kind("AlreadyAttached", 440, 409, "The resource is already attached to another port")

BAD_REQUEST = Kind("BadRequest", 400, 400, "The request is malformed.")
UNAUTHORIZED = Kind("Unauthorized", 401, 401, "The request does not say who sends it.")
FORBIDDEN = Kind("Forbidden", 403, 403, "The user may not do this.")
ITEM_NOT_FOUND = Kind("ItemNotFound", 404, 404, "There is no such resource.")
NOT_IMPLEMENTED = Kind("NotImplemented", 501, 501, "Not implemented")
_BY_STATUS = {kind.v11: kind for kind in (BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, ITEM_NOT_FOUND, NOT_IMPLEMENTED)}
_BY_REASON = {"malformed": BAD_REQUEST, "not-found": ITEM_NOT_FOUND, "forbidden": FORBIDDEN}

_log = structlog.get_logger("weft.quantum")


class Fault(Exception):
    """A request that failed: which kind of fault that is, and what exactly stood in the way."""

    def __init__(self, kind: Kind, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{kind.name}: {detail}")
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})


def other(status: int) -> Kind:
    """The kind of a fault that Quantum has no name for.

    >>> other(404).name, other(413)
    ('ItemNotFound', Kind(name='QuantumServiceFault', v10=413, v11=413, message='Content Too Large'))
    """
    phrase = "Content Too Large" if status == 413 else HTTPStatus(status).phrase  # which Python calls it since 3.13
    return _BY_STATUS.get(status) or Kind("QuantumServiceFault", status, status, phrase)


def bad_request(rule: str, field: str = "") -> Fault:
    """A request whose shape is wrong."""
    return Fault(BAD_REQUEST, f"{field}: {rule}" if field else rule)


def refused(refusal: Refusal) -> Fault:
    """A command that the model refuses, and that Quantum has no better word for."""
    kind = _BY_REASON.get(refusal.reason) or other(HTTPStatus.CONFLICT)
    return Fault(kind, f"{refusal.field}: {refusal.rule}" if refusal.field else refusal.rule)


def install(app: falcon.App[falcon.Request, falcon.Response]) -> None:
    """Let the application answer each error, foreseen or not, with a fault."""
    app.set_error_serializer(_on_http_error)
    app.add_error_handler(Exception, _on_surprise)
    app.add_error_handler(Fault, _on_fault)
    app.add_error_handler(Refused, _on_refused)
    app.add_error_handler(StoreUnavailable, _on_store_unavailable)


def _answer(req: falcon.Request, resp: falcon.Response, fault: Fault) -> None:
    version, kind = version_of(req.path), fault.kind
    resp.status = _status_line(kind.v10 if version == V10 else kind.v11, kind)
    resp.set_headers(fault.headers)
    said: dict[str, Any] = {"message": kind.message, "detail": fault.detail}
    if version == V10:
        document = {f"{kind.name[0].lower()}{kind.name[1:]}": {"code": kind.v10, **said}}
    else:
        document = {"QuantumError": {"type": kind.name, **said}}
    resp.content_type = format_of(req)
    resp.data = rendered(document, version, resp.content_type)


def _status_line(status: int, kind: Kind) -> str:
    """Where v1.0 has a code of its own, HTTP has no phrase for it, or one for something else."""
    return f"{status} {HTTPStatus(status).phrase if status == kind.v11 else kind.name}"


def _on_fault(req: falcon.Request, resp: falcon.Response, error: Fault, params: dict[str, Any]) -> None:
    _answer(req, resp, error)


def _on_http_error(req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError) -> None:
    _answer(req, resp, Fault(other(error.status_code), error.description or error.title or ""))


def _on_refused(req: falcon.Request, resp: falcon.Response, error: Refused, params: dict[str, Any]) -> None:
    _answer(req, resp, refused(error.refusal))


def _on_store_unavailable(
    req: falcon.Request, resp: falcon.Response, error: StoreUnavailable, params: dict[str, Any]
) -> None:
    _log.error("store unavailable", error=str(error))
    _answer(req, resp, Fault(other(HTTPStatus.SERVICE_UNAVAILABLE), str(error)))


def _on_surprise(req: falcon.Request, resp: falcon.Response, error: Exception, params: dict[str, Any]) -> None:
    _log.error("request failed", method=req.method, path=req.path, exc_info=error)
    rule = "the controller failed at this request; its log says how"
    _answer(req, resp, Fault(other(HTTPStatus.INTERNAL_SERVER_ERROR), rule))
