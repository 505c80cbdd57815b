"""A request with an Idempotency-Key is done once, however often it is sent, and also when the answer was lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from falcon.testing import TestClient

from tests.openapi import Validating
from weft.apps.northbound.app import build_app
from weft.controller.adapters.sqlite_store import SqliteStore
from weft.controller.service import Service

SEGMENT = {"name": "Red", "project": "a"}


def started(path: Path) -> tuple[TestClient, SqliteStore]:
    store = SqliteStore(path)
    return Validating(build_app(Service(store), "token"), headers={"Authorization": "Bearer token"}), store


@pytest.fixture
def api(tmp_path: Path) -> TestClient:
    return started(tmp_path / "weft.db")[0]


def keyed(key: str, **more: str) -> dict[str, str]:
    return {"Idempotency-Key": key, **more}


def test_the_same_request_is_answered_again_and_done_once(api: TestClient) -> None:
    first = api.simulate_post("/v1/segments", json=SEGMENT, headers=keyed("k"))
    again = api.simulate_post("/v1/segments", json=SEGMENT, headers=keyed("k"))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert [again.headers[name] for name in ("etag", "location")] == [first.headers[n] for n in ("etag", "location")]
    assert again.headers["idempotent-replayed"] == "true"
    assert len(api.simulate_get("/v1/segments").json["segments"]) == 1


def test_the_answer_is_that_of_then(api: TestClient) -> None:
    first = api.simulate_post("/v1/segments", json=SEGMENT, headers=keyed("k"))
    path = first.headers["location"]
    assert api.simulate_patch(path, json={"mtu": 9000}).status_code == 200
    assert api.simulate_post("/v1/segments", json=SEGMENT, headers=keyed("k")).json == first.json
    assert api.simulate_delete(path).status_code == 204
    assert api.simulate_post("/v1/segments", json=SEGMENT, headers=keyed("k")).json == first.json
    assert api.simulate_get("/v1/segments").json["segments"] == []


def test_what_is_told_again_is_not_what_others_have_made_of_it(api: TestClient) -> None:
    """The answer is that of then; what is known of a port now is told of one that is still there and in sight."""

    def ask(project: str, method: str, path: str, body: Any = None, key: str = "") -> Any:
        headers = {"Weft-Act-As": f"project={project}"} | (keyed(key) if key else {})
        return api.simulate_request(method, path, json=body, headers=headers).json

    for project, mac in (("a", "02:00:00:00:00:01"), ("b", "02:00:00:00:00:02")):
        ask(project, "POST", "/v1/segments", {"id": project, "name": "n"})
        ask(project, "POST", "/v1/vifs", {"id": f"of-{project}", "mac": mac})
    mine = {"id": "again", "name": "n", "segment": "a"}
    first = ask("a", "POST", "/v1/ports", mine, "1")
    api.simulate_delete("/v1/ports/again")
    ask("b", "POST", "/v1/ports", mine | {"segment": "b"})
    ask("b", "PUT", "/v1/ports/again/vif", {"vif": "of-b"})
    gone = {"state": "DOWN", "reason": "the port has been deleted"}
    assert ask("a", "POST", "/v1/ports", mine, "1") == first | {"status": gone}

    ask("b", "POST", "/v1/ports", {"id": "open", "name": "n", "segment": "b", "connect": ["project:a", "project:c"]})
    plugged = ask("a", "PUT", "/v1/ports/open/vif", {"vif": "of-a"}, "2")
    assert plugged["connect"] == ["project:a"]
    assert ask("a", "PUT", "/v1/ports/open/vif", {"vif": "of-a"}, "2") == plugged
    ask("b", "DELETE", "/v1/ports/open/vif")
    ask("b", "PATCH", "/v1/ports/open", {"connect": ["project:c"]})
    assert ask("a", "PUT", "/v1/ports/open/vif", {"vif": "of-a"}, "2") == plugged | {"vif": None, "status": gone}


def test_every_way_of_writing_takes_a_key(api: TestClient) -> None:
    made = api.simulate_post("/v1/segments", json=[{**SEGMENT, "id": "s"}], headers=keyed("1"))
    sent: list[tuple[str, str, Any]] = [
        ("POST", "/v1/segments", [{**SEGMENT, "id": "s"}]),
        ("PATCH", "/v1/segments/s", {"mtu": 9000}),
        ("PUT", "/v1/segments/s/tags", {"tags": ["x"]}),
        ("PUT", "/v1/segments/s/tags/y", None),
        ("POST", "/v1/transactions", {"commands": [{"do": "delete", "kind": "segment", "id": "s"}]}),
        ("DELETE", "/v1/segments/s", None),
    ]
    answers = []
    for number, (method, path, body) in enumerate(sent[:-1], 1):
        answers.append(api.simulate_request(method, path, json=body, headers=keyed(str(number))))
    head = api.simulate_get("/healthz").json["revision"]
    for number, (method, path, body) in enumerate(sent[:-1], 1):
        again = api.simulate_request(method, path, json=body, headers=keyed(str(number)))
        assert (again.status_code, again.content) == (answers[number - 1].status_code, answers[number - 1].content)
    assert api.simulate_get("/healthz").json["revision"] == head
    assert made.json == answers[0].json
    method, path, _ = sent[-1]
    assert api.simulate_request(method, path, headers=keyed("last")).status_code == 404


def test_a_key_is_good_for_one_request(api: TestClient) -> None:
    assert api.simulate_post("/v1/segments", json=SEGMENT, headers=keyed("k")).status_code == 201
    others: list[tuple[str, str, Any, dict[str, str]]] = [
        ("POST", "/v1/segments", {**SEGMENT, "mtu": 9000}, {}),
        ("POST", "/v1/switches", SEGMENT, {}),
    ]
    for method, path, body, headers in others:
        result = api.simulate_request(method, path, json=body, headers=keyed("k", **headers))
        assert (result.status_code, result.json["field"]) == (422, "Idempotency-Key")
        assert result.json["remedy"]


def test_a_key_of_somebody_else_is_another_key(api: TestClient) -> None:
    for number in range(3):
        headers = keyed("k", **{"Weft-Act-As": f"project=p{number}"})
        assert api.simulate_post("/v1/segments", json={"name": "n"}, headers=headers).json["project"] == f"p{number}"


def test_what_was_refused_is_tried_again(api: TestClient) -> None:
    body = {"id": "p", "name": "p", "segment": "s"}
    assert api.simulate_post("/v1/ports", json=body, headers=keyed("k")).status_code == 404
    assert api.simulate_post("/v1/segments", json={**SEGMENT, "id": "s"}).status_code == 201
    assert api.simulate_post("/v1/ports", json=body, headers=keyed("k")).status_code == 201


def test_it_is_known_after_a_restart(tmp_path: Path) -> None:
    api, store = started(tmp_path / "weft.db")
    first = api.simulate_post("/v1/segments", json=SEGMENT, headers=keyed("k"))
    store.close()
    api, _ = started(tmp_path / "weft.db")
    assert api.simulate_post("/v1/segments", json=SEGMENT, headers=keyed("k")).json == first.json
    assert len(api.simulate_get("/v1/segments").json["segments"]) == 1


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_a_key_that_is_none_is_refused(api: TestClient, key: str) -> None:
    headers = keyed(key.encode().decode("latin-1"))
    result = api.simulate_post("/v1/segments", json=SEGMENT, headers=headers)
    assert (result.status_code, result.json["field"]) == (400, "Idempotency-Key")


def test_the_history_of_a_thing_says_who_changed_what(api: TestClient) -> None:
    def entries(path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = api.simulate_get(path).json["history"]
        return found

    assert api.simulate_post("/v1/segments", json={**SEGMENT, "id": "s"}).status_code == 201
    assert api.simulate_post("/v1/ports", json={"id": "p", "name": "p", "segment": "s"}).status_code == 201
    assert api.simulate_post("/v1/vifs", json={"id": "v", "mac": "02:00:00:00:00:01"}).status_code == 201
    api.simulate_put("/v1/ports/p/vif", json={"vif": "v"})
    api.simulate_patch("/v1/ports/p", json={"name": "q"})
    api.simulate_delete("/v1/ports/p/vif")
    api.simulate_delete("/v1/ports/p")
    deleted, unplugged, renamed, plugged, made = entries("/v1/ports/p/history")
    assert [e["what"] for e in (deleted, unplugged, renamed, plugged, made)] == [
        *("deleted", "updated", "updated", "updated", "created"),
    ]
    assert renamed["changes"] == [{"field": "name", "before": "p", "after": "q"}]
    assert plugged["changes"] == [{"field": "vif", "before": None, "after": "v"}]
    assert unplugged["changes"] == [{"field": "vif", "before": "v", "after": None}]
    assert {"field": "segment", "before": None, "after": "s"} in made["changes"]
    assert (renamed["user"], renamed["revision"]) == ("operator", 5)
    page = api.simulate_get("/v1/ports/p/history?limit=2").json
    assert page["history"] == [deleted, unplugged]
    assert entries(page["next"]) == [renamed, plugged]
    hidden = api.simulate_get("/v1/ports/p/history", headers={"Weft-Act-As": "project=other"})
    assert (hidden.status_code, hidden.json["field"]) == (404, "port")
    assert api.simulate_get("/v1/ports/nobody/history").status_code == 404


def test_the_audit_log_says_who_asked_from_where_and_what_came_of_it(api: TestClient) -> None:
    named = {"X-Request-Id": "mine-1"}
    made = api.simulate_post("/v1/segments", json={**SEGMENT, "id": "s"}, headers=named)
    assert made.headers["x-request-id"] == "mine-1"
    api.simulate_delete("/v1/segments/s", headers={"Weft-Act-As": "project=b"})
    refusal, done = api.simulate_get("/v1/audit-log").json["records"]
    assert (refusal["project"], refusal["action"], refusal["outcome"]) == ("b", "delete", "not-found")
    assert (done["user"], done["action"], done["kind"], done["id"], done["outcome"], done["revision"]) == (
        *("operator", "create", "segment", "s", "done", 1),
    )
    assert done["origin"] == "127.0.0.1 mine-1"
    assert api.simulate_get("/v1/audit-log?outcome=done").json["records"] == [done]
    first = api.simulate_get("/v1/audit-log?limit=1").json
    assert first["records"] == [refusal]
    assert api.simulate_get(first["next"]).json["records"] == [done]
    assert api.simulate_get("/v1/audit-log", headers={"Weft-Act-As": "project=b"}).status_code == 403
