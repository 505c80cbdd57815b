"""Lists are filtered, sorted, cut down to fields and paged, and a page stays right whatever happens meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from falcon.testing import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.openapi import Validating
from tests.stores import MemoryStore
from weft.apps.northbound.app import build_app
from weft.controller.service import Service

HEADERS = {"Authorization": "Bearer token"}
GOOD: dict[str, Any] = {"name": "n", "project": "a"}
WRONG: list[tuple[Any, str]] = [
    ([GOOD, {"x": 1}], "[1].name"),
    ({"segments": {}}, "segments"),
    ({"segments": []}, "segments"),
    ({"segments": [GOOD], "x": 1}, "x"),
]


@pytest.fixture
def api() -> TestClient:
    return empty()


def empty() -> TestClient:
    return Validating(build_app(Service(MemoryStore()), "token"), headers=HEADERS)


def made(api: TestClient, collection: str, *things: dict[str, Any]) -> None:
    result = api.simulate_post(f"/v1/{collection}", json=list(things))
    assert result.status_code == 201, result.text


def ids(api: TestClient, query: str, collection: str = "segments") -> list[str]:
    """The ids of what a query finds, in order."""
    result = api.simulate_get(f"/v1/{collection}?{query}")
    assert result.status_code == 200, result.text
    return [thing["id"] for thing in result.json[collection]]


@pytest.fixture
def some(api: TestClient) -> TestClient:
    """Four segments, and three ports."""
    common: dict[str, Any] = {"project": "a"}
    made(
        api,
        "segments",
        {**common, "id": "s1", "name": "red", "mtu": 1500, "tags": ["x", "y"]},
        {**common, "id": "s2", "name": "blue", "mtu": 9000, "tags": ["y"]},
        {**common, "id": "s3", "name": "red", "mtu": 9000, "admin_up": False},
        {"project": "b", "id": "s4", "name": "green", "transport": "local", "description": "local, and so on"},
    )
    made(
        api,
        "ports",
        {"id": "p1", "name": "p", "segment": "s1", "fixed_ips": ["2001:db8::1"]},
        {"id": "p2", "name": "p", "segment": "s1", "max_rate": 5},
        {"id": "p3", "name": "p", "segment": "s2", "admin_up": False},
    )
    return api


@pytest.mark.parametrize(
    ("query", "found"),
    {
        "name=red": "s1 s3",
        "name=red&name=green": "s1 s3 s4",
        "name=red&mtu=9000": "s3",
        "admin_up=false": "s3",
        "admin_up=TRUE&project=a": "s1 s2",
        "tags=x": "s1",
        "tags=x&tags=y": "s1 s2",
        "tags=": "",
        "segmentation_id=": "s4",
        "id=s4&id=s1&id=nobody": "s1 s4",
        "description=local%2C%20and%20so%20on": "s4",
        "name=r%25": "",
        "sort=name": "s2 s4 s1 s3",
        "sort=-name": "s1 s3 s4 s2",
        "sort=-mtu,name&sort=-id": "s2 s3 s4 s1",
        "sort=segmentation_id": "s4 s1 s2 s3",
        "sort=id,id,-id": "s1 s2 s3 s4",
    }.items(),
)
def test_a_query_finds_what_it_says(some: TestClient, query: str, found: str) -> None:
    assert ids(some, query) == found.split()


@pytest.mark.parametrize(
    ("query", "found"),
    {
        "segment=s1": "p1 p2",
        "segment=s1&segment=s2&admin_up=false": "p3",
        "fixed_ips=2001:DB8:0::1": "p1",
        "max_rate=": "p1 p3",
        "max_rate=5": "p2",
        "status=DOWN": "p1 p2 p3",
        "status=ACTIVE": "",
        "vif=": "p1 p2 p3",
        "effective_security=mac%2Binner&id=p1": "p1",
    }.items(),
)
def test_ports_are_also_found_by_what_is_known_of_them_now(some: TestClient, query: str, found: str) -> None:
    assert ids(some, query, "ports") == found.split()


def test_only_the_fields_that_are_asked_for_are_shown(some: TestClient) -> None:
    assert some.simulate_get("/v1/ports?fields=id,status&fields=segment&id=p1").json["ports"] == [
        {"id": "p1", "status": {"state": "DOWN", "reason": "no VIF is plugged in"}, "segment": "s1"}
    ]


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("admin_up=maybe", 400, "admin_up"),
        ("mtu=many", 400, "mtu"),
        ("mtu=" + "9" * 30, 400, "mtu"),
        ("fields=colour", 400, "fields"),
        ("fields=", 400, "fields"),
        ("sort=tags", 400, "sort"),
        ("sort=--id", 400, "sort"),
        ("limit=0", 400, "limit"),
        ("limit=1001", 400, "limit"),
        ("limit=x", 400, "limit"),
        ("marker=", 422, "marker"),
        ("marker=%C3%A9", 422, "marker"),
        ("marker=" + "A" * 5000, 422, "marker"),
        ("marker=WyJpZCIsMV0", 422, "marker"),  # of a list by another order
        ("marker=WyJjcmVhdGVkX2F0LG51bWJlcixpZCIseyJ4IjoxfSwxLDFd", 422, "marker"),  # of values that are none
    ],
)
def test_a_query_that_makes_no_sense_is_refused(some: TestClient, query: str, status: int, field: str) -> None:
    result = some.simulate_get(f"/v1/segments?{query}")
    assert (result.status_code, result.json["field"]) == (status, field)


def test_a_page_leads_to_the_next(some: TestClient) -> None:
    first = some.simulate_get("/v1/segments?limit=3&sort=-name&tags=x&tags=y&fields=id")
    assert "next" not in first.json
    first = some.simulate_get("/v1/segments?limit=3&sort=-name&fields=id")
    assert first.headers["link"] == f"<{first.json['next']}>; rel=next"
    second = some.simulate_get(first.json["next"])
    assert second.json == {"segments": [{"id": "s2"}]}


names = st.sampled_from(["a", "b", "c"])
steps = st.lists(st.tuples(st.sampled_from(["make", "delete", "rename"]), st.integers(0, 30)), max_size=6)


@settings(max_examples=40, deadline=None)
@given(
    begin=st.lists(names, min_size=1, max_size=20),
    meanwhile=st.lists(steps, max_size=12),
    limit=st.integers(1, 5),
    sort=st.sampled_from(["", "name", "-name", "-mtu,name", "-created_at", "id"]),
)
def test_what_is_there_all_the_time_is_met_exactly_once(
    begin: list[str], meanwhile: list[list[tuple[str, int]]], limit: int, sort: str
) -> None:
    """Between two pages things are made and deleted; what is renamed may move, and is no promise where a name sorts."""
    api = empty()
    made(api, "segments", *({"id": f"s{n}", "name": name, "project": "p"} for n, name in enumerate(begin)))
    lasting, fresh = {f"s{n}" for n in range(len(begin))}, 100
    query: str | None = f"/v1/segments?limit={limit}" + (f"&sort={sort}" if sort else "")
    met: list[str] = []
    while query is not None:
        page = api.simulate_get(query).json
        met += [segment["id"] for segment in page["segments"]]
        query = page.get("next")
        for what, number in meanwhile.pop() if meanwhile else ():
            id = f"s{number % len(begin)}"
            if what == "make":
                fresh += 1
                made(api, "segments", {"id": f"s{fresh}", "name": "b", "project": "p"})
            elif what == "delete":
                api.simulate_delete(f"/v1/segments/{id}")
                lasting.discard(id)
            elif api.simulate_patch(f"/v1/segments/{id}", json={"name": "a"}).status_code == 200 and "name" in sort:
                lasting.discard(id)
    assert [id for id in met if id in lasting] == list(dict.fromkeys(id for id in met if id in lasting))
    assert lasting <= set(met)


def test_several_are_made_at_once_or_none(api: TestClient) -> None:
    good, bad = GOOD, GOOD | {"mtu": 5}
    for body, field in (([good, bad], "[1].mtu"), ({"segments": [good, good, bad]}, "segments[2].mtu")):
        result = api.simulate_post("/v1/segments", json=body)
        assert (result.status_code, result.json["field"]) == (422, field)
    for wrong, field in WRONG:
        result = api.simulate_post("/v1/segments", json=wrong)
        assert (result.status_code, result.json["field"]) == (400, field)
    assert ids(api, "") == []
    result = api.simulate_post("/v1/segments", json={"segments": [good, good]})
    assert (result.status_code, len(result.json["segments"]), len(ids(api, ""))) == (201, 2, 2)
    assert {segment["revision"] for segment in result.json["segments"]} == {1}
