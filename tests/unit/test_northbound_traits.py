"""The traits of a port over REST: how they are written, what is shown, and what a wrong shape is answered with."""

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
from weft.controller.model.facts import Port, Segment
from weft.controller.service import Service

HEADERS = {"Authorization": "Bearer token"}
MAC = "02:00:00:00:00:01"


@pytest.fixture
def service() -> Service:
    return Service(MemoryStore())


@pytest.fixture
def api(service: Service) -> TestClient:
    """The segments ``red`` and ``blue``, both of project a, and the port ``p`` on red."""
    api = Validating(build_app(service, "token"), headers=HEADERS)
    for segment in ("red", "blue"):
        made = api.simulate_post("/v1/segments", json={"id": segment, "name": segment, "project": "a"})
        assert made.status_code == 201
    assert api.simulate_post("/v1/ports", json={"id": "p", "name": "p", "segment": "red"}).status_code == 201
    return api


def patched(api: TestClient, **fields: Any) -> dict[str, Any]:
    """The port with other fields; it must have taken them."""
    result = api.simulate_patch("/v1/ports/p", json=fields)
    assert result.status_code == 200, result.text
    return dict(result.json)


@pytest.mark.parametrize(
    ("field", "written", "held"),
    [
        ("fixed_ips", ["10.0.0.5", "2001:DB8:0::A"], ["10.0.0.5", "2001:db8::a"]),
        ("allowed_addresses", [{"mac": "00-00-5E-00-01-0A"}], [{"mac": "00:00:5e:00:01:0a", "prefix": None}]),
        ("allowed_addresses", [{"prefix": "10.0.0.5"}], [{"mac": None, "prefix": "10.0.0.5/32"}]),
        ("allowed_addresses", [{"prefix": "2001:DB8::/032"}], [{"mac": None, "prefix": "2001:db8::/32"}]),
        (
            "allowed_addresses",
            [{"prefix": "2001:DB8::1", "mac": "02:00:00:00:00:0F"}],
            [{"mac": "02:00:00:00:00:0f", "prefix": "2001:db8::1/128"}],
        ),
        ("trunk", [{"tag": 7, "segment": "blue"}], [{"tag": 7, "segment": "blue"}]),
        ("connect", ["owner", "project:b", "role:tester"], ["owner", "project:b", "role:tester"]),
        ("vif_kinds", ["tap", "veth"], ["tap", "veth"]),
        ("isolated", "community:7", "community:7"),
        ("max_rate", 1000, 1000),
        ("router", True, True),
    ],
    ids=str,
)
def test_a_trait_is_shown_as_facts_hold_it(api: TestClient, field: str, written: Any, held: Any) -> None:
    assert patched(api, **{field: written})[field] == held
    assert api.simulate_get("/v1/ports/p").json[field] == held
    revision = api.simulate_get("/v1/ports/p").json["revision"]
    assert patched(api, **{field: held})["revision"] == revision, "what is shown may be sent back, and changes nothing"


@pytest.mark.parametrize(
    "expires",
    [
        *(1893456000, "2030-01-01T00:00:00Z", "2030-01-01t00:00:00z", "2030-01-01 00:00:00.999Z"),
        *("2030-01-01T01:00:00+01:00", "2029-12-31T14:00:00-10:00"),
    ],
)
def test_an_offer_expires_at_a_second_however_it_is_written(api: TestClient, expires: object) -> None:
    offer = {"to": "project:b", "vif_kind": "tap", "expires": expires}
    assert patched(api, offer=offer)["offer"] == offer | {"expires": 1893456000}
    assert patched(api, offer=None)["offer"] is None


def test_what_is_cleared_is_as_it_was(api: TestClient) -> None:
    before = patched(api)
    traits = {
        "vif_kinds": ["tap"],
        "connect": ["role:x"],
        "offer": {"to": "role:x", "vif_kind": "tap", "expires": 1893456000},
        "security": "mac",
        "fixed_ips": ["10.0.0.1"],
        "allowed_addresses": [{"prefix": "10.1.0.0/16"}],
        "router": True,
        "dhcp_server": True,
        "promiscuous": True,
        "trunk": [{"tag": 7, "segment": "blue"}],
        "isolated": "isolated",
        "max_rate": 10,
        "burst": 1,
        "max_broadcast": 10,
    }
    after = patched(api, **traits)
    cleared = patched(api, **{name: before[name] for name in traits})
    assert all(after[name] != before[name] for name in traits)
    assert cleared == before | {"revision": cleared["revision"]}


def test_a_port_shows_the_level_that_holds(api: TestClient) -> None:
    assert patched(api)["effective_security"] == "mac+inner"
    assert api.simulate_patch("/v1/segments/red", json={"security": "mac+ip"}).status_code == 200
    shown = api.simulate_get("/v1/ports/p").json
    assert (shown["security"], shown["effective_security"]) == (None, "mac+ip")
    assert patched(api, security="mac")["effective_security"] == "mac"


NO_TIME = "must be whole seconds since 1970, or a time such as 2030-01-01T00:00:00Z"
OFFER = {"to": "project:b", "vif_kind": "tap", "expires": 1893456000}


@pytest.mark.parametrize(
    ("fields", "field", "rule"),
    [
        ({"offer": "soon"}, "offer", "must be an object"),
        ({"offer": {"to": "project:b"}}, "offer.vif_kind", "is required"),
        ({"offer": OFFER | {"to": 5}}, "offer.to", "must be a text"),
        ({"offer": OFFER | {"for": 5}}, "offer.for", "is not a field that one may set here"),
        *(
            ({"offer": OFFER | {"expires": when}}, "offer.expires", NO_TIME)
            for when in (None, 1.5, True, [], "", "soon", "2030-01-01", "2030-01-01T00:00:00", "2030-02-31T00:00:00Z")
        ),
        ({"allowed_addresses": {}}, "allowed_addresses", "must be a list"),
        ({"allowed_addresses": [MAC]}, "allowed_addresses[0]", "must be an object"),
        ({"allowed_addresses": [{"mac": MAC}, {"prefix": 10}]}, "allowed_addresses[1].prefix", "must be a text"),
        ({"trunk": [{"tag": "7", "segment": "blue"}]}, "trunk[0].tag", "must be a whole number"),
        ({"trunk": [{"tag": 7}]}, "trunk[0].segment", "is required"),
        ({"fixed_ips": "10.0.0.1"}, "fixed_ips", "must be a list"),
        ({"fixed_ips": ["10.0.0.1", None]}, "fixed_ips[1]", "must be a text"),
        ({"vif_kinds": None}, "vif_kinds", "must be a list"),
        ({"router": "yes"}, "router", "must be true or false"),
        ({"router": None}, "router", "must be true or false"),
        ({"max_rate": 1.5}, "max_rate", "must be a whole number"),
        ({"isolated": 5}, "isolated", "must be a text"),
        ({"bound_vif": "v"}, "bound_vif", "is not a field that one may set here"),
        ({"effective_security": "mac"}, "effective_security", "is not a field that one may set here"),
    ],
    ids=str,
)
def test_a_wrong_shape_names_the_place_and_the_rule(
    api: TestClient, fields: dict[str, Any], field: str, rule: str
) -> None:
    before = api.simulate_get("/v1/ports/p").json
    result = api.simulate_patch("/v1/ports/p", json=fields)
    assert (result.status_code, result.json["field"], result.json["rule"]) == (400, field, rule)
    assert api.simulate_get("/v1/ports/p").json == before


def test_a_place_in_a_transaction_is_named_whole(api: TestClient) -> None:
    change = {"do": "update", "kind": "port", "id": "p", "fields": {"trunk": [{"tag": 1, "segment": None}]}}
    result = api.simulate_post("/v1/transactions", json={"commands": [change]})
    assert (result.json["field"], result.json["rule"]) == ("commands[0].trunk[0].segment", "must be a text")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"fixed_ips": ["10.0.0.256"]}, "fixed_ips[0]"),
        ({"fixed_ips": ["10.0.0.1/32"]}, "fixed_ips[0]"),
        ({"fixed_ips": ["fe80::1%eth0"]}, "fixed_ips[0]"),
        ({"fixed_ips": ["10.0.0.1", "10.0.0.1"]}, "fixed_ips[1]"),
        ({"allowed_addresses": [{"prefix": "10.0.0.5/24"}]}, "allowed_addresses[0].prefix"),
        ({"allowed_addresses": [{"prefix": "10.0.0.0/0.0.0.255"}]}, "allowed_addresses[0].prefix"),
        ({"allowed_addresses": [{"prefix": "::%1/64"}]}, "allowed_addresses[0].prefix"),
        ({"allowed_addresses": [{"mac": "01:00:00:00:00:01"}]}, "allowed_addresses[0].mac"),
        ({"allowed_addresses": [{"prefix": "fe80::1"}, {"mac": "x"}]}, "allowed_addresses[1].mac"),
    ],
    ids=str,
)
def test_what_is_no_address_is_left_to_the_model_to_refuse(api: TestClient, fields: dict[str, Any], field: str) -> None:
    result = api.simulate_patch("/v1/ports/p", json=fields)
    assert (result.status_code, result.json["field"]) == (422, field), result.text


SOME = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6)
)
ANYTHING = st.recursive(
    SOME,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(("to", "vif_kind", "expires", "mac", "prefix", "tag", "segment")), inner)
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from(sorted({*Port.__slots__, *Segment.__slots__}))


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(FIELDS, ANYTHING, min_size=1, max_size=2))
def test_no_shape_is_answered_in_the_words_of_a_library(fields: dict[str, Any]) -> None:
    api = Validating(build_app(Service(MemoryStore()), "token"), headers=HEADERS | {"Content-Type": "application/json"})
    for path in ("ports", "segments"):
        result = api.simulate_patch(f"/v1/{path}/x", body=json.dumps(fields))
        assert result.status_code in (400, 404), result.text
        rule = result.json["rule"]
        assert "Input" not in rule
        assert "valid" not in rule
        assert rule != "is not what belongs here"
