"""The APIs of the matrix, each behind the same few verbs."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar, NamedTuple, Protocol

from falcon.testing import Result, TestClient

from tests.matrix.oracle import Role
from tests.matrix.society import HIDDEN, IDENTITIES, MISSING, PROJECT_BY_WHOSE, Society, identify
from weft.apps.neutron.app import build_neutron
from weft.apps.northbound.app import build_app
from weft.apps.northbound.paths import COLLECTIONS, PATHS
from weft.apps.quantum.app import build_quantum

_OF_THE_REQUEST = re.compile(r"urn:weft:request:[^\"]*")  # which each answer has its own of
_SAME_HEADERS = ("content-type", "www-authenticate", "etag", "location", "allow")


class Answer(NamedTuple):
    """What came of a request: its status, and all that it says but what differs from request to request.

    ``asked`` is what the request has named itself.
    """

    status: int
    text: str
    asked: frozenset[str]
    ids: frozenset[str] = frozenset()  # of a list

    @property
    def outcome(self) -> str:
        """In the words of the oracle; what is none of them is the status."""
        return {403: "forbidden", 404: "missing", 420: "missing", 430: "missing"}.get(
            self.status, "allowed" if self.status < 300 else str(self.status)
        )


class Api(Protocol):
    """One API. Each verb answers None where the API has no such thing."""

    name: str

    def list(self, role: Role, kind: str) -> Answer | None:
        """All of a kind."""

    def get(self, role: Role, kind: str, id: str) -> Answer | None:
        """Show one."""

    def update(self, role: Role, kind: str, id: str) -> Answer | None:
        """Change one."""

    def delete(self, role: Role, kind: str, id: str) -> Answer | None:
        """Delete one."""

    def create(self, role: Role, kind: str, segment: str, project: str | None) -> Answer | None:
        """Make one, on that segment where it is on one; the project is the caller's where none is named."""

    def plug(self, role: Role, port: str, vif: str) -> Answer | None:
        """Plug a VIF into a port."""

    def unplug(self, role: Role, port: str) -> Answer | None:
        """Take the VIF out of a port."""


class Native:
    """REST v1: a path for each thing."""

    name = "native"

    def __init__(self, society: Society) -> None:
        self._client = TestClient(build_app(society.net.service, identify))
        self._made = 0

    def ask(self, role: Role, method: str, path: str, body: Any = None) -> Answer:
        """Ask for anything."""
        headers = {"Authorization": f"Bearer {role}"}
        return _answer(self._client.simulate_request(method, path, headers=headers, json=body), path, body)

    def list(self, role: Role, kind: str) -> Answer | None:
        if kind not in PATHS:
            return None
        answer = self.ask(role, "GET", f"{PATHS[kind]}?limit=1000")
        found = json.loads(answer.text).get(COLLECTIONS[kind], ()) if answer.status == 200 else ()
        return answer._replace(ids=frozenset(one["id"] for one in found))

    def get(self, role: Role, kind: str, id: str) -> Answer | None:
        return self.ask(role, "GET", f"{PATHS[kind]}/{id}") if kind in PATHS else None

    def update(self, role: Role, kind: str, id: str) -> Answer | None:
        self._made += 1
        if kind not in PATHS:
            return None
        return self.ask(role, "PATCH", f"{PATHS[kind]}/{id}", {"description": f"another one, {self._made}"})

    def delete(self, role: Role, kind: str, id: str) -> Answer | None:
        return self.ask(role, "DELETE", f"{PATHS[kind]}/{id}") if kind in PATHS else None

    def create(self, role: Role, kind: str, segment: str, project: str | None) -> Answer | None:
        return self.ask(role, "POST", PATHS[kind], self.fields(kind, segment, project)) if kind in PATHS else None

    def plug(self, role: Role, port: str, vif: str) -> Answer | None:
        return self.ask(role, "PUT", f"{PATHS['port']}/{port}/vif", {"vif": vif})

    def unplug(self, role: Role, port: str) -> Answer | None:
        return self.ask(role, "DELETE", f"{PATHS['port']}/{port}/vif")

    def fields(self, kind: str, segment: str, project: str | None) -> dict[str, Any]:
        """What a new thing must say."""
        self._made += 1
        number = self._made
        more: dict[str, Any] = {"project": project} if project is not None else {}
        match kind:
            case "segment":
                more["transport"] = "local"
            case "port":
                more["segment"] = segment
            case "vif":
                more["mac"] = f"02:22:00:00:{number >> 8:02x}:{number & 255:02x}"
            case "subnet":
                more |= {"segment": segment, "cidr": f"22.{number >> 8}.{number & 255}.0/24"}
        return {"name": "new", **more}


class Transactions(Native):
    """REST v1: the same, each as the only command of a transaction."""

    name = "transactions"

    def list(self, role: Role, kind: str) -> Answer | None:
        return None

    def get(self, role: Role, kind: str, id: str) -> Answer | None:
        return None

    def update(self, role: Role, kind: str, id: str) -> Answer | None:
        self._made += 1
        return self._do(role, "update", kind=kind, id=id, fields={"description": f"another one, {self._made}"})

    def delete(self, role: Role, kind: str, id: str) -> Answer | None:
        return self._do(role, "delete", kind=kind, id=id)

    def create(self, role: Role, kind: str, segment: str, project: str | None) -> Answer | None:
        return self._do(role, "create", kind=kind, fields=self.fields(kind, segment, project))

    def plug(self, role: Role, port: str, vif: str) -> Answer | None:
        return self._do(role, "plug", port=port, vif=vif)

    def unplug(self, role: Role, port: str) -> Answer | None:
        return self._do(role, "unplug", port=port)

    def _do(self, role: Role, do: str, **said: Any) -> Answer | None:
        if said.get("kind", "port") not in PATHS:
            return None
        return self.ask(role, "POST", "/v1/transactions", {"commands": [{"do": do, **said}]})


class Quantum:
    """Quantum's API. A tenant's is what its project has; of what others open to it Quantum knows nothing."""

    def __init__(self, society: Society, version: str) -> None:
        self._society = society
        self._client = TestClient(build_quantum(society.net.service, identify))
        self.name = f"quantum {version}"
        self._version = version

    def ask(self, role: Role, method: str, path: str, body: Any = None, tenant: str | None = None) -> Answer:
        """Ask for anything of a tenant's; of red's where nobody says."""
        path = f"/{self._version}/tenants/{tenant or 'red'}{path}"
        headers = {"X-Auth-Token": role}
        return _answer(self._client.simulate_request(method, path, headers=headers, json=body), path, body)

    def list(self, role: Role, kind: str) -> Answer | None:
        if kind != "segment":
            return None
        answer = self.ask(role, "GET", "/networks/detail")
        return answer._replace(ids=frozenset(one["id"] for one in json.loads(answer.text)["networks"]))

    def get(self, role: Role, kind: str, id: str) -> Answer | None:
        path = self._path(kind, id)
        return self.ask(role, "GET", f"{path}/detail", tenant=self._tenant(role, kind, id)) if path else None

    def update(self, role: Role, kind: str, id: str) -> Answer | None:
        path = self._path(kind, id)
        body = {"network": {"name": "another"}} if kind == "segment" else {"port": {"state": "DOWN"}}
        return self.ask(role, "PUT", path, body, self._tenant(role, kind, id)) if path else None

    def delete(self, role: Role, kind: str, id: str) -> Answer | None:
        path = self._path(kind, id)
        return self.ask(role, "DELETE", path, tenant=self._tenant(role, kind, id)) if path else None

    def create(self, role: Role, kind: str, segment: str, project: str | None) -> Answer | None:
        if kind == "segment":
            return self.ask(role, "POST", "/networks", {"network": {"name": "new"}}, project)
        if kind == "port":
            return self.ask(role, "POST", f"/networks/{segment}/ports", None, project)
        return None

    def plug(self, role: Role, port: str, vif: str) -> Answer | None:
        path = f"{self._path('port', port)}/attachment"
        return self.ask(role, "PUT", path, {"attachment": {"id": vif}}, self._tenant(role, "port", port))

    def unplug(self, role: Role, port: str) -> Answer | None:
        path = f"{self._path('port', port)}/attachment"
        return self.ask(role, "DELETE", path, tenant=self._tenant(role, "port", port))

    def _path(self, kind: str, id: str) -> str:
        if kind == "segment":
            return f"/networks/{id}"
        if kind != "port":
            return ""
        found = self._society.net.service.network.port(id.replace(MISSING, HIDDEN))
        assert found is not None
        segment = found.segment if found.id == id else found.segment.replace(HIDDEN, MISSING)
        return f"/networks/{segment}/ports/{id}"

    def _tenant(self, role: Role, kind: str, id: str) -> str:
        """The operator asks for each thing where it is; everybody else under the own project."""
        whose = self._society.things[kind].get(id) if role == "operator" else None
        return PROJECT_BY_WHOSE[whose] if whose is not None else str(IDENTITIES["member"].project)


class Neutron:
    """Neutron's API: a network is a segment, and a port brings its VIF along, so that nothing is plugged by hand."""

    name = "neutron"
    _COLLECTIONS: ClassVar = {
        "segment": "networks",
        "port": "ports",
        "subnet": "subnets",
        "security_group": "security-groups",
        "trunk": "trunks",
    }

    def __init__(self, society: Society) -> None:
        self._client = TestClient(build_neutron(society.net.service, identify))
        self._made = 0

    def ask(self, role: Role, method: str, path: str, body: Any = None) -> Answer:
        """Ask for anything."""
        headers = {"X-Auth-Token": role}
        return _answer(self._client.simulate_request(method, path, headers=headers, json=body), path, body)

    def list(self, role: Role, kind: str) -> Answer | None:
        if kind not in self._COLLECTIONS:
            return None
        answer = self.ask(role, "GET", self._path(kind))
        found = json.loads(answer.text)[self._COLLECTIONS[kind].replace("-", "_")] if answer.status == 200 else ()
        made_for_all = {one["id"] for one in found if one["name"] == "default"}
        return answer._replace(ids=frozenset(one["id"] for one in found) - made_for_all)

    def get(self, role: Role, kind: str, id: str) -> Answer | None:
        return self.ask(role, "GET", self._path(kind, id)) if kind in self._COLLECTIONS else None

    def update(self, role: Role, kind: str, id: str) -> Answer | None:
        return self._put(role, "PUT", kind, {"description": "another one"}, id)

    def delete(self, role: Role, kind: str, id: str) -> Answer | None:
        return self.ask(role, "DELETE", self._path(kind, id)) if kind in self._COLLECTIONS else None

    def create(self, role: Role, kind: str, segment: str, project: str | None) -> Answer | None:
        self._made += 1
        more: dict[str, Any] = {"project_id": project} if project is not None else {}
        if kind in ("port", "subnet"):
            more["network_id"] = segment
        if kind == "subnet":
            more |= {"ip_version": 4, "cidr": f"23.{self._made >> 8}.{self._made & 255}.0/24"}
        answer = self._put(role, "POST", kind, {"name": "new", **more})
        if answer is not None and "other than the authenticated project" in answer.text:
            return answer._replace(status=403)  # it says 400, as Neutron does
        return answer

    def plug(self, role: Role, port: str, vif: str) -> Answer | None:
        return None

    def unplug(self, role: Role, port: str) -> Answer | None:
        return None

    def _put(self, role: Role, method: str, kind: str, fields: dict[str, Any], id: str = "") -> Answer | None:
        if kind not in self._COLLECTIONS:
            return None
        return self.ask(role, method, self._path(kind, id), {self._COLLECTIONS[kind][:-1].replace("-", "_"): fields})

    def _path(self, kind: str, id: str = "") -> str:
        return f"/v2.0/{self._COLLECTIONS[kind]}{f'/{id}' if id else ''}"


def _answer(result: Result, path: str, body: Any) -> Answer:
    said = [f"{name}: {result.headers[name]}" for name in _SAME_HEADERS if name in result.headers]
    text = _OF_THE_REQUEST.sub("", result.text)
    asked = frozenset(filter(None, re.split('[/?="]', f"{path}/{json.dumps(body)}")))
    return Answer(result.status_code, text if result.status_code < 300 else "\n".join((*said, text)), asked)
