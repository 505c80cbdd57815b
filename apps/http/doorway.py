"""Before an API is asked anything: whom was the request meant for, and which web page has sent it?

A page in a browser on this machine can reach the loopback. By DNS rebinding it makes its own name lead here, which
``Host`` gives away; without, it is a stranger, which ``Origin`` gives away.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Collection, Iterable
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9A-Za-z._-]+))(?::[0-9]{1,5})?")  # an IPv6 address, or a name
_KEPT = "600"  # seconds that a browser remembers what it was told of an origin


class Doorway:
    """The application behind a door that lets in whom it should."""

    def __init__(self, app: WsgiApp, hosts: Collection[str] = (), origins: Collection[str] = ()) -> None:
        self._app = app
        self._hosts = {"localhost", socket.gethostname().lower(), *(host.lower() for host in hosts)}
        self._origins = frozenset(origin.lower().rstrip("/") for origin in origins)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer with 400, 403 or 421, or let the application answer."""
        if rule := environ.get("weft.fault"):
            return refuse(start_response, HTTPStatus.BAD_REQUEST, rule)
        host = environ.get("HTTP_HOST")
        if host is None and environ.get("weft.version", "HTTP/1.1") != "HTTP/1.0":
            return refuse(start_response, HTTPStatus.BAD_REQUEST, "the header Host is required")
        if host is not None and not self._known(host):
            rule = f"there is no {host[:100]!r} here; if there should be, name it with --allowed-host"
            return refuse(start_response, HTTPStatus.MISDIRECTED_REQUEST, rule)
        origin = environ.get("HTTP_ORIGIN")
        if origin is None:
            return self._app(environ, start_response)
        if origin.lower() in self._origins:
            return self._shared(environ, start_response, origin)
        if host is None or origin.lower() != f"{environ.get('wsgi.url_scheme', 'http')}://{host.lower()}":
            rule = f"pages of {origin[:100]!r} may not use this API; if they should, name it with --allowed-origin"
            return refuse(start_response, HTTPStatus.FORBIDDEN, rule)
        return self._app(environ, start_response)

    def _known(self, host: str) -> bool:
        """Whether the name is ours. An address always is: no name has led here, so no name can lie."""
        name = _name(host).removesuffix(".")
        if name in self._hosts or name.endswith(".localhost"):
            return True
        try:
            ip_address(name)
        except ValueError:
            return False
        return True

    def _shared(self, environ: dict[str, Any], start_response: Callable[..., Any], origin: str) -> Iterable[bytes]:
        """The answer for a page that may see it (the Fetch standard's CORS)."""
        told = [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")]
        if environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
            asked = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
            allowed = [("Access-Control-Allow-Methods", _METHODS), ("Access-Control-Allow-Headers", asked)]
            start_response("204 No Content", [*told, *allowed, ("Access-Control-Max-Age", _KEPT)])
            return []
        told.append(("Access-Control-Expose-Headers", "ETag, Location, Retry-After"))

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, *told], *more)

        return self._app(environ, start)


def refuse(
    start_response: Callable[..., Any], status: HTTPStatus, rule: str, *headers: tuple[str, str]
) -> Iterable[bytes]:
    """Answer with a problem document before any application is asked."""
    document = {
        "type": f"urn:weft:problem:{status.phrase.lower().replace(' ', '-')}",
        "title": status.phrase,
        "status": status.value,
        "detail": rule,
        "field": None,
        "rule": rule,
    }
    body = json.dumps(document).encode()
    told = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(body))), *headers]
    start_response(f"{status.value} {status.phrase}", told)
    return [body]


def _name(host: str) -> str:
    """The name or address in a ``Host`` header, without the port; nothing where it is no such header.

    >>> _name("localhost:8181"), _name("[::1]:8181"), _name("::1")
    ('localhost', '::1', '')
    """
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower() if found else ""
