"""Lists: filters, fields, sorting and paging, as Neutron's clients ask for them."""

from __future__ import annotations

from itertools import count
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.openstack import Document, Neutron, fault
from tests.stores import MemoryStore
from weft.apps.neutron import rendering
from weft.controller.service import Service


@pytest.fixture
def neutron() -> Neutron:
    return Neutron(Service(MemoryStore()))


@pytest.fixture
def four(neutron: Neutron) -> list[Document]:
    return [
        neutron.make("network", name=name, mtu=mtu) for name, mtu in zip("caba", (9000, 1400, 1500, 1400), strict=True)
    ]


def names(found: list[Document]) -> str:
    return "".join(one["name"] for one in found)


def test_one_key_names_alternatives_and_several_keys_must_all_hold(neutron: Neutron, four: list[Document]) -> None:
    for query, found in {
        "name=a": "aa",
        "name=a&name=b": "aab",
        "name=a&mtu=1400": "aa",
        "name=b&mtu=1400": "",
        "mtu=1400&mtu=1500": "aba",
        "admin_state_up=True&name=c": "c",
        "admin_state_up=false": "",
        "shared=0&shared=1&name=b": "b",
        f"id={four[1]['id']}&id={four[0]['id']}&id=x": "ac",
        f"id={four[1]['id']}&name=c": "",
        "description=": "caba",
        "name=": "",
    }.items():
        assert names(neutron.listed("network", query)) == found, query


def test_whoever_waits_has_a_turn_between_documents_that_take_long(
    neutron: Neutron, four: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds, turns = count(), list[float]()
    monkeypatch.setattr(rendering, "monotonic", lambda: float(next(seconds)))
    monkeypatch.setattr(rendering.eventlet, "sleep", turns.append)
    assert len(neutron.listed("network")) == 4
    assert len(turns) == 4


def test_unknown_filters_and_values_are_refused(neutron: Neutron, four: list[Document]) -> None:
    assert fault(neutron.get("networks?colour=red")) == (400, "HTTPBadRequest")
    assert fault(neutron.get("networks?admin_state_up=maybe")) == (400, "HTTPBadRequest")


def test_fields_are_repeated_and_unknown_ones_are_nothing(neutron: Neutron, four: list[Document]) -> None:
    assert neutron.listed("network", "name=c&fields=name&fields=mtu&fields=x") == [{"name": "c", "mtu": 9000}]
    assert neutron.get(f"networks/{four[0]['id']}?fields=mtu").json == {"network": {"mtu": 9000}}


def test_lists_are_sorted_by_several_keys(neutron: Neutron, four: list[Document]) -> None:
    assert names(neutron.listed("network", "sort_key=name&sort_dir=asc")) == "aabc"
    assert names(neutron.listed("network", "sort_key=mtu&sort_dir=desc&sort_key=name&sort_dir=asc")) == "cbaa"
    ids = [one["id"] for one in neutron.listed("network", "sort_key=name&sort_dir=asc&sort_key=id&sort_dir=desc")]
    assert ids[:2] == sorted((one["id"] for one in four if one["name"] == "a"), reverse=True)
    assert [one["provider:segmentation_id"] for one in neutron.listed("network", "sort_key=status&sort_dir=asc")]


@pytest.mark.parametrize(
    "query",
    [
        *("sort_key=name", "sort_key=name&sort_dir=asc&sort_dir=asc", "sort_key=name&sort_dir=up"),
        *("sort_key=subnets&sort_dir=asc", "sort_key=x&sort_dir=asc", "limit=-1", "limit=x", "limit=1e3"),
    ],
)
def test_an_order_or_a_page_that_cannot_be_is_refused(neutron: Neutron, query: str) -> None:
    assert fault(neutron.get(f"networks?{query}"))[0] == 400


def test_pages_follow_each_other_to_the_end_and_back(neutron: Neutron, four: list[Document]) -> None:
    everything = sorted(one["id"] for one in four)
    path, seen = "networks?limit=3&fields=id", []
    while True:
        result = neutron.get(path)
        seen += [one["id"] for one in result.json["networks"]]
        links = {link["rel"]: link["href"] for link in result.json["networks_links"]}
        if "next" not in links:
            break
        path = f"networks?{urlsplit(links['next']).query}"
        assert parse_qs(urlsplit(path).query)["fields"] == ["id"]
    assert seen == everything
    back = neutron.get(f"networks?{urlsplit(links['previous']).query}").json
    assert [one["id"] for one in back["networks"]] == everything[:3]


def test_pages_keep_the_order_that_is_asked_for(neutron: Neutron, four: list[Document]) -> None:
    order = "sort_key=name&sort_dir=asc&limit=2"
    first = neutron.listed("network", order)
    assert names(first) == "aa"
    assert names(neutron.listed("network", f"{order}&marker={first[-1]['id']}")) == "bc"
    last = neutron.listed("network", f"{order}&page_reverse=True")
    assert names(last) == "bc"
    assert neutron.listed("network", f"{order}&page_reverse=true&marker={last[0]['id']}") == first


def test_nothing_follows_a_marker_that_is_gone(neutron: Neutron, four: list[Document]) -> None:
    assert neutron.listed("network", "limit=2&marker=x") == []
    assert len(neutron.listed("network", "limit=0&marker=x")) == 4, "no limit, no pages"
    assert "networks_links" not in neutron.get("networks?limit=0").json


def test_a_page_stays_the_same_while_others_come(neutron: Neutron, four: list[Document]) -> None:
    first = neutron.listed("network", "limit=2")
    made = neutron.make("network", name="new")
    rest = neutron.listed("network", f"limit=9&marker={first[-1]['id']}")
    seen = {one["id"] for one in (*first, *rest)}
    assert {one["id"] for one in four} <= seen
    assert (made["id"] in seen) == (made["id"] > first[-1]["id"])


def test_a_list_shows_what_has_changed_since_the_last(neutron: Neutron, four: list[Document]) -> None:
    assert names(neutron.listed("network")) == "caba"
    neutron.changed("network", four[0]["id"], name="d")
    assert names(neutron.listed("network")) == "daba"
    neutron.delete("network", four[1]["id"])
    assert names(neutron.listed("network")) == "dba"
