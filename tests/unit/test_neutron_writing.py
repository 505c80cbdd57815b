"""Writing: many at once or none, revisions, tags and times."""

from __future__ import annotations

import re

import pytest

from tests.openstack import Neutron, fault, message
from tests.stores import MemoryStore
from weft.controller.service import Service


@pytest.fixture
def neutron() -> Neutron:
    return Neutron(Service(MemoryStore()))


def test_many_are_made_at_once_in_their_order(neutron: Neutron) -> None:
    before = neutron.service.network.revision
    result = neutron.post_many("network", {"name": "a"}, {"name": "b"})
    assert result.status_code == 201
    assert [one["name"] for one in result.json["networks"]] == ["a", "b"]
    assert neutron.service.network.revision == before + 1, "in one transaction"


@pytest.mark.parametrize(
    "bad", [{"colour": 1}, {"mtu": 5}, {"provider:network_type": "vlan", "provider:segmentation_id": 7}, "x"]
)
def test_many_are_made_or_none(neutron: Neutron, bad: object) -> None:
    neutron.make("network", **{"provider:network_type": "vlan", "provider:segmentation_id": 7})
    before = neutron.service.network.revision
    bodies = [{"name": "a"}, bad]
    result = neutron.client.simulate_post("/v2.0/networks", json={"networks": bodies})
    assert fault(result)[0] in (400, 409)
    assert len(neutron.listed("network")) == 1
    assert neutron.service.network.revision == before


def test_more_than_can_be_made_at_once_are_refused(neutron: Neutron) -> None:
    result = neutron.post_many("network", *({"name": "n"} for _ in range(1001)))
    assert fault(result)[0] == 400
    assert "1000" in message(result)


def test_each_change_is_a_revision_that_a_client_can_hold_on_to(neutron: Neutron) -> None:
    made = neutron.make("network", name="a")
    path = f"/v2.0/networks/{made['id']}"
    old = {"If-Match": f"revision_number={made['revision_number']}"}
    changed = neutron.client.simulate_put(path, json={"network": {"name": "b"}}, headers=old)
    assert changed.status_code == 200
    current = changed.json["network"]["revision_number"]
    assert current > made["revision_number"]
    for result in (
        neutron.client.simulate_put(path, json={"network": {"name": "c"}}, headers=old),
        neutron.client.simulate_put(f"{path}/tags", json={"tags": ["x"]}, headers=old),
        neutron.client.simulate_delete(path, headers=old),
    ):
        assert fault(result) == (412, "RevisionNumberConstraintFailed")
        assert f"current revision is {current}" in message(result)
    assert neutron.shown("network", made["id"])["name"] == "b"
    assert fault(neutron.client.simulate_delete(path, headers={"If-Match": "revision_number=x"}))[0] == 400
    new = {"If-Match": f'"revision_number={current}"'}
    assert neutron.client.simulate_delete(path, headers=new).status_code == 204


def test_saying_what_holds_already_changes_nothing(neutron: Neutron) -> None:
    made = neutron.make("network", name="a")
    assert neutron.changed("network", made["id"], name="a", mtu=1500, shared=False) == made
    assert neutron.changed("network", made["id"]) == made


def test_times_are_those_of_the_making_and_of_the_last_change(neutron: Neutron) -> None:
    made = neutron.make("network")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", made["created_at"])
    assert made["updated_at"] == made["created_at"]
    changed = neutron.changed("network", made["id"], name="b")
    assert changed["created_at"] == made["created_at"] <= changed["updated_at"]


def test_what_is_given_cannot_be_changed(neutron: Neutron) -> None:
    made = neutron.make("network")
    for name in ("id", "status", "project_id", "revision_number", "provider:segmentation_id", "tags"):
        result = neutron.put("network", made["id"], **{name: made[name]})
        assert (fault(result)[0], message(result)) == (400, f"Cannot update read-only attribute {name}")


def test_tags_are_set_all_at_once_or_one_by_one(neutron: Neutron) -> None:
    path = f"/v2.0/networks/{neutron.make('network')['id']}/tags"
    client = neutron.client
    assert client.simulate_get(path).json == {"tags": []}
    result = client.simulate_put(path, json={"tags": ["a", "b"]})
    assert (result.status_code, result.json) == (200, {"tags": ["a", "b"]})
    assert client.simulate_put(f"{path}/c").status_code == 201
    assert client.simulate_put(f"{path}/c").status_code == 201, "twice is no harm"
    assert client.simulate_get(f"{path}/c").status_code == 204
    assert client.simulate_delete(f"{path}/a").status_code == 204
    assert client.simulate_get(path).json == {"tags": ["b", "c"]}
    assert client.simulate_post(path, json={"tags": ["c", "d"]}).status_code == 201
    assert neutron.listed("network")[0]["tags"] == ["b", "c", "d"]
    assert fault(client.simulate_get(f"{path}/a")) == (404, "TagNotFound")
    assert fault(client.simulate_delete(f"{path}/a")) == (404, "TagNotFound")
    assert client.simulate_delete(path).status_code == 204
    assert client.simulate_get(path).json == {"tags": []}


@pytest.mark.parametrize("tags", [["a", "a"], [""], ["t" * 256], [1], "a", [str(n) for n in range(51)]])
def test_tags_that_cannot_be_are_refused(neutron: Neutron, tags: object) -> None:
    path = f"/v2.0/networks/{neutron.make('network')['id']}/tags"
    assert fault(neutron.client.simulate_put(path, json={"tags": tags}))[0] == 400
    assert fault(neutron.client.simulate_put(path, json={}))[0] == 400
    assert neutron.client.simulate_get(path).json == {"tags": []}


def test_lists_are_filtered_by_tags(neutron: Neutron) -> None:
    for name, tags in (("n", []), ("a", ["a"]), ("b", ["b"]), ("c", ["a", "b"])):
        neutron.client.simulate_put(
            f"/v2.0/networks/{neutron.make('network', name=name)['id']}/tags", json={"tags": tags}
        )
    for query, found in {
        "tags=a": "ac",
        "tags=a,b": "c",
        "tags-any=a,b": "abc",
        "not-tags=a,b": "nab",
        "not-tags-any=a,b": "n",
        "tags=a&not-tags=b": "a",
    }.items():
        assert "".join(one["name"] for one in neutron.listed("network", query)) == found, query
