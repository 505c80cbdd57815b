"""A client of Quantum's API that speaks one version in one format, and shows what both formats say in one way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from xml.etree import ElementTree

from falcon.testing import TestClient

from weft.apps.identity.identity import Identity, Presented, Unidentified
from weft.apps.quantum.app import build_quantum
from weft.controller.service import Service

LISTS = ("networks", "ports", "extensions", "links")
PEOPLE = {  # by token
    "operator": Identity("root", None, frozenset({"operator"}), True, "root"),
    "red": Identity("ruby", "red", frozenset({"member"}), False, "ruby"),
    "red-reader": Identity("rita", "red", frozenset({"reader"}), False, "rita"),
    "blue": Identity("bob", "blue", frozenset({"member"}), False, "bob"),
}


def identify(presented: Presented) -> Identity:
    """Who has that token."""
    found = PEOPLE.get(presented.token or "")
    if found is None:
        raise Unidentified("nobody has this token")
    return found


class Said(NamedTuple):
    """An answer: its code, and what it says."""

    status: int
    document: Any


class Quantum:
    """The API as one tenant's client sees it."""

    def __init__(self, service: Service, version: str = "v1.1", format: str = "json", tenant: str = "red") -> None:
        self._client = TestClient(build_quantum(service, identify))
        self.version = version
        self.format = format
        self.tenant = tenant
        self.token = tenant

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, **more: Any) -> Said:
        """Ask for a path of the tenant's; the body is one object."""
        headers = {"X-Auth-Token": self.token} | more.pop("headers", {})
        if body is not None:
            headers["Content-Type"] = f"application/{self.format}"
            more["body"] = json.dumps(body) if self.format == "json" else _xml(body)
        path = path if path.startswith("/v") else f"/{self.version}/tenants/{self.tenant}{path}"
        path, question, query = path.partition("?")
        result = self._client.simulate_request(
            method, f"{path}.{self.format}{question}{query}", headers=headers, **more
        )
        if result.status_code == 204:
            assert result.content == b""
            return Said(204, None)
        assert result.headers["content-type"] == f"application/{self.format}"
        return Said(result.status_code, result.json if self.format == "json" else self._read(result.content))

    def get(self, path: str) -> Any:
        """What there is."""
        said = self.ask("GET", path)
        assert said.status == 200, said
        return said.document

    def make(self, path: str, body: Mapping[str, Any] | None = None) -> str:
        """The id of what was made."""
        said = self.ask("POST", path, body)
        assert said.status == {"v1.0": 200, "v1.1": 202}[self.version], said
        ((_, made),) = said.document.items()
        assert list(made) == ["id"]
        return str(made["id"])

    def network(self, name: str = "net") -> str:
        """A network, as the path of it."""
        return f"/networks/{self.make('/networks', {'network': {'name': name}})}"

    def port(self, network: str, state: str | None = None) -> str:
        """A port on it, as the path of it."""
        return f"{network}/ports/{self.make(f'{network}/ports', {'port': {'state': state}} if state else None)}"

    def attach(self, port: str, id: str) -> Said:
        """Plug something into the port."""
        return self.ask("PUT", f"{port}/attachment", {"attachment": {"id": id}})

    def told(self, op_status: str) -> dict[str, str]:
        """What is told of how something does: nothing in v1.0."""
        return {"op-status": op_status} if self.version == "v1.1" else {}

    def _read(self, content: bytes) -> Any:
        root = ElementTree.fromstring(content)
        namespace = f"{{http://openstack.org/quantum/api/{self.version}}}"
        assert root.tag.startswith(namespace), root.tag
        name = root.tag.removeprefix(namespace)
        value = _value(root, name, namespace)
        return value if name == "extension" else {name: value}


def _value(element: ElementTree.Element, name: str, namespace: str) -> Any:
    if name in LISTS:
        assert all(child.tag == f"{namespace}{name[:-1]}" for child in element)
        return [_value(child, name[:-1], namespace) for child in element]
    members: dict[str, Any] = dict(element.attrib)
    for child in element:
        inner = child.tag.removeprefix(namespace)
        members[inner] = _value(child, inner, namespace)
    return members or (element.text or "" if name not in ("attachment", "stats") else {})


def _xml(body: Mapping[str, Any]) -> bytes:
    ((name, members),) = body.items()
    return bytes(ElementTree.tostring(ElementTree.Element(name, {k: str(v) for k, v in members.items()})))
