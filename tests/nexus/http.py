"""The HTTP of the tests' Nexus: paths, cookies, and the envelope of its answers."""

from __future__ import annotations

import base64
import binascii
import json
import time
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.nexus import questions
from tests.nexus.sessions import COOKIE
from tests.nexus.tree import Document, Refused

if TYPE_CHECKING:
    from tests.nexus.nexus import Nexus

LONGEST = 1 << 20  # of a body, in bytes


class Asked(NamedTuple):
    """A request that has come."""

    method: str
    path: str
    body: Any


class Handler(BaseHTTPRequestHandler):
    """The HTTP of it."""

    service: Nexus
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_DELETE = do_PUT = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""

    def _answer(self) -> None:
        service = self.service
        if service.down:  # on a connection of before
            self.close_connection = True
            return
        length = int(self.headers.get("Content-Length") or 0)
        if length > LONGEST:
            self.close_connection = True
            self.rfile.read(min(length, 2 * LONGEST))  # so that who sends it hears the answer
            self._say(413, _error(413, "Request Entity Too Large"))
            return
        content = self.rfile.read(length)
        address = urlsplit(self.path)
        time.sleep(service.delay)
        try:
            body = json.loads(content) if content else None
        except ValueError:
            body = None
        service.asked.append(Asked(self.command, unquote(address.path), body))
        if service.garbage is not None:
            self._send(200, service.garbage)
            return
        with service.lock:
            if service.loses_requests:
                self.close_connection = True
                return
            try:
                status, document, headers = self._route(
                    unquote(address.path), dict(parse_qsl(address.query)), content, body
                )
            except Refused as refused:
                status, document, headers = refused.status, _error(refused.code, refused.text), {}
            if self.command != "GET" and service.answers_left is not None and "aaaLogin" not in address.path:
                service.answers_left -= 1
                if service.answers_left < 0:  # it was done, and nobody hears of it
                    self.close_connection = True
                    return
        self._say(status, document, headers)

    def _route(
        self, path: str, query: dict[str, str], content: bytes, body: Any
    ) -> tuple[int, Document, dict[str, str]]:
        service, sessions = self.service, self.service.sessions
        if path == "/ins":
            return self._console(body)
        if not path.startswith("/api/") or not path.endswith(".json"):
            raise Refused("Not Found", 404, 404)
        name = path.removeprefix("/api/").removesuffix(".json").removeprefix("node/")
        cookies = SimpleCookie(self.headers.get("Cookie", ""))
        token = cookies[COOKIE].value if COOKIE in cookies else None
        match self.command, name.removeprefix("mo/"):
            case "POST", "aaaLogin":
                token, answer = sessions.login(body)
                return 200, {"imdata": [answer]}, _cookie(token)
            case "GET" | "POST", "aaaRefresh":
                token, answer = sessions.refresh(token)
                return 200, {"imdata": [answer]}, _cookie(token)
            case "POST", "aaaLogout":
                sessions.logout(token)
                return 200, {"imdata": []}, {}
        sessions.need(token)
        if self.command != "GET" and service.refuses and any(one in content.decode() for one in service.refuses):
            raise Refused("Failed to commit: hardware programming failed", 500, 400)
        match self.command, name.partition("/"):
            case "GET", ("class", _, kind):
                found = questions.of_class(service.tree, kind, query)
            case "GET", ("mo", _, dn):
                found = questions.of_object(service.tree, dn, query)
            case "POST", ("mo", _, dn):
                if body is None:
                    raise Refused("Invalid JSON")
                service.tree.post(dn or None, body)
                return 200, {"imdata": []}, {}
            case "DELETE", ("mo", _, dn):
                service.tree.delete(dn)
                return 200, {"imdata": []}, {}
            case _:
                raise Refused(f"{self.command} is not for {path}", 405, 405)
        return 200, {"totalCount": str(len(found)), "imdata": found}, {}

    def _console(self, body: Any) -> tuple[int, Document, dict[str, str]]:
        scheme, _, given = self.headers.get("Authorization", "").partition(" ")
        try:
            name, _, password = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            name = password = ""
        if scheme != "Basic":
            raise Refused("Authentication is required", 401, 401)
        self.service.sessions.check(name, password)
        match body:
            case {"ins_api": {"version": "1.0", "type": str(kind), "input": str(text), "output_format": "json"}}:
                status, outputs = self.service.console.ask(kind, text)
            case _:
                raise Refused("ins_api with version, type, input and output_format is expected")
        for watcher in self.service.tree.watchers:
            watcher()
        answer = outputs[0] if len(outputs) == 1 else outputs
        return status, {"ins_api": {"type": kind, "version": "1.0", "sid": "eoc", "outputs": {"output": answer}}}, {}

    def _say(self, status: int, document: Document, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(document).encode(), headers)

    def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)


def _error(code: int, text: str) -> Document:
    return {"imdata": [{"error": {"attributes": {"code": str(code), "text": text}}}]}


def _cookie(token: str) -> dict[str, str]:
    return {"Set-Cookie": f"{COOKIE}={token}; Path=/; HttpOnly; Secure"}
