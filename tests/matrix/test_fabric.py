"""The fabric is the operators': of switches, links and what passes over them a project hears nothing but its own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.matrix.apis import Native
from tests.matrix.oracle import ROLES, Outcome, Role, expected, has
from tests.matrix.society import PLACES, Society, secrets_in
from weft.controller.model.commands import Create, ObserveClaim

MADE: dict[str, tuple[str, dict[str, Any]]] = {
    "switch": ("hush-s3", {"id": "hush-s3", "dpid": 3}),
    "link": ("hush-s1:g~hush-s2:g", {"a": ("hush-s1", "g"), "b": ("hush-s2", "g")}),
}
ASKED: list[tuple[str, str, dict[str, Any] | None, str]] = [
    ("POST", "/v1/audits", {"switch": "hush-s1"}, "audit_switch"),
]


@pytest.fixture
def society() -> Society:
    """Two switches that are joined, with a claim that was refused."""
    society = Society()
    cables = {"fabric_interfaces": ("f", "g")}
    society.net.service.submit(
        [
            *(Create("switch", {"id": f"hush-s{n}", "dpid": n, **cables}) for n in (1, 2)),
            Create("link", {"a": ("hush-s1", "f"), "b": ("hush-s2", "f")}),
        ]
    )
    society.net.service.observe(ObserveClaim("hush-s1", "hush-tap", "hush-port", "02:66:00:00:00:01"))
    return society


def hold(complaints: list[str], what: str, api: Native, role: Role, wanted: Outcome, *asked: Any) -> str:
    """Ask, and complain where the answer is another than it should be, or tells too much."""
    answer = api.ask(role, *asked)
    if answer.outcome != wanted:
        complaints.append(f"{role} {what}: {answer.outcome}, and not {wanted}")
    if role != "operator" and (secrets := secrets_in(answer.text, answer.asked)):
        complaints.append(f"{role} {what}: it tells of {secrets}: {answer.text[:300]}")
    return answer.text


@pytest.mark.parametrize("role", ROLES)
def test_switches_and_links_are_the_operators(society: Society, role: Role) -> None:
    api, complaints = Native(society), list[str]()
    for kind, (id, fields) in MADE.items():
        path = f"/v1/{kind}{'es' if kind == 'switch' else 's'}"
        text = hold(complaints, f"list {kind}", api, role, "allowed", "GET", path)
        assert ("hush-s1" in text) == (role == "operator")
        may: Outcome = "allowed" if has(f"create_{kind}", role, "hidden") else "forbidden"
        body = {k: {"switch": v[0], "interface": v[1]} if isinstance(v, tuple) else v for k, v in fields.items()}
        hold(complaints, f"make {kind}", api, role, may, "POST", path, body)
        if role != "operator":
            society.net.service.submit([Create(kind, fields)])
        for method, change in (
            ("GET", None),
            ("PATCH", {"admin_up": False} if kind == "link" else {"tags": ["x"]}),
            ("DELETE", None),
        ):
            verb = {"GET": "get", "PATCH": "update", "DELETE": "delete"}[method]
            wanted = expected(f"get_{kind}", f"{verb}_{kind}", role, "hidden")
            hold(complaints, f"{verb} {kind}", api, role, wanted, method, f"{path}/{id}", change)
    assert complaints == []


@pytest.mark.parametrize("role", ROLES)
def test_what_switches_say_and_count_is_for_operators(society: Society, role: Role) -> None:
    api, complaints = Native(society), list[str]()
    for method, path, body, right in ASKED:
        wanted: Outcome = "allowed" if has(right, role, "hidden") else "forbidden"
        hold(complaints, right, api, role, wanted, method, path, body)
    for path in ("/v1/drops", "/v1/doctor"):  # which tell everybody of their own ports
        hold(complaints, path, api, role, "allowed", "GET", path)
    flows = expected("get_switch", "get_flows", role, "hidden")
    hold(complaints, "flows", api, role, flows, "GET", "/v1/flows?switch=hush-s1")
    text = hold(complaints, "claims", api, role, "allowed", "GET", "/v1/claims")
    assert ("hush-port" in text) == (role == "operator")
    assert complaints == []


@pytest.mark.parametrize("role", ROLES)
def test_a_ports_counters_are_its_projects(society: Society, role: Role) -> None:
    api, complaints = Native(society), list[str]()
    for place in PLACES:
        if place.kind == "port":
            port = society.make(place)
            answer = api.ask(role, "GET", f"/v1/ports/{port}/counters")
            outcome = "allowed" if answer.status == 409 else answer.outcome  # there is nothing in it
            wanted = expected("get_port", "get_counters", role, place.whose)
            if outcome != wanted or (role != "operator" and secrets_in(answer.text, answer.asked)):
                complaints.append(f"{role} counters of {place}: {outcome}, and not {wanted}: {answer.text}")
    assert complaints == []
