"""One address for OpenStack's clients: ``/`` says which versions there are, and each version is an application."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.util import application_uri

from weft.apps.http.doorway import WsgiApp
from weft.apps.identity.identity import Identify
from weft.apps.neutron.app import build_neutron
from weft.apps.quantum.app import build_quantum
from weft.controller.service import Service

# The newest first: clients that take what they find first take that.
STATUS_BY_VERSION = {"v2.0": "CURRENT", "v1.1": "SUPPORTED", "v1.0": "SUPPORTED"}


def build_openstack(service: Service, identify: Identify) -> WsgiApp:
    """``build_openstack(service, identify)`` returns what is served at the address of the network service."""
    quantum = build_quantum(service, identify)
    return Versions({"v2.0": build_neutron(service, identify), "v1.1": quantum, "v1.0": quantum})


class Versions:
    """The application that shows the versions to everybody, and hands each request to the version that it is for."""

    def __init__(self, app_by_version: Mapping[str, WsgiApp]) -> None:
        self._app_by_version = app_by_version

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, as WSGI has it."""
        path: str = environ.get("PATH_INFO", "")
        app = self._app_by_version.get(path.split("/", 2)[1] if path.startswith("/") else "")
        if app is not None:
            return app(environ, start_response)
        if path not in ("", "/"):
            return _answer(start_response, "404 Not Found", _fault("HTTPNotFound", "The resource could not be found."))
        if environ["REQUEST_METHOD"] != "GET":
            fault = _fault("HTTPMethodNotAllowed", "The method is not allowed for this resource.")
            return _answer(start_response, "405 Method Not Allowed", fault, ("Allow", "GET"))
        return _answer(start_response, "200 OK", {"versions": self._versions(application_uri(environ))})

    def _versions(self, url: str) -> list[dict[str, Any]]:
        return [
            {"id": id, "status": status, "links": [{"rel": "self", "href": f"{url.rstrip('/')}/{id}/"}]}
            for id, status in STATUS_BY_VERSION.items()
            if id in self._app_by_version
        ]


def _fault(type: str, message: str) -> dict[str, Any]:
    return {"NeutronError": {"type": type, "message": message, "detail": ""}}


def _answer(
    start_response: Callable[..., Any], status: str, document: dict[str, Any], *headers: tuple[str, str]
) -> list[bytes]:
    body = json.dumps(document).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *headers])
    return [body]
