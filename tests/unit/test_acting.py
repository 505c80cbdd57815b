"""``Weft-Act-As``: an operator may act as a project with roles, for one request, and nobody else may."""

from __future__ import annotations

import time
from typing import Any

import pytest
from falcon.testing import Result, TestClient

from tests.openapi import Validating
from tests.stores import MemoryStore
from weft.apps.client import acting_as
from weft.apps.identity.identity import Identity, Presented
from weft.apps.northbound.acting import caller
from weft.apps.northbound.app import build_app
from weft.apps.northbound.problems import Problem
from weft.controller.model.policy import BUILTIN, Target
from weft.controller.model.rights import Caller
from weft.controller.service import Service

TOKEN = {"Authorization": "Bearer token"}
BLUE = TOKEN | {"Weft-Act-As": "project=blue"}
OPERATOR = Identity("root", None, frozenset({"operator"}), True, "root's")
MEMBER = Identity("ann", "blue", frozenset({"member"}), False, "ann's")


@pytest.fixture
def api() -> TestClient:
    """The segment ``red`` of project red, with the ports ``p`` (the owner's) and ``q`` (the role tester's)."""
    api = Validating(build_app(Service(MemoryStore()), "token"))
    post(api, "segments", TOKEN, id="red", name="red", project="red")
    post(api, "ports", TOKEN, id="p", name="p", segment="red")
    post(api, "ports", TOKEN, id="q", name="q", segment="red", connect=["role:tester"])
    post(api, "vifs", TOKEN, id="v", mac="02:00:00:00:00:01", project="blue")
    return api


def post(api: TestClient, collection: str, headers: dict[str, str], **fields: Any) -> None:
    result = api.simulate_post(f"/v1/{collection}", json=fields, headers=headers)
    assert result.status_code == 201, result.text


def plug(api: TestClient, port: str, acting: str | None) -> Result:
    headers = TOKEN if acting is None else TOKEN | {"Weft-Act-As": acting}
    return api.simulate_put(f"/v1/ports/{port}/vif", json={"vif": "v"}, headers=headers)


def test_without_the_header_the_operator_acts_and_brings_the_time() -> None:
    acting = caller(OPERATOR, None, 7)
    assert (acting.project, acting.roles, acting.operator, acting.at) == (None, {"operator"}, True, 7)


def test_whoever_is_no_operator_acts_as_itself_and_as_nobody_else() -> None:
    acting = caller(MEMBER, None, 7)
    assert (acting.project, acting.roles, acting.operator, acting.at) == ("blue", {"member"}, False, 7)
    for said in ("project=red", "project=blue", "project=red; role=operator"):
        with pytest.raises(Problem) as problem:
            caller(MEMBER, said, 7)
        assert (problem.value.status_code, problem.value.field) == (403, "Weft-Act-As")


class Lenient:
    """A policy that lets everybody act as somebody else."""

    def allows(self, rule: str, target: Target, caller: Caller) -> bool:
        return rule == "act_as" or BUILTIN.allows(rule, target, caller)

    def customized(self, rule: str) -> bool:
        return rule == "act_as"


def test_who_may_act_as_others_by_a_policy_becomes_no_operator() -> None:
    acting = caller(MEMBER, "project=red; role=tester", 7, "10.0.0.1", Lenient())
    assert (acting.project, acting.roles, acting.operator) == ("red", {"tester", "member"}, False)
    assert (acting.user, acting.origin) == ("ann", "10.0.0.1"), "the record says who it was all the same"
    with pytest.raises(Problem) as problem:
        caller(MEMBER, "project=red; role=operator", 7, "", Lenient())
    assert problem.value.status_code == 403


def test_over_http_as_well() -> None:
    def identify(presented: Presented) -> Identity:
        return OPERATOR if presented.token == "root" else MEMBER

    api = Validating(build_app(Service(MemoryStore()), identify))
    for token, status in (("root", 200), ("ann", 403)):
        result = api.simulate_get("/v1/ports", headers={"X-Auth-Token": token, "Weft-Act-As": "project=blue"})
        assert result.status_code == status


@pytest.mark.parametrize(
    ("project", "roles"),
    [("blue", ()), ("blue", ("tester",)), ("blue", ("b", "a", "b")), ("a;b, =%c", ("é ü", "project=red")), ("\t", ())],
)
def test_what_a_client_says_is_what_is_heard(project: str, roles: tuple[str, ...]) -> None:
    heard = caller(OPERATOR, acting_as(project, roles), 7)
    assert (heard.project, heard.roles - {"member"}, heard.operator, heard.at) == (project, frozenset(roles), False, 7)


@pytest.mark.parametrize(
    ("roles", "held"),
    [((), {"member"}), (("tester",), {"tester", "member"}), (("reader",), {"reader"}), (("operator",), {"operator"})],
)
def test_a_project_without_a_base_role_is_a_member(roles: tuple[str, ...], held: set[str]) -> None:
    assert caller(OPERATOR, acting_as("blue", roles), 7).roles == held


@pytest.mark.parametrize(
    "said", ["project=blue;role=a;role=b", " role=b ;\tproject=blue; role=a", "project=b%6Cue;role=b;role=a"]
)
def test_spaces_and_order_do_not_matter(said: str) -> None:
    heard = caller(OPERATOR, said, 7)
    assert (heard.project, heard.roles) == ("blue", {"a", "b", "member"})


MALFORMED = [
    *("", " ", ";", "blue", "project", "project=", "project= ", "project =blue", "Project=blue", "role=tester"),
    *("project=blue;", "project=blue;;role=a", "project=blue; project=red", "project=blue; project=blue"),
    *("project=blue, project=red", "project=blue,role=a", "project=a b", "project=blue; operator=true"),
    *("project=bl%zzue", "project=%", "project=%c3", "project=caf\xe9", "project=a\x7f", "role=; project=a"),
]


@pytest.mark.parametrize("said", MALFORMED)
def test_a_malformed_header_is_refused_and_named(said: str) -> None:
    with pytest.raises(Problem) as problem:
        caller(OPERATOR, said, 7)
    assert (problem.value.status_code, problem.value.field) == (400, "Weft-Act-As")
    assert "must be like project=NAME; role=NAME" in problem.value.rule


@pytest.mark.parametrize("path", ["/v1/ports", "/v1/ports/p", "/v1/claims", "/v1/nowhere", "/healthz"])
def test_it_is_refused_wherever_it_is_sent(api: TestClient, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        result = api.simulate_request(method, path, headers=TOKEN | {"Weft-Act-As": "blue"})
        assert (result.status_code, result.json["field"]) == (400, "Weft-Act-As")


def test_a_header_that_is_sent_twice_is_refused(api: TestClient) -> None:
    twice = [*TOKEN.items(), ("Weft-Act-As", "project=blue"), ("weft-act-as", "project=blue")]
    result = api.simulate_get("/v1/ports", headers=twice)
    assert (result.status_code, result.json["field"]) == (400, "Weft-Act-As")


def test_it_is_no_token(api: TestClient) -> None:
    assert api.simulate_get("/v1/ports", headers={"Weft-Act-As": "project=blue"}).status_code == 401


def test_a_project_does_less_than_the_operator(api: TestClient) -> None:
    assert plug(api, "p", "project=blue").status_code == 404
    assert plug(api, "p", "project=red").status_code == 404, "the port is red's, and the VIF is not"
    assert plug(api, "p", None).status_code == 200


def test_roles_count(api: TestClient) -> None:
    assert plug(api, "q", "project=blue; role=admin").status_code == 404
    assert plug(api, "q", "project=blue; role=reader; role=tester").status_code == 403, "it sees the port"
    assert plug(api, "q", "project=blue; role=admin; role=tester").status_code == 200


def test_what_is_forbidden_is_a_problem_like_others(api: TestClient) -> None:
    document = plug(api, "q", "project=blue; role=reader; role=tester").json
    assert (document["type"], document["title"], document["status"]) == ("urn:weft:problem:forbidden", "Forbidden", 403)
    assert document["detail"] == f"{document['field']}: {document['rule']}"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/segments", {"name": "s", "project": "red"}, 403),
        ("POST", "/v1/switches", {"id": "s1", "dpid": 1}, 403),
        ("POST", "/v1/audits", {"switch": "s1"}, 403),
        ("PATCH", "/v1/ports/p", {"name": "mine"}, 404),
        ("PATCH", "/v1/segments/red", {"mtu": 9000}, 404),
        ("DELETE", "/v1/ports/p", None, 404),
        ("PUT", "/v1/ports/p/vif", {"vif": "v"}, 404),
        ("POST", "/v1/transactions", {"commands": [{"do": "delete", "kind": "port", "id": "p"}]}, 404),
    ],
    ids=str,
)
def test_every_way_to_change_something_asks_who_acts(
    api: TestClient, method: str, path: str, body: object, status: int
) -> None:
    before = {path: api.simulate_get(path, headers=TOKEN).json for path in ("/v1/ports", "/v1/segments", "/v1/vifs")}
    assert api.simulate_request(method, path, json=body, headers=BLUE).status_code == status
    for collection, shown in before.items():
        assert api.simulate_get(collection, headers=TOKEN).json == shown


def test_taking_a_vif_out_asks_who_acts_as_well(api: TestClient) -> None:
    assert plug(api, "q", None).status_code == 200
    green = TOKEN | {"Weft-Act-As": "project=green"}
    assert api.simulate_delete("/v1/ports/q/vif", headers=green).status_code == 404
    assert api.simulate_delete("/v1/ports/q/vif", headers=BLUE).status_code == 204, "the VIF is blue's"


def test_a_project_does_what_is_its_own(api: TestClient) -> None:
    post(api, "segments", BLUE, id="sea", name="sea", project="blue")
    post(api, "ports", BLUE, id="b", name="b", segment="sea")
    post(api, "vifs", BLUE, id="w", mac="02:00:00:00:00:02", project="blue")
    assert api.simulate_put("/v1/ports/b/vif", json={"vif": "w"}, headers=BLUE).status_code == 200
    assert api.simulate_patch("/v1/ports/b", json={"max_rate": 100}, headers=BLUE).status_code == 200
    for path in ("ports/b/vif", "ports/b", "vifs/w", "segments/sea"):
        assert api.simulate_delete(f"/v1/{path}", headers=BLUE).status_code == 204


@pytest.mark.parametrize(("expires", "status"), [(-5, 404), (60, 200)])
def test_the_time_is_that_of_the_request(api: TestClient, expires: int, status: int) -> None:
    offer = {"to": "project:blue", "vif_kind": "veth", "expires": int(time.time()) + expires}
    assert api.simulate_patch("/v1/ports/p", json={"offer": offer}, headers=TOKEN).status_code == 200
    assert plug(api, "p", "project=blue").status_code == status
    shown = api.simulate_get("/v1/ports/p", headers=TOKEN).json
    assert (shown["offer"], shown["bound_vif"]) == ((None, "v") if status == 200 else (offer, None))


def test_what_a_project_makes_is_its_own_where_it_does_not_say(api: TestClient) -> None:
    assert api.simulate_patch("/v1/segments/red", json={"shared_with": ["blue"]}, headers=TOKEN).status_code == 200
    post(api, "ports", BLUE, id="lent", name="lent", segment="red")
    post(api, "vifs", BLUE, id="w", mac="02:00:00:00:00:02")
    for path in ("/v1/ports/lent", "/v1/vifs/w"):
        assert api.simulate_get(path, headers=TOKEN).json["project"] == "blue"
