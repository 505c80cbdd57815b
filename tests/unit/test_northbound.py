"""The API as its users see it: resources, status codes, conditions and problem documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from falcon.testing import Result, TestClient

from tests.openapi import Validating
from tests.stores import MemoryStore
from weft.apps.northbound.app import build_app
from weft.controller.adapters.sqlite_store import SqliteStore
from weft.controller.model.commands import ObserveClaim, ObserveInterfaces
from weft.controller.service import Service

TOKEN = "a-token-of-this-test"
SWITCH = {"id": "s1", "dpid": "00000000000000ff", "fabric_interfaces": ["eth1"]}
TWIN = {"id": "s2", "dpid": 2, "fabric_interfaces": ["eth/1"]}
ENDS = {"a": {"switch": "s2", "interface": "eth/1"}, "b": {"switch": "s1", "interface": "eth1"}}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    store = SqliteStore(tmp_path / "weft.db")
    yield Service(store)
    store.close()


@pytest.fixture
def api(service: Service) -> TestClient:
    return client(service)


def client(service: Service) -> TestClient:
    return Validating(build_app(service, TOKEN), headers={"Authorization": f"Bearer {TOKEN}"})


def make(api: TestClient, collection: str, **fields: Any) -> dict[str, Any]:
    """What was made; it must have been."""
    result = api.simulate_post(f"/v1/{collection}", json=fields)
    assert result.status_code == 201, result.text
    return dict(result.json)


def plugged(api: TestClient) -> None:
    """A segment ``red`` with a port ``p``, and a VIF ``v`` in it."""
    make(api, "segments", id="red", name="Red", project="a")
    make(api, "ports", id="p", name="web", segment="red")
    make(api, "vifs", id="v", mac="02:00:00:00:00:01")
    assert api.simulate_put("/v1/ports/p/vif", json={"vif": "v"}).status_code == 200


def problem(result: Result) -> tuple[int, str | None, str]:
    """Status, field and kind of a problem document, which must be whole."""
    assert result.headers["content-type"] == "application/problem+json"
    assert set(result.json) == {"type", "title", "status", "detail", "field", "rule", "remedy", "instance"}
    assert result.json["status"] == result.status_code
    assert result.json["detail"]
    return result.status_code, result.json["field"], result.json["type"].removeprefix("urn:weft:problem:")


def test_what_is_made_can_be_shown_changed_and_deleted(api: TestClient) -> None:
    made = make(api, "segments", name="Red", project="a", tags=["x"])
    path = f"/v1/segments/{made['id']}"
    shown = api.simulate_get(path)
    assert shown.json == made
    assert shown.headers["etag"] == '"1"'
    assert (made["transport"], made["mtu"], made["tags"], made["revision"]) == ("vlan", 1500, ["x"], 1)
    changed = api.simulate_patch(path, json={"mtu": 9000})
    assert changed.json == made | {"mtu": 9000, "revision": 2, "updated_at": changed.json["updated_at"]}
    assert api.simulate_get("/v1/segments").json == {"segments": [changed.json]}
    assert api.simulate_delete(path).status_code == 204
    assert problem(api.simulate_get(path)) == (404, "segment", "not-found")
    assert problem(api.simulate_delete(path)) == (404, "segment", "not-found")


def test_a_created_thing_says_where_it_is(api: TestClient) -> None:
    for switch in (SWITCH, TWIN):
        make(api, "switches", **switch)
    result = api.simulate_post("/v1/links", json=ENDS)
    assert result.headers["location"] == "/v1/links/s1%3Aeth1~s2%3Aeth%2F1"
    assert result.headers["etag"] == '"3"'
    assert api.simulate_get(result.headers["location"]).json == result.json


def test_a_switch_shows_its_datapath_id_as_switches_do(api: TestClient) -> None:
    assert make(api, "switches", **SWITCH)["dpid"] == "00000000000000ff"
    assert make(api, "switches", **TWIN)["dpid"] == "0000000000000002"
    shown = api.simulate_get("/v1/switches/s1").json
    assert (shown["connected"], shown["settled"], shown["interfaces"], shown["problems"]) == (False, False, [], [])
    for dpid in ("", "0x", "g", "1" * 17, "-1", "1_0", "٣", 1.5, True, ["1"]):
        assert problem(api.simulate_post("/v1/switches", json=SWITCH | {"dpid": dpid}))[:2] == (400, "dpid")
    assert problem(api.simulate_post("/v1/switches", json={"id": "s3", "dpid": None}))[:2] == (422, "dpid")
    assert problem(api.simulate_post("/v1/switches", json={"id": "s3", "dpid": 0}))[:2] == (422, "dpid")
    assert problem(api.simulate_post("/v1/switches", json={"id": "s3", "dpid": "0xff"}))[:2] == (409, "dpid")


def test_connected_switches_that_nobody_declared_are_listed(api: TestClient, service: Service) -> None:
    service.meet_unknown(0xABC, "192.0.2.1:40000")
    unknown = [{"dpid": "0000000000000abc", "address": "192.0.2.1:40000"}]
    assert api.simulate_get("/v1/switches").json == {"switches": [], "unknown": unknown}


def test_a_port_shows_what_is_plugged_in_and_its_status(api: TestClient) -> None:
    plugged(api)
    port = api.simulate_get("/v1/ports/p").json
    assert port["vif"] == "v"
    assert port["status"] == {"state": "DOWN", "reason": "the VIF is nowhere yet"}
    assert port["project"] == "a", "that of its segment"
    assert problem(api.simulate_delete("/v1/vifs/v")) == (409, "id", "conflict")
    assert api.simulate_put("/v1/ports/p/vif", json={"vif": "v"}).status_code == 200, "plugging twice is no harm"
    assert api.simulate_delete("/v1/ports/p/vif").status_code == 204
    assert api.simulate_get("/v1/ports/p").json["vif"] is None
    assert problem(api.simulate_delete("/v1/ports/p/vif")) == (404, "vif", "not-found")
    assert problem(api.simulate_put("/v1/ports/p/vif", json={"vif": "w"})) == (404, "vif", "not-found")


def test_a_second_mac_on_a_segment_is_refused_and_says_where_the_first_is(api: TestClient) -> None:
    plugged(api)
    make(api, "ports", id="q", name="q", segment="red")
    make(api, "vifs", id="w", mac="02-00-00-00-00-01")
    result = api.simulate_put("/v1/ports/q/vif", json={"vif": "w"})
    assert problem(result) == (409, "mac", "conflict")
    assert "port 'p'" in result.json["rule"]


def test_lists_are_filtered_exactly(api: TestClient) -> None:
    plugged(api)
    make(api, "segments", id="blue", name="Red", project="b")
    queries = {"name=web": 1, "name=we": 0, "segment=red&name=web": 1, "project=b": 0, "name=": 0, "name=a&name=web": 1}
    for query, found in queries.items():
        assert len(api.simulate_get("/v1/ports", query_string=query).json["ports"]) == found, query
    assert len(api.simulate_get("/v1/segments?name=Red").json["segments"]) == 2
    twice = "/v1/ports?limit=1&limit=2"
    for path in (twice, "/v1/ports?colour=red", "/v1/segments?segment=x", "/v1/links?name=x", "/v1/ports/p?name=x"):
        assert problem(api.simulate_get(path))[0] == 400
    assert problem(api.simulate_post("/v1/ports?name=a", json={}))[:2] == (400, "name")


@pytest.mark.parametrize("tag", ['"1"', '"x"', 'W/"3"', '"99999999999999999999999"', '"٣"', "nonsense"])
def test_a_stale_revision_changes_nothing(api: TestClient, tag: str) -> None:
    plugged(api)
    make(api, "segments", id="red2", name="x", project="a")
    before = api.simulate_get("/v1/ports/p")
    assert before.headers["etag"] == '"2"'
    condition = {"If-Match": tag.encode().decode("latin-1")}
    for result in (
        api.simulate_patch("/v1/ports/p", json={"name": "x"}, headers=condition),
        api.simulate_delete("/v1/ports/p", headers=condition),
        api.simulate_put("/v1/ports/p/vif", json={"vif": "v"}, headers=condition),
        api.simulate_delete("/v1/ports/p/vif", headers=condition),
    ):
        assert problem(result)[::2] == (412, "stale")
    assert api.simulate_get("/v1/ports/p").json == before.json


@pytest.mark.parametrize("tag", ['"2"', "*"])
def test_the_right_revision_lets_pass(api: TestClient, tag: str) -> None:
    plugged(api)
    assert api.simulate_delete("/v1/ports/p/vif", headers={"If-Match": tag}).status_code == 204
    changed = api.simulate_patch("/v1/ports/p", json={"name": "x"}, headers={"If-Match": tag})
    assert changed.json["name"] == "x"
    condition = {"If-Match": changed.headers["etag"]}
    assert problem(api.simulate_delete("/v1/ports/p", headers={"If-Match": '"5", "6"'}))[:2] == (400, "If-Match")
    assert api.simulate_delete("/v1/ports/p", headers=condition).status_code == 204


def test_a_transaction_is_done_whole(api: TestClient) -> None:
    result = api.simulate_post(
        "/v1/transactions",
        json={
            "commands": [
                {"do": "create", "kind": "segment", "fields": {"id": "red", "name": "Red", "project": "a"}},
                {"do": "create", "kind": "port", "fields": {"id": "p", "name": "p", "segment": "red"}},
                {"do": "create", "kind": "vif", "fields": {"id": "v", "mac": "02:00:00:00:00:01"}},
                {"do": "plug", "port": "p", "vif": "v"},
                {"do": "update", "kind": "port", "id": "p", "fields": {"name": "q"}, "if_revision": 1},
                {"do": "unplug", "port": "p"},
                {"do": "delete", "kind": "vif", "id": "v"},
                *({"do": "create", "kind": "switch", "fields": switch} for switch in (SWITCH, TWIN)),
                {"do": "create", "kind": "link", "fields": ENDS},
            ]
        },
    )
    assert result.status_code == 200, result.text
    assert result.json["revision"] == 1
    assert [made and made["id"] for made in result.json["results"]] == [
        *("red", "p", None, "p", "p", None, None, "s1", "s2", "s1:eth1~s2:eth/1"),
    ]
    assert result.json["results"][1]["name"] == "q", "as it is when all is done"


@pytest.mark.parametrize(
    ("command", "answer"),
    {
        "a rule": ({"do": "create", "kind": "vif", "fields": {"mac": "x"}}, (422, "commands[1].mac")),
        "a shape": ({"do": "create", "kind": "vif", "fields": {"mac": 5}}, (400, "commands[1].mac")),
        "deep": ({"do": "create", "kind": "link", "fields": {"a": {"switch": 1}}}, (400, "commands[1].a.switch")),
        "no such field": ({"do": "update", "kind": "vif", "id": "v", "fields": {"x": 5}}, (400, "commands[1].x")),
        "no such kind": ({"do": "create", "kind": "x", "fields": {}}, (400, "commands[1].kind")),
        "no such deed": ({"do": "x"}, (400, "commands[1].do")),
        "a deed that is none": ({"do": ["x"]}, (400, "commands[1].do")),
        "no object": ("plug", (400, "commands[1]")),
        "no fields": ({"do": "create", "kind": "vif"}, (400, "commands[1].fields")),
        "fields that are none": ({"do": "create", "kind": "vif", "fields": []}, (400, "commands[1]")),
        "too much": ({"do": "unplug", "port": "p", "vif": "v"}, (400, "commands[1].vif")),
        "a conflict": ({"do": "delete", "kind": "segment", "id": "red"}, (404, "commands[1].segment")),
    }.values(),
    ids=str,
)
def test_a_refused_transaction_names_the_command_and_does_nothing(
    api: TestClient, command: object, answer: tuple[int, str]
) -> None:
    good = {"do": "create", "kind": "segment", "fields": {"name": "Red", "project": "a"}}
    assert problem(api.simulate_post("/v1/transactions", json={"commands": [good, command]}))[:2] == answer
    assert api.simulate_get("/v1/segments").json == {"segments": []}
    assert api.simulate_get("/healthz").json["revision"] == 0


def test_an_empty_transaction_is_none(api: TestClient) -> None:
    for body in ({"commands": []}, {"commands": {}}, {}, {"commands": [], "x": 1}):
        assert problem(api.simulate_post("/v1/transactions", json=body))[0] == 400


def test_flows_are_told_with_their_names_and_reasons(api: TestClient, service: Service) -> None:
    make(api, "switches", **SWITCH)
    for _ in service.work():
        pass
    flows = api.simulate_get("/v1/flows?switch=s1").json["flows"]
    drop = next(flow for flow in flows if flow["table"] == "admit" and flow["priority"] == 0)
    assert drop["name"] == "admit:source-mac"
    assert drop["text"] == "table=admit priority=0 * actions=drop(admit:source-mac)"
    assert drop["reasons"]
    assert drop["cookie"].startswith("0x57")
    assert drop["cookie"] in drop["ofctl"]
    assert problem(api.simulate_get("/v1/flows"))[:2] == (400, "switch")
    assert problem(api.simulate_get("/v1/flows?switch=nobody"))[:2] == (404, "switch")


def test_what_interfaces_claim_is_told_with_what_came_of_it(api: TestClient, service: Service) -> None:
    make(api, "switches", **SWITCH)
    plugged(api)
    assert api.simulate_get("/v1/claims").json == {"claims": []}
    service.observe(ObserveInterfaces("s1", {"tap0": (1, True), "tap1": (2, True)}))
    make(api, "ports", id="q", name="q", segment="red")
    service.observe(ObserveClaim("s1", "tap0", "q", "02:00:00:00:00:07", device="vm7"))
    service.observe(ObserveClaim("s1", "tap1", "p", "02:00:00:00:00:02"))
    granted, refused = api.simulate_get("/v1/claims").json["claims"]
    assert (granted["switch"], granted["interface"], granted["device"]) == ("s1", "tap0", "vm7")
    assert (granted["port"], granted["outcome"]) == ("q", "granted")
    assert (refused["interface"], refused["outcome"], refused["field"]) == ("tap1", "refused", "port")
    assert refused["rule"] == "port 'p' has VIF 'v' in it"
    found_vif = api.simulate_get("/v1/vifs/q").json
    assert (found_vif["origin"], found_vif["mac"], found_vif["interface"]) == ("discovered", granted["mac"], "tap0")
    for query, found in {"outcome=refused": 1, "port=p": 1, "port=x": 0, "switch=s1&interface=tap0": 1}.items():
        assert len(api.simulate_get("/v1/claims", query_string=query).json["claims"]) == found, query
    assert problem(api.simulate_get("/v1/claims?mac=x"))[:2] == (400, "mac")
    assert problem(api.simulate_post("/v1/claims", json={})) == (405, None, "method-not-allowed")
    assert problem(api.simulate_post("/v1/transactions", json={"commands": [{"do": "observe"}]}))[0] == 400


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", f"Bearer x{TOKEN}", "Bearer \xe9\xff"],
)
@pytest.mark.parametrize("path", ["/v1/ports", "/v1/ports/x", "/v1/flows?x=y", "/nowhere", "/", "/healthz/"])
def test_nothing_is_open(service: Service, path: str, header: str | None) -> None:
    stranger = Validating(build_app(service, TOKEN), headers=None if header is None else {"Authorization": header})
    for method in ("GET", "POST", "DELETE", "OPTIONS", "HEAD"):
        result = stranger.simulate_request(method, path)
        assert result.status_code == 401
        assert result.headers["www-authenticate"].startswith("Bearer")


def test_only_the_health_is_public(service: Service) -> None:
    assert Validating(build_app(service, TOKEN)).simulate_get("/healthz").json == {"status": "ok", "revision": 0}


def test_what_is_not_there_is_a_problem_document_too(api: TestClient) -> None:
    assert problem(api.simulate_get("/v1/nowhere")) == (404, None, "not-found")
    assert problem(api.simulate_get("/v1/ports/a/b/c")) == (404, None, "not-found")
    assert api.simulate_get("/v1/prots").json["detail"] == "there is no such path"
    assert "/v1/docs" in api.simulate_get("/").json["remedy"]
    result = api.simulate_put("/v1/ports", json={})
    assert problem(result) == (405, None, "method-not-allowed")
    assert result.headers["allow"] == "GET, POST, OPTIONS"


def test_a_store_that_takes_nothing_is_said_and_nothing_has_changed() -> None:
    store = MemoryStore()
    api = client(Service(store))
    store.full = True
    result = api.simulate_post("/v1/segments", json={"name": "Red", "project": "a"})
    assert problem(result) == (503, None, "service-unavailable")
    assert "the disk is full" in result.json["detail"]
    assert api.simulate_get("/v1/segments").json == {"segments": []}


def test_a_mistake_of_ours_shows_nobody_our_insides(capsys: pytest.CaptureFixture[str]) -> None:
    store = MemoryStore()
    api = client(Service(store))
    del store.facts
    result = api.simulate_post("/v1/segments", json={"name": "Red", "project": "a"})
    assert problem(result) == (500, None, "internal-server-error")
    assert "facts" not in result.text
    assert "AttributeError" in capsys.readouterr().out, "the log says it"
