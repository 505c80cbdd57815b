"""A Keystone of the tests' own. It speaks Identity v3 as the real one does: version documents, tokens, the catalog.

``with Keystone() as keystone`` listens on the loopback. Its users and projects are made by its methods; ``asked`` is
what it was asked.
"""

from __future__ import annotations

import ssl
import threading
import time
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from secrets import token_urlsafe
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from tests.keystone_http import Asked, Document, Wrong, unauthorized
from tests.keystone_http import Handler as HttpHandler

_DOMAIN = {"id": "default", "name": "Default"}


@dataclass
class User:
    """Who may sign in, and in which roles on which projects (by the projects' names)."""

    name: str
    password: str
    roles: dict[str, tuple[str, ...]]
    id: str = field(default_factory=lambda: uuid4().hex)


@dataclass
class Project:
    """A project; its id is what a network belongs to."""

    name: str
    id: str = field(default_factory=lambda: uuid4().hex)


class Keystone:
    """The service, its users and the tokens that it has given."""

    def __init__(
        self,
        network_url: str = "http://127.0.0.1:9696",
        lifetime: float = 3600.0,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.network_url = network_url
        self.lifetime = lifetime
        self.users: dict[str, User] = {}
        self.projects: dict[str, Project] = {}
        self.tokens: dict[str, Document] = {}
        self.asked: list[Asked] = []
        self.broken: int | None = None  # the status that it answers everything with, where it is ill
        self.delay = 0.0  # seconds before it answers
        self.closed = False
        keystone = self

        class Handler(HttpHandler):
            service = keystone

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._scheme = "http" if tls is None else "https"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more; whoever asks from now on is refused a connection."""
        self.closed = True
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it is, without ``/v3``."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    # what there is

    def project(self, name: str) -> Project:
        """The project of that name, which is made if there is none."""
        return self.projects.setdefault(name, Project(name))

    def user(self, name: str, password: str = "secret", **roles: tuple[str, ...]) -> User:
        """Make a user: ``user("ann", demo=("member",))`` has the role member on the project demo."""
        for project in roles:
            self.project(project)
        self.users[name] = User(name, password, roles)
        return self.users[name]

    def environment(self, user: str, project: str) -> dict[str, str]:
        """The variables with which ``openstack`` signs in as that user on that project."""
        return {
            "OS_AUTH_TYPE": "v3password",
            "OS_AUTH_URL": f"{self.url}/v3",
            "OS_IDENTITY_API_VERSION": "3",
            "OS_USERNAME": user,
            "OS_PASSWORD": self.users[user].password,
            "OS_PROJECT_NAME": project,
            "OS_USER_DOMAIN_ID": "default",
            "OS_PROJECT_DOMAIN_ID": "default",
            "OS_REGION_NAME": "RegionOne",
        }

    def issue(self, user: str, project: str | None = None, lifetime: float | None = None, **more: Any) -> str:
        """A token of that user, scoped to that project or to nothing. ``more`` are members that it has as well."""
        one = self.users[user]
        now = time.time()
        token: Document = {
            "methods": ["password"],
            "user": {"domain": _DOMAIN, "id": one.id, "name": one.name, "password_expires_at": None},
            "audit_ids": [token_urlsafe(16)],
            "issued_at": _stamp(now),
            "expires_at": _stamp(now + (self.lifetime if lifetime is None else lifetime)),
        }
        if project is not None:
            held = one.roles.get(project)
            if not held:
                raise unauthorized()
            scope = self.projects[project]
            token["project"] = {"domain": _DOMAIN, "id": scope.id, "name": scope.name}
            token["is_domain"] = False
            token["roles"] = [{"id": f"role-{name}", "name": name} for name in held]
            token["catalog"] = self._catalog()
        text = token_urlsafe(128)  # about as long as a Fernet token
        self.tokens[text] = token | more
        return text

    def revoke(self, token: str) -> None:
        """From now on that token is none."""
        del self.tokens[token]

    def validations(self, token: str) -> int:
        """How often that token was looked up."""
        return sum(a.method == "GET" and a.path == "/v3/auth/tokens" and a.subject == token for a in self.asked)

    # what it answers

    def live(self, token: str | None) -> Document | None:
        """The token of that text, unless there is none or it has expired."""
        found = self.tokens.get(token) if token else None
        return found if found is not None and found["expires_at"] > _stamp(time.time()) else None

    def versions(self) -> Document:
        """What ``GET /`` shows."""
        return {"versions": {"values": [self.version()]}}

    def version(self) -> Document:
        """The one version that there is."""
        return {
            "id": "v3.14",
            "status": "stable",
            "updated": "2020-04-07T00:00:00Z",
            "links": [{"rel": "self", "href": f"{self.url}/v3/"}],
            "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
        }

    def authenticate(self, body: Any) -> tuple[str, Document]:
        """``POST /v3/auth/tokens``: the token's text and document."""
        try:
            identity, scope = body["auth"]["identity"], body["auth"].get("scope")
            methods = identity["methods"]
            user = self._by_password(identity["password"]["user"]) if "password" in methods else None
            if user is None and "token" in methods:
                held = self.live(identity["token"]["id"])
                user = next((u for u in self.users.values() if held and u.id == held["user"]["id"]), None)
        except (KeyError, TypeError, AttributeError) as error:
            raise Wrong(400, "Bad Request", f"Expecting to find {error} in the request body.") from None
        if user is None:
            raise unauthorized()
        project = self._scope(scope)
        text = self.issue(user.name, project)
        self.tokens[text]["methods"] = list(methods)
        return text, self.tokens[text]

    def validate(self, by: str | None, subject: str | None) -> Document:
        """``GET /v3/auth/tokens``: a token may look at itself, and whoever is admin or service at any."""
        asking = self.live(by)
        if asking is None:
            raise unauthorized()
        roles = {role["name"] for role in asking.get("roles", ())}
        if by != subject and not roles & {"admin", "service"}:
            raise Wrong(
                403, "Forbidden", "You are not authorized to perform the requested action: identity:validate_token."
            )
        found = self.live(subject)
        if found is None:
            raise Wrong(404, "Not Found", f"Could not find token: {subject}.")
        return found

    def known_projects(self, by: str | None, name: str | None) -> list[Document]:
        """The projects, for whoever has a token."""
        if self.live(by) is None:
            raise unauthorized()
        return [
            {"id": p.id, "name": p.name, "domain_id": "default", "enabled": True, "is_domain": False, "description": ""}
            for p in self.projects.values()
            if name in (None, p.name)
        ]

    def _by_password(self, given: Document) -> User | None:
        named = (u for u in self.users.values() if given.get("name") == u.name or given.get("id") == u.id)
        return next((u for u in named if u.password == given["password"]), None)

    def _scope(self, scope: Any) -> str | None:
        if not isinstance(scope, dict) or "project" not in scope:
            return None
        wanted = scope["project"]
        for project in self.projects.values():
            if wanted.get("id") == project.id or wanted.get("name") == project.name:
                return project.name
        raise unauthorized()

    def _catalog(self) -> list[Document]:
        return [
            {
                "id": f"service-{type}",
                "type": type,
                "name": name,
                "endpoints": [
                    {"id": f"{type}-{i}", "interface": i, "region": "RegionOne", "region_id": "RegionOne", "url": url}
                    for i in ("public", "internal", "admin")
                ],
            }
            for type, name, url in (
                ("network", "neutron", self.network_url),
                ("identity", "keystone", f"{self.url}/v3"),
            )
        ]


def _stamp(seconds: float) -> str:
    """A time as Keystone writes it.

    >>> _stamp(0.25)
    '1970-01-01T00:00:00.250000Z'
    """
    whole = int(seconds)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{int((seconds - whole) * 1e6):06d}Z"
