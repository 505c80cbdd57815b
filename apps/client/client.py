"""A client of REST v1. Whatever the controller refuses is raised as the ``Problem`` that it answered with."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import quote

import httpx

from weft.apps.client import documents as d
from weft.apps.client.connection import Connection, Document, Documents, Filter, query_of
from weft.apps.client.errors import BadAddress
from weft.apps.client.events import Event, events
from weft.apps.client.things import A_PAGE, AnyThings, Page, Things, marker_in
from weft.apps.northbound.paths import (
    ACT_AS,
    AUDIT_LOG,
    AUDITS,
    CLAIMS,
    COUNTERS,
    DIFFERENCE,
    DOCTOR,
    DROPS,
    EXTENSIONS,
    FLOWS,
    HEALTH,
    OPENAPI,
    PATHS,
    PLUGINS,
    SHADOWS,
    SIMULATED_FRAMES,
    TOKENS,
    TRANSACTIONS,
    WATCH,
)

DEFAULT_URL = "http://127.0.0.1:8181"
SILENCE = 60.0  # seconds after which a watch that does not even say that it lives is taken to be lost


class Client:
    """The controller at a URL. Every method is one request, and returns what the controller says then.

    With ``project`` the requests are that project's with those roles, and not the operator's. ``wait`` of a method is
    how many seconds to wait for the switches, ``key`` a name under which the request may be sent again. Raises
    ``BadAddress`` where no controller can be at such a URL.

    At an ``https://`` URL those are believed whom the certificates in ``ca_certificate`` vouch for, or else everybody's
    usual ones.
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
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if not _can_be(url):
            raise BadAddress(f"must be http://HOST:PORT (or https://) with a port from 1 to 65535, not {url!r}")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if project is not None:
            headers[ACT_AS] = acting_as(project, roles)
        self._connection = Connection(url, headers, timeout, transport, _believing(url, ca_certificate))
        self.url = url
        self.project = project
        self.segments = Things[d.Segment, d.NewSegment, d.ChangedSegment](self._connection, "segment")
        self.ports = Things[d.Port, d.NewPort, d.ChangedPort](self._connection, "port")
        self.vifs = Things[d.Vif, d.NewVif, d.ChangedVif](self._connection, "vif")
        self.subnets = Things[d.Subnet, d.NewSubnet, d.ChangedSubnet](self._connection, "subnet")
        self.quotas = Things[d.Quota, d.NewQuota, d.ChangedQuota](self._connection, "quota")
        self.security_groups = Things[d.SecurityGroup, d.NewSecurityGroup, d.ChangedSecurityGroup](
            self._connection, "security_group"
        )
        self.trunks = Things[d.Trunk, d.NewTrunk, d.ChangedTrunk](self._connection, "trunk")
        self.switches = Things[d.Switch, d.NewSwitch, d.ChangedSwitch](self._connection, "switch")
        self.links = Things[d.Link, d.NewLink, d.ChangedLink](self._connection, "link")

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # things of any kind

    def things(self, kind: str) -> AnyThings:
        """The things of a kind that is not known before the program runs."""
        return Things(self._connection, kind)

    def list(
        self,
        kind: str,
        *,
        fields: Iterable[str] | None = None,
        sort: Iterable[str] | None = None,
        **filters: Filter | None,
    ) -> Documents:
        """All things of a kind, or those that pass the filters, however many pages they are."""
        return self.things(kind).list(fields=fields, sort=sort, **filters)

    def show(self, kind: str, id: str) -> Document:
        """One thing."""
        return self.things(kind).show(id)

    def create(
        self, kind: str, fields: Mapping[str, Any], *, wait: float | None = None, key: str | None = None
    ) -> Document:
        """Make one."""
        return self.things(kind).create(fields, wait=wait, key=key)

    def update(
        self,
        kind: str,
        id: str,
        fields: Mapping[str, Any],
        if_revision: int | None = None,
        *,
        wait: float | None = None,
        key: str | None = None,
    ) -> Document:
        """Give fields of it new values, if it still is at that revision."""
        return self.things(kind).update(id, fields, if_revision, wait=wait, key=key)

    def delete(
        self, kind: str, id: str, if_revision: int | None = None, *, wait: float | None = None, key: str | None = None
    ) -> None:
        """Delete it, if it still is at that revision."""
        self.things(kind).delete(id, if_revision, wait=wait, key=key)

    def history(self, kind: str, id: str, *, limit: int | None = None) -> Documents:
        """How it came to be as it is, the newest first."""
        return self.things(kind).history(id, limit=limit)

    # what they do together

    def plug(
        self,
        port: str,
        vif: str,
        if_revision: int | None = None,
        *,
        wait: float | None = None,
        key: str | None = None,
    ) -> Document:
        """Put a VIF into a port, and return the port."""
        more: dict[str, Any] = {"if_revision": if_revision, "wait": wait, "key": key}
        return self._connection.ask("PUT", _of_port(port, "vif"), json={"vif": vif}, **more)

    def unplug(
        self, port: str, if_revision: int | None = None, *, wait: float | None = None, key: str | None = None
    ) -> None:
        """Take the VIF out of a port."""
        self._connection.ask("DELETE", _of_port(port, "vif"), if_revision=if_revision, wait=wait, key=key)

    def transaction(
        self, commands: Sequence[Mapping[str, Any]], *, wait: float | None = None, key: str | None = None
    ) -> Document:
        """All of the commands or none: the revision, and what each made."""
        return self._connection.ask("POST", TRANSACTIONS, json={"commands": commands}, wait=wait, key=key)

    # what happens, and what has happened

    def watch(
        self,
        from_: int | None = None,
        *,
        kinds: Iterable[str] | None = None,
        projects: Iterable[str] | None = None,
        ids: Iterable[str] | None = None,
        status: bool = False,
        heartbeat: float | None = None,
    ) -> Iterator[Event]:
        """What has changed since a revision and what changes from now on, as it happens; without one, from now on.

        With ``status`` also the status of the ports that ``ids`` name. It goes on until the connection ends
        (``Unreachable``); then another one from the last event's ``id`` misses nothing.
        """
        query = query_of(kind=kinds, project=projects, id=ids, **{"from": from_})
        if status:
            query["status"] = "true"
        if heartbeat is not None:
            query["heartbeat"] = f"{heartbeat:g}"
        with self._connection.stream(WATCH, params=query, silence=SILENCE) as lines:
            yield from (event for event in events(lines) if isinstance(event, Event))

    def audit_log(self, *, limit: int = A_PAGE, marker: str | None = None, **filters: Filter | None) -> Page[Document]:
        """Who did what, from where, with which outcome: the newest first."""
        query = query_of(**filters, limit=limit, marker=marker)
        answer = self._connection.ask("GET", AUDIT_LOG, params=query)
        return Page(answer["records"], marker_in(answer.get("next")))

    # the fabric

    def audit(self, switch: str) -> None:
        """Let a switch be asked what it holds, and repaired where that is not what it should."""
        self._connection.ask("POST", AUDITS, json={"switch": switch})

    def unknown_switches(self) -> Documents:
        """The switches that are connected and that the model does not know."""
        return cast(Documents, self._connection.ask("GET", PATHS["switch"], params={"limit": 1}).get("unknown", []))

    def flows(self, switch: str) -> Documents:
        """The flow entries of a switch, with their names and reasons."""
        return cast(Documents, self._connection.ask("GET", FLOWS, params={"switch": switch})["flows"])

    def claims(self, **filters: str) -> Documents:
        """What interfaces of switches say that they are for, or those claims whose fields are exactly so."""
        return cast(Documents, self._connection.ask("GET", CLAIMS, params=filters)["claims"])

    def counters(self, port: str) -> Document:
        """What has passed at a port and what has died, as its switch counts it now."""
        return self._connection.ask("GET", _of_port(port, COUNTERS))

    def drops(self, limit: int | None = None) -> Document:
        """Why frames die, the most first, and the switches that did not answer."""
        return self._connection.ask("GET", DROPS, params=query_of(limit=limit))

    def ask(self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Any = None) -> Document:
        """What a resource of an extension answers."""
        return self._connection.ask(method, path, params=query, json=body)

    def simulate_frame(self, frame: Mapping[str, Any]) -> Document:
        """Send a frame into a simulated switch: who has heard it, and what it has met on its way."""
        return self._connection.ask("POST", SIMULATED_FRAMES, json=frame)

    def doctor(self) -> Documents:
        """What is wrong, errors first."""
        return cast(Documents, self._connection.ask("GET", DOCTOR)["findings"])

    # extensions and plug-ins

    def extensions(self) -> Documents:
        """The extensions in force, and what they add."""
        return cast(Documents, self._connection.ask("GET", EXTENSIONS)["extensions"])

    def extension(self, alias: str) -> Document:
        """One extension."""
        return self._connection.ask("GET", f"{EXTENSIONS}/{quote(alias, safe='')}")

    def plugins(self) -> Documents:
        """The plug-ins in force, and what they can honour."""
        return cast(Documents, self._connection.ask("GET", PLUGINS)["plugins"])

    def plugin(self, name: str) -> Document:
        """One plug-in."""
        return self._connection.ask("GET", f"{PLUGINS}/{quote(name, safe='')}")

    # shadows

    def shadows(self) -> Documents:
        """The sets of stages: the real one, and those that are compiled beside it."""
        return cast(Documents, self._connection.ask("GET", SHADOWS)["shadows"])

    def shadow(self, name: str) -> Document:
        """One set of stages."""
        return self._connection.ask("GET", f"{SHADOWS}/{quote(name, safe='')}")

    def shadow_difference(self, name: str, *, flows: int | None = None, frames: int | None = None) -> Document:
        """How it differs from what the switches follow: in tables, in what becomes of frames, and in cost."""
        path = f"{SHADOWS}/{quote(name, safe='')}/{DIFFERENCE}"
        return self._connection.ask("GET", path, params=query_of(flows=flows, frames=frames))

    def promote_shadow(self, name: str, promoted: bool = True, *, key: str | None = None) -> Document:
        """Let the switches follow it; or not ``promoted``: no longer."""
        return self._connection.ask("PATCH", f"{SHADOWS}/{quote(name, safe='')}", json={"promoted": promoted}, key=key)

    # tokens

    def tokens(self, **filters: str) -> Documents:
        """The tokens, or those whose fields are exactly so; without their secrets."""
        return cast(Documents, self._connection.ask("GET", TOKENS, params=filters)["tokens"])

    def token(self, id: str) -> Document:
        """One token, without its secret."""
        return self._connection.ask("GET", f"{TOKENS}/{quote(id, safe='')}")

    def create_token(self, fields: Mapping[str, Any]) -> Document:
        """Make a token; its ``secret`` is in this answer, and in no other."""
        return self._connection.ask("POST", TOKENS, json=fields)

    def revoke_token(self, id: str) -> None:
        """From now on nobody is known by it."""
        self._connection.ask("DELETE", f"{TOKENS}/{quote(id, safe='')}")

    # the controller

    def health(self) -> Document:
        """Whether it answers, and its revision."""
        return self._connection.ask("GET", HEALTH)

    def openapi(self) -> Document:
        """The OpenAPI document of the API."""
        return self._connection.ask("GET", OPENAPI)


def acting_as(project: str, roles: Iterable[str] = ()) -> str:
    """The value of the header ``Weft-Act-As`` that says so.

    >>> acting_as("blue", ["tester", "café; bar"])
    'project=blue; role=tester; role=caf%C3%A9%3B%20bar'
    """
    return "; ".join([f"project={quote(project, safe='')}", *(f"role={quote(role, safe='')}" for role in roles)])


def _believing(url: str, ca_certificate: str | None) -> ssl.SSLContext | bool:
    """Who is believed: nobody where nobody is asked for a certificate, because to read everybody's takes its time."""
    if ca_certificate is None:
        return url.lower().startswith("https:") or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
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


def _of_port(port: str, what: str) -> str:
    return f"{PATHS['port']}/{quote(port, safe='')}/{what}"
