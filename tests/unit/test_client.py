"""The client of the API, against the API: every operation has a method, and every answer is what the method says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.openapi import document, operation_at
from tests.stores import MemoryStore
from weft.apps.client import Client, NotActive, Problem
from weft.apps.client.things import AnyThings
from weft.apps.northbound.app import build_app
from weft.apps.northbound.paths import COLLECTIONS, PATHS
from weft.controller.service import Service

TOKEN = "a-token-of-this-test"
NOT_ASKED_FOR = {"show_docs", "watch"}  # a page for people; and what needs a real server, as test_watch has it


class Recording(httpx.WSGITransport):
    """The API without a socket, and the requests that it got."""

    def __init__(self, app: Any) -> None:
        super().__init__(app=lambda environ, start: app(environ | {"RAW_PATH_INFO": self.path}, start))
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return super().handle_request(request)

    @property
    def path(self) -> str:
        """The path of the request as it was written, which a real server tells."""
        return self.requests[-1].url.raw_path.decode().partition("?")[0]

    def operations(self) -> Iterator[tuple[dict[str, Any], httpx.Request]]:
        """What the document says of each request."""
        for request in self.requests:
            operation = operation_at(request.method, request.url.raw_path.decode().partition("?")[0])
            assert operation is not None, f"{request.method} {request.url} is not described"
            yield operation, request


@pytest.fixture
def wire() -> Recording:
    return Recording(build_app(Service(MemoryStore()), TOKEN))


@pytest.fixture
def weft(wire: Recording) -> Iterator[Client]:
    with Client("http://weft", TOKEN, transport=wire) as client:
        yield client


def everything(weft: Client) -> None:
    """Call every method, each where it makes sense."""
    weft.segments.create({"id": "red", "name": "Red", "project": "a"}, key="first")
    with pytest.raises(NotActive, match="compiled"):
        weft.segments.create_all([{"id": name, "name": name, "project": "a"} for name in "xyz"], wait=0.01)
    weft.subnets.create({"id": "n", "segment": "red", "cidr": "10.0.0.0/24"})
    weft.quotas.create({"id": "a", "limits": [{"kind": "port", "most": 5}]})
    weft.ports.create({"id": "p", "name": "p", "segment": "red"})
    weft.security_groups.create({"id": "g", "project": "a", "rules": [{"id": "r", "direction": "ingress"}]})
    weft.trunks.create({"id": "t", "port": "p"})
    weft.vifs.create({"id": "v", "mac": "02:00:00:00:00:01"})
    weft.plug("p", "v")
    weft.unplug("p", key="second")
    for name, other, dpid in (("s1", "s2", "1"), ("s2", "s1", "2")):
        weft.switches.create({"id": name, "dpid": dpid, "fabric_interfaces": [other]})
    weft.links.create({"a": {"switch": "s1", "interface": "s2"}, "b": {"switch": "s2", "interface": "s1"}})
    for kind in PATHS:
        with_each_thing(weft.things(kind))
    weft.transaction([{"do": "delete", "kind": "segment", "id": "x"}], key="third")
    assert weft.audit_log(limit=1, outcome="done").items[0]["action"] == "delete"
    weft.audit("s1")
    made = weft.create_token({"user": "u", "project": "a", "roles": ["reader"]})
    assert weft.token(made["id"]) == weft.tokens()[0]
    weft.revoke_token(made["id"])
    weft.unknown_switches()
    weft.flows("s1")
    weft.claims(port="p")
    with pytest.raises(Problem, match="counted nowhere"):
        weft.counters("p")
    weft.drops(5)
    with pytest.raises(Problem, match="is not simulated"):
        weft.simulate_frame({"switch": "s1", "interface": "e1", "frame": "00"})
    weft.doctor()
    assert weft.extensions() == []
    with pytest.raises(Problem, match="no extension"):
        weft.extension("qos")
    assert [weft.plugin(one["name"]) for one in weft.plugins()] == weft.plugins()
    assert [one["name"] for one in weft.shadows()] == ["core"]
    assert weft.promote_shadow("core", key="fourth") == weft.shadow("core")
    weft.shadow_difference("core", flows=1, frames=1)
    weft.health()
    weft.openapi()
    for kind in ("trunk", "security_group", "quota", "subnet", "link", "switch", "vif", "port", "segment"):
        for thing in weft.list(kind):
            weft.delete(kind, thing["id"])


def with_each_thing(things: AnyThings) -> None:
    """Call every method that things of each kind have."""
    one = next(things.each())["id"]
    assert [entry["what"] for entry in things.history(one)][-1] == "created"
    things.page(limit=1, sort=["-id"], fields=["id"], id=[one])
    shown = things.show(one)
    things.update(one, {}, shown["revision"])
    if "tags" in shown:
        assert things.set_tags(one, ["a", "b c/d"]) == ["a", "b c/d"]
        assert things.add_tag(one, "e/f?") == ["a", "b c/d", "e/f?"]
        assert things.remove_tag(one, "b c/d") == ["a", "e/f?"]
        assert things.tags(one) == ["a", "e/f?"]


def test_every_operation_has_a_method(weft: Client, wire: Recording) -> None:
    everything(weft)
    asked = {operation["operationId"] for operation, _ in wire.operations()}
    described = {o["operationId"] for path in document()["paths"].values() for o in path.values() if "operationId" in o}
    assert described - asked == NOT_ASKED_FOR


def test_every_parameter_that_a_method_gives_is_described(weft: Client, wire: Recording) -> None:
    everything(weft)
    given: dict[str, set[str]] = {}
    for operation, request in wire.operations():
        known = {parameter.get("name") for parameter in operation["parameters"]}
        ours = {name for name in ("If-Match", "Idempotency-Key") if name in request.headers}
        assert set(request.url.params) | ours <= known, f"{request.method} {request.url}"
        given.setdefault(operation["operationId"], set()).update(request.url.params, ours)
    assert given["list_ports"] == {"limit", "sort", "fields", "id"}
    assert {"wait", "timeout", "Idempotency-Key"} <= given["create_segment"]


def test_each_kind_is_an_attribute(weft: Client) -> None:
    assert [name for name in COLLECTIONS.values() if not hasattr(weft, name)] == []


def test_a_list_is_all_of_its_pages(weft: Client, wire: Recording) -> None:
    weft.segments.create_all([{"name": f"n{number}", "project": "a"} for number in range(7)])
    first = weft.segments.page(limit=3, sort=["name"])
    second = weft.segments.page(limit=3, sort=["name"], marker=first.marker)
    assert [segment["name"] for segment in (*first.items, *second.items)] == [f"n{number}" for number in range(6)]
    assert len({segment["id"] for segment in weft.segments.each()}) == 7


def test_a_problem_says_all_that_its_document_says(weft: Client) -> None:
    with pytest.raises(Problem) as raised:
        weft.segments.create({"id": "red", "name": "Red", "project": "a", "mtu": 5})
    problem = raised.value
    assert (problem.status, problem.field, problem.type) == (422, "mtu", "urn:weft:problem:malformed")
    assert problem.rule in problem.detail
    assert str(problem.instance).startswith("urn:weft:request:")
