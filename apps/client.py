"""A client of REST v1. Whatever the controller refuses is raised as the ``Problem`` that it answered with."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import quote

import httpx

from weft.apps.northbound.paths import (
    ACT_AS,
    AUDITS,
    CLAIMS,
    COLLECTIONS,
    COUNTERS,
    DOCTOR,
    DROPS,
    FLOWS,
    HEALTH,
    PATHS,
    TRANSACTIONS,
)

DEFAULT_URL = "http://127.0.0.1:8181"
Document = dict[str, Any]
Documents = list[Document]


class Problem(Exception):
    """What the controller answered instead: the members of its problem document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.type = str(document.get("type", "about:blank"))
        self.title = str(document.get("title", ""))
        self.status = int(document.get("status", 0))
        self.detail = str(document.get("detail", "") or self.title)
        self.field: str | None = document.get("field")
        self.rule: str | None = document.get("rule")
        super().__init__(f"{self.detail} ({self.status} {self.title})")

    def saying(self, detail: str) -> Problem:
        """The same problem, told in other words."""
        told = {name: getattr(self, name) for name in ("type", "title", "status", "field", "rule")}
        return Problem({**told, "detail": detail})


class Unreachable(Exception):
    """No controller answered at that address."""


class BadAddress(Unreachable):
    """No controller can be at such an address. The message is the rule that it breaks."""


class Client:
    """The controller at a URL. Every method is one request, and returns what the controller says then.

    With ``project`` the requests are that project's with those roles, and not the operator's. At an ``https://`` URL
    those are believed whom the certificates in ``ca_certificate`` vouch for, or else everybody's usual ones. Raises
    ``BadAddress`` where no controller can be at such a URL.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        token: str = "",
        timeout: float = 30.0,
        *,
        project: str | None = None,
        roles: Iterable[str] = (),
        ca_certificate: str | None = None,
    ) -> None:
        if not _can_be(url):
            raise BadAddress(f"must be http://HOST:PORT (or https://) with a port from 1 to 65535, not {url!r}")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if project is not None:
            headers[ACT_AS] = acting_as(project, roles)
        # The controller is on this machine or in the management network: no proxy of the environment is asked.
        verify = _believing(ca_certificate) if ca_certificate is not None else True
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout, trust_env=False, verify=verify)
        self.url = url
        self.project = project

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def list(self, kind: str, **filters: str) -> Documents:
        """All things of a kind, or those whose fields are exactly so."""
        return cast(Documents, self._ask("GET", PATHS[kind], params=filters)[COLLECTIONS[kind]])

    def show(self, kind: str, id: str) -> Document:
        """One thing."""
        return self._ask("GET", _path(kind, id))

    def create(self, kind: str, fields: Mapping[str, Any]) -> Document:
        """Make one."""
        return self._ask("POST", PATHS[kind], json=fields)

    def update(self, kind: str, id: str, fields: Mapping[str, Any], if_revision: int | None = None) -> Document:
        """Give fields of it new values, if it still is at that revision."""
        return self._ask("PATCH", _path(kind, id), json=fields, headers=_condition(if_revision))

    def delete(self, kind: str, id: str, if_revision: int | None = None) -> None:
        """Delete it, if it still is at that revision."""
        self._ask("DELETE", _path(kind, id), headers=_condition(if_revision))

    def plug(self, port: str, vif: str) -> Document:
        """Put a VIF into a port, and return the port."""
        return self._ask("PUT", _path("port", port) + "/vif", json={"vif": vif})

    def audit(self, switch: str) -> None:
        """Let a switch be asked what it holds, and repaired where that is not what it should."""
        self._ask("POST", AUDITS, json={"switch": switch})

    def unplug(self, port: str) -> None:
        """Take the VIF out of a port."""
        self._ask("DELETE", _path("port", port) + "/vif")

    def unknown_switches(self) -> Documents:
        """The switches that are connected and that the model does not know."""
        return cast(Documents, self._ask("GET", PATHS["switch"])["unknown"])

    def flows(self, switch: str) -> Documents:
        """The flow entries of a switch, with their names and reasons."""
        return cast(Documents, self._ask("GET", FLOWS, params={"switch": switch})["flows"])

    def claims(self, **filters: str) -> Documents:
        """What interfaces of switches say that they are for, or those claims whose fields are exactly so."""
        return cast(Documents, self._ask("GET", CLAIMS, params=filters)["claims"])

    def counters(self, port: str) -> Document:
        """What has passed at a port and what has died, as its switch counts it now."""
        return self._ask("GET", f"{_path('port', port)}/{COUNTERS}")

    def drops(self, limit: int | None = None) -> Document:
        """Why frames die, the most first, and the switches that did not answer."""
        return self._ask("GET", DROPS, params={} if limit is None else {"limit": str(limit)})

    def doctor(self) -> Documents:
        """What is wrong, errors first."""
        return cast(Documents, self._ask("GET", DOCTOR)["findings"])

    def transaction(self, commands: Sequence[Mapping[str, Any]]) -> Document:
        """All of the commands or none: the revision, and what each made."""
        return self._ask("POST", TRANSACTIONS, json={"commands": commands})

    def health(self) -> Document:
        """Whether it answers, and its revision."""
        return self._ask("GET", HEALTH)

    def _ask(self, method: str, path: str, **more: Any) -> Document:
        try:
            response = self._http.request(method, path, **more)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            if "CERTIFICATE_VERIFY_FAILED" in reason:
                reason += "; name the certificate that vouches for it (--ca-certificate or WEFT_CA)"
            raise Unreachable(f"no controller answers at {self.url}: {reason}") from error
        try:
            document = response.json() if response.content else {}
        except ValueError:
            document = None
        if not isinstance(document, dict) or response.is_redirect:
            raise Unreachable(f"what answers at {self.url} is no controller (status {response.status_code})")
        if response.is_error:
            raise Problem({"status": response.status_code, "title": response.reason_phrase} | document)
        return document


def acting_as(project: str, roles: Iterable[str] = ()) -> str:
    """The value of the header ``Weft-Act-As`` that says so.

    >>> acting_as("blue", ["tester", "café; bar"])
    'project=blue; role=tester; role=caf%C3%A9%3B%20bar'
    """
    return "; ".join([f"project={quote(project, safe='')}", *(f"role={quote(role, safe='')}" for role in roles)])


def _believing(ca_certificate: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_certificate)
    except (OSError, ssl.SSLError):
        raise BadAddress(f"cannot be asked: {ca_certificate} holds no certificates in PEM form") from None


def _can_be(url: str) -> bool:
    """Whether a controller can be at that URL.

    >>> _can_be("http://[::1]:8181"), _can_be("http://127.0.0.1:99999"), _can_be("127.0.0.1:8181")
    (True, False, False)
    """
    try:
        address = httpx.URL(url)
        named = bool(address.host)
        address.raw_host.decode("ascii").encode("idna")  # as the resolver will: no label may be empty or too long
    except (httpx.InvalidURL, UnicodeError):
        return False
    # The resolver of C takes a port modulo 65536: without this check, a wrong one would reach another program.
    return named and address.scheme in ("http", "https") and (address.port is None or 0 < address.port < 65536)


def _path(kind: str, id: str) -> str:
    return f"{PATHS[kind]}/{quote(id, safe='')}"


def _condition(revision: int | None) -> dict[str, str]:
    return {} if revision is None else {"If-Match": f'"{revision}"'}
