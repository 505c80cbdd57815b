"""The HTTP of the tests' Keystone: its paths, its headers and its errors."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from tests.keystone import Keystone

Document = dict[str, Any]
_LONGEST = 1 << 20


class Asked(NamedTuple):
    """A request that has come."""

    method: str
    path: str
    subject: str | None
    by: str | None


class Wrong(Exception):
    """An answer that is an error, in Keystone's words."""

    def __init__(self, status: int, title: str, message: str) -> None:
        self.status = status
        self.document = {"error": {"code": status, "message": message, "title": title}}
        super().__init__(message)


def unauthorized() -> Wrong:
    return Wrong(401, "Unauthorized", "The request you have made requires authentication.")


class Handler(BaseHTTPRequestHandler):
    """The HTTP of it."""

    service: Keystone
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_POST = do_DELETE = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""

    def _answer(self) -> None:
        service = self.service
        if service.closed:  # on a connection of before
            self.close_connection = True
            return
        address = urlsplit(self.path)
        path = address.path.rstrip("/")
        by, subject = self.headers.get("X-Auth-Token"), self.headers.get("X-Subject-Token")
        service.asked.append(Asked(self.command, path, subject, by))
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _LONGEST))
        time.sleep(service.delay)
        try:
            if service.broken is not None:
                raise Wrong(
                    service.broken, "Broken", "An unexpected error prevented the server from fulfilling your request."
                )
            self._say(*self._route(path, parse_qs(address.query), by, subject, body))
        except Wrong as wrong:
            more = {"WWW-Authenticate": f'Keystone uri="{service.url}"'} if wrong.status == 401 else {}
            self._say(wrong.status, wrong.document, more)

    def _route(
        self, path: str, query: dict[str, list[str]], by: str | None, subject: str | None, body: bytes
    ) -> tuple[int, Document | None, dict[str, str]]:
        service = self.service
        match self.command, path.split("/")[1:]:
            case "GET" | "HEAD", [] | [""]:
                return 300, service.versions(), {}
            case "GET" | "HEAD", ["v3"]:
                return 200, {"version": service.version()}, {}
            case "POST", ["v3", "auth", "tokens"]:
                try:
                    asked = json.loads(body)
                except ValueError:
                    raise Wrong(400, "Bad Request", "The request body is not JSON.") from None
                text, token = service.authenticate(asked)
                return 201, {"token": token}, {"X-Subject-Token": text}
            case "GET" | "HEAD", ["v3", "auth", "tokens"]:
                token = service.validate(by, subject)
                if "nocatalog" in urlsplit(self.path).query:
                    token = {name: value for name, value in token.items() if name != "catalog"}
                return 200, {"token": token}, {"X-Subject-Token": subject or ""}
            case "DELETE", ["v3", "auth", "tokens"]:
                service.validate(by, subject)
                service.revoke(subject or "")
                return 204, None, {}
            case "GET", ["v3", "projects"] | ["v3", "auth", "projects"]:
                found = service.known_projects(by, query.get("name", [None])[0])
                return 200, {"projects": found, "links": {"self": f"{service.url}{path}", "next": None}}, {}
            case "GET", ["v3", "projects", id]:
                for project in service.known_projects(by, None):
                    if project["id"] == id:
                        return 200, {"project": project}, {}
                raise Wrong(404, "Not Found", f"Could not find project: {id}.")
            case _:
                raise Wrong(404, "Not Found", "The resource could not be found.")

    def _say(self, status: int, document: Document | None, more: dict[str, str]) -> None:
        content = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        for name, value in (more | {"Vary": "X-Auth-Token", "Content-Length": str(len(content))}).items():
            self.send_header(name, value)
        if document is not None:
            self.send_header("Content-Type", "application/json")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
