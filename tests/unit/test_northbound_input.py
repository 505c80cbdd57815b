"""Whatever is sent, the answer is a problem document that says what is wrong with it; never a 5xx."""

from __future__ import annotations

import json
from typing import Any

import pytest
from falcon.testing import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.openapi import Validating
from tests.stores import MemoryStore
from weft.apps.northbound.app import build_app
from weft.apps.northbound.bodies import MAX_BYTES, MAX_DEPTH
from weft.controller.model.facts import KINDS
from weft.controller.service import Service

JSON = {"Authorization": "Bearer token", "Content-Type": "application/json"}
GOOD = {"name": "Red", "project": "a"}


@pytest.fixture
def api() -> TestClient:
    return Validating(build_app(Service(MemoryStore()), "token"), headers=JSON)


def post(api: TestClient, body: bytes | str, **more: Any) -> tuple[int, str | None, str]:
    result = api.simulate_post("/v1/segments", body=body, **more)
    assert result.headers["content-type"] == "application/problem+json"
    return result.status_code, result.json["field"], result.json["rule"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"{", "line 1, column 2"),
        (b"\xff\xfe{}", "not UTF-8 (byte 0)"),
        (b'{"name": "\xc3"}', "not UTF-8"),
        (b"\xef\xbb\xbf{}", "line 1, column 1"),
        (b'{"mtu": NaN}', "NaN is not JSON"),
        (b'{"mtu": -Infinity}', "-Infinity is not JSON"),
        (b'{"mtu": 1e999}', "beyond all numbers"),
        (b'{"mtu": ' + b"9" * 5000 + b"}", "more than 20 digits"),
        (b"[" * 100_000, "nested deeper"),
        (b"[" * 900 + b"]" * 900, "nested deeper"),
        (b'{"a":' * 100_000, "nested deeper"),
        (b"[]", "must be a list of 1 to 1000"),
        (b"null", "must be an object"),
        (b'"text"', "must be an object"),
        (b"{} {}", "Extra data"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_json_object_is_said(api: TestClient, body: bytes, rule: str) -> None:
    status, _, said = post(api, body)
    assert status == 400
    assert rule in said


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "a\0b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"tags": ["ok", "\0"]}, "tags[1]"),
        ({"x\0": 1}, ""),
        ({"name": 5}, "name"),
        ({"name": None}, "name"),
        ({"mtu": "1500"}, "mtu"),
        ({"mtu": 1500.5}, "mtu"),
        ({"mtu": True}, "mtu"),
        ({"admin_up": 1}, "admin_up"),
        ({"tags": "x"}, "tags"),
        ({"tags": [1]}, "tags[0]"),
        ({"number": 5}, "number"),
        ({"revision": 5}, "revision"),
        ({"colour": "red"}, "colour"),
        ({"deep": [[[[1]]]]}, "deep"),
    ],
    ids=str,
)
def test_a_wrong_shape_names_the_field(api: TestClient, change: dict[str, Any], field: str) -> None:
    assert post(api, json.dumps(GOOD | change))[:2] == (400, field or None)


@pytest.mark.parametrize(
    "change",
    [
        {"mtu": 10**19},
        {"mtu": -1},
        {"name": "x" * 256},
        {"name": "a\nb"},
        {"id": "../x"},
        {"transport": "carrier pigeon"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_broken_rule_names_the_field(api: TestClient, change: dict[str, Any]) -> None:
    assert post(api, json.dumps(GOOD | change))[:2] == (422, next(iter(change)))


@pytest.mark.parametrize(
    ("path", "body", "rule"),
    [
        ("segments", GOOD | {"name": 5}, "must be a text"),
        ("segments", GOOD | {"mtu": "1500"}, "must be a whole number"),
        ("segments", GOOD | {"admin_up": 1}, "must be true or false"),
        ("segments", GOOD | {"tags": "x"}, "must be a list"),
        ("switches", {"id": "s1", "dpid": True}, "must be 1 to 16 hexadecimal digits"),
        ("links", {"a": [], "b": {}}, "must be an object"),
        ("transactions", {"commands": []}, "must not be empty"),
        ("transactions", {"commands": {}}, "must be a list"),
        ("transactions", {"commands": [1] * 1001}, "must be a list of at most 1000"),
        (
            "transactions",
            {"commands": [{"do": "delete", "kind": "x", "id": "y"}]},
            "must be one of segment, port, vif, subnet, switch, link, quota, security_group, trunk",
        ),
        (
            "transactions",
            {"commands": [{"do": "delete", "kind": "vif", "id": "y", "if_revision": "1"}]},
            "must be a whole number",
        ),
        ("audits", {"switch": None}, "must be a text"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_rule_is_said_in_our_own_words(api: TestClient, path: str, body: Any, rule: str) -> None:
    result = api.simulate_post(f"/v1/{path}", body=json.dumps(body))
    assert (result.status_code, result.json["rule"]) == (400, rule)


def test_a_field_that_is_missing_is_named(api: TestClient) -> None:
    assert post(api, b'{"project": "a"}') == (400, "name", "is required")
    assert post(api, b'{"name": "Red"}')[:2] == (422, "project"), "an operator has none that could be meant"


def test_a_field_may_not_be_given_twice(api: TestClient) -> None:
    assert post(api, b'{"name": "a", "project": "p", "name": "b"}') == (400, "name", "is given twice")


def test_nesting_is_limited_and_what_is_allowed_reaches_the_shape(api: TestClient) -> None:
    for depth, rule in ((MAX_DEPTH, "is not a field"), (MAX_DEPTH + 1, "nested deeper")):
        assert rule in post(api, b'{"name":"a","project":"p","x":' + b"[" * depth + b"]" * depth + b"}")[2]


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])
def test_only_json_is_read(api: TestClient, media_type: str) -> None:
    assert post(api, json.dumps(GOOD), headers={"Content-Type": media_type})[0] == 415


def test_json_may_name_its_charset(api: TestClient) -> None:
    kind = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert api.simulate_post("/v1/segments", body=json.dumps(GOOD), headers=kind).status_code == 201


def test_a_body_must_say_its_length_and_end_there(api: TestClient) -> None:
    assert post(api, "", headers={"Content-Length": str(MAX_BYTES + 1)})[0] == 413
    assert post(api, b" " * (MAX_BYTES + 1))[0] == 413
    assert post(api, "{}", headers={"Content-Length": "50"})[2] == "the body ends after 2 of 50 bytes"
    assert post(api, "")[0] == 411


@pytest.mark.parametrize(
    "path",
    [
        "/v1/ports/%00",
        "/v1/ports/%ff%fe",
        "/v1/ports/" + "x" * 5000,
        "/v1/switches/",
        "/v1/links/a/b/../c",
        "/v1/ports/%2e",
    ],
)
def test_a_strange_path_is_just_not_there(api: TestClient, path: str) -> None:
    result = api.simulate_get(path)
    assert result.status_code == 404
    assert result.json["status"] == 404


def test_a_strange_query_finds_nothing_or_is_refused(api: TestClient) -> None:
    for query, status in {"name=%00": 200, "name=%ff": 200, "%00=x": 400, "name=%": 200, "&&&": 200, "=": 400}.items():
        assert api.simulate_get("/v1/segments", query_string=query).status_code == status, query


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(sorted({name for cls in KINDS.values() for name in cls.__slots__} | {"do", "kind", "fields"}))
BODIES = st.dictionaries(NAMES, VALUES, max_size=6)
PATHS = st.sampled_from(("segments", "ports", "vifs", "switches", "links"))


@settings(max_examples=60, deadline=None)
@given(path=PATHS, body=BODIES, method=st.sampled_from(("POST", "PATCH", "PUT", "DELETE")), commands=st.lists(BODIES))
def test_no_json_at_all_is_our_fault(path: str, body: Any, method: str, commands: Any) -> None:
    api = Validating(build_app(Service(MemoryStore()), "token"), headers=JSON)
    for result in (
        api.simulate_post(f"/v1/{path}", body=json.dumps(body)),
        api.simulate_request(method, f"/v1/{path}/x", body=json.dumps(body)),
        api.simulate_put("/v1/ports/x/vif", body=json.dumps(body)),
        api.simulate_post("/v1/transactions", body=json.dumps({"commands": commands})),
    ):
        assert result.status_code in (201, 400, 404, 405, 409, 422)
        assert result.status_code == 201 or result.json["detail"]
