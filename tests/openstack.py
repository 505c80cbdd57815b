"""Neutron's API to test with: requests go in, documents and faults come out; no socket is needed."""

from __future__ import annotations

from typing import Any

from falcon.testing import Result, TestClient

from weft.apps.identity.identity import Identify, Identity, Presented, Unidentified
from weft.apps.identity.local import everybody
from weft.apps.openstack.app import build_openstack
from weft.controller.service import Service

Document = dict[str, Any]


def by_name(presented: Presented) -> Identity:
    """Believes a token that says who it is: ``blue`` is a member of project blue, ``blue:reader`` a reader there."""
    if not presented.token:
        raise Unidentified("needs a token")
    project, _, role = presented.token.partition(":")
    if project == "operator":
        return everybody(presented)
    return Identity(project, project, frozenset({role or "member"}), False, presented.token)


class Neutron:
    """The API over a service, as one caller sees it. ``token`` is what ``identify`` believes."""

    def __init__(self, service: Service, identify: Identify = everybody, token: str = "") -> None:
        self.service = service
        self.identify = identify
        self.client = TestClient(build_openstack(service, identify), headers={"X-Auth-Token": token} if token else {})

    def of(self, token: str) -> Neutron:
        """The same API, as somebody else sees it."""
        return Neutron(self.service, by_name, token)

    def make(self, kind: str, **attributes: Any) -> Document:
        """What was made; it must have been."""
        result = self.post(kind, **attributes)
        assert result.status_code == 201, result.text
        return dict(result.json[kind])

    def post(self, kind: str, **attributes: Any) -> Result:
        """The answer to the wish for one."""
        return self.client.simulate_post(f"/v2.0/{kind}s", json={kind: attributes})

    def post_many(self, kind: str, *bodies: Document) -> Result:
        """The answer to the wish for many at once."""
        return self.client.simulate_post(f"/v2.0/{kind}s", json={f"{kind}s": list(bodies)})

    def make_group(self, name: str, **attributes: Any) -> Document:
        """A security group that was made."""
        result = self.client.simulate_post(
            "/v2.0/security-groups", json={"security_group": {"name": name} | attributes}
        )
        assert result.status_code == 201, result.text
        return dict(result.json["security_group"])

    def default_group(self) -> Document:
        """The default security group of the caller's project."""
        (found,) = self.get("security-groups?name=default").json["security_groups"]
        return dict(found)

    def put(self, kind: str, member: str, /, **attributes: Any) -> Result:
        """The answer to the wish for other values."""
        return self.client.simulate_put(f"/v2.0/{kind}s/{member}", json={kind: attributes})

    def changed(self, kind: str, member: str, /, **attributes: Any) -> Document:
        """What was changed; it must have been."""
        result = self.put(kind, member, **attributes)
        assert result.status_code == 200, result.text
        return dict(result.json[kind])

    def get(self, path: str) -> Result:
        """The answer to a question."""
        return self.client.simulate_get(f"/v2.0/{path}")

    def shown(self, kind: str, id: str) -> Document:
        """One, as it is shown."""
        result = self.get(f"{kind}s/{id}")
        assert result.status_code == 200, result.text
        return dict(result.json[kind])

    def listed(self, kind: str, query: str = "") -> list[Document]:
        """Those that the query asks for."""
        result = self.get(f"{kind}s?{query}")
        assert result.status_code == 200, result.text
        return list(result.json[f"{kind}s"])

    def delete(self, kind: str, id: str) -> Result:
        """The answer to the wish that it be gone."""
        return self.client.simulate_delete(f"/v2.0/{kind}s/{id}")


def fault(result: Result) -> tuple[int, str]:
    """Status and type of a fault, which must be whole."""
    assert result.headers["content-type"].startswith("application/json")
    assert set(result.json) == {"NeutronError"}
    error = result.json["NeutronError"]
    assert set(error) == {"type", "message", "detail"}
    assert error["message"]
    return result.status_code, error["type"]


def message(result: Result) -> str:
    """What a fault tells people."""
    return str(result.json["NeutronError"]["message"])
