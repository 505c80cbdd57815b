"""What all resources of Neutron's API have in common: versions, discovery, who asks, bodies and methods."""

from __future__ import annotations

import pytest

from tests.openstack import Neutron, by_name, fault, message
from tests.stores import MemoryStore
from weft.controller.service import Service


@pytest.fixture
def neutron() -> Neutron:
    return Neutron(Service(MemoryStore()))


def test_the_versions_are_public_and_clients_find_the_newest_first(neutron: Neutron) -> None:
    stranger = Neutron(neutron.service, by_name)
    result = stranger.client.simulate_get("/")
    assert result.status_code == 200
    assert [(one["id"], one["status"]) for one in result.json["versions"]] == [
        *(("v2.0", "CURRENT"), ("v1.1", "SUPPORTED"), ("v1.0", "SUPPORTED")),
    ]
    for one in result.json["versions"]:
        (link,) = one["links"]
        assert (link["rel"], link["href"].endswith(f"/{one['id']}/")) == ("self", True)
    assert fault(stranger.client.simulate_post("/")) == (405, "HTTPMethodNotAllowed")
    assert fault(stranger.client.simulate_get("/v3")) == (404, "HTTPNotFound")


def test_each_version_has_its_own_api(neutron: Neutron) -> None:
    assert neutron.client.simulate_get("/v1.0/tenants/a/networks.json").json == {"networks": []}
    assert neutron.client.simulate_get("/v1.1/tenants/a/networks.json").json == {"networks": []}
    assert neutron.client.simulate_get("/v2.0/networks").json == {"networks": []}


def test_who_brings_no_token_is_told_so_as_keystone_tells_it(neutron: Neutron) -> None:
    stranger = Neutron(neutron.service, by_name)
    for path in ("networks", "nothing", "networks/x", ""):
        result = stranger.get(path)
        assert result.status_code == 401
        assert result.json["error"]["code"] == 401
        assert result.json["error"]["title"] == "Unauthorized"
        assert result.headers["www-authenticate"].startswith("Keystone uri=")


def test_the_collections_are_listed_with_their_addresses(neutron: Neutron) -> None:
    resources = neutron.get("").json["resources"]
    assert {"network", "subnet", "port"} <= {one["name"] for one in resources}
    for one in resources:
        assert neutron.client.simulate_get(one["links"][0]["href"].partition("org")[2]).status_code == 200
    assert fault(neutron.client.simulate_get("/v2.0")) == (404, "HTTPNotFound")


def test_extensions_are_listed_and_others_are_not_there(neutron: Neutron) -> None:
    extensions = neutron.get("extensions").json["extensions"]
    aliases = [one["alias"] for one in extensions]
    assert len(set(aliases)) == len(aliases)
    assert {"binding", "port-security", "provider", "standard-attr-tag", "pagination", "sorting"} <= set(aliases)
    for one in extensions:
        assert set(one) >= {"alias", "name", "description", "updated", "links"}
        assert neutron.get(f"extensions/{one['alias']}").json == {"extension": one}
    assert fault(neutron.get("extensions/router")) == (404, "ExtensionNotFound")


@pytest.mark.parametrize(("kind", "type"), [("network", "Network"), ("subnet", "Subnet"), ("port", "Port")])
def test_a_name_in_place_of_an_id_is_not_found(neutron: Neutron, kind: str, type: str) -> None:
    expected = (404, f"{type}NotFound")
    for id in ("blue net", "3f6c0b2e-0000-4000-8000-000000000000", "%C3%BC", "a" * 300):
        assert fault(neutron.get(f"{kind}s/{id}")) == expected
        assert fault(neutron.put(kind, id, name="x")) == expected
        assert fault(neutron.delete(kind, id)) == expected
        assert fault(neutron.get(f"{kind}s/{id}/tags")) == expected
    assert neutron.listed(kind, "name=blue%20net") == []


def test_what_is_not_there_is_not_found(neutron: Neutron) -> None:
    assert fault(neutron.get("routers")) == (404, "HTTPNotFound")
    assert fault(neutron.get("networks/x/colours")) == (404, "HTTPNotFound")
    for method in ("PATCH", "HEAD"):
        assert neutron.client.simulate_request(method, "/v2.0/networks").status_code == 405
        assert neutron.client.simulate_request(method, "/v2.0/networks/x").status_code == 405
    assert fault(neutron.client.simulate_put("/v2.0/networks", json={})) == (405, "HTTPMethodNotAllowed")


@pytest.mark.parametrize(
    ("body", "part"),
    {
        "no object": (b"[]", "Body contains invalid data"),
        "no JSON": (b"{", "Body contains invalid data"),
        "another thing": (b'{"port": {}}', "Unable to find 'network' in request body"),
        "nothing at all": (b'{"networks": []}', "Resources required"),
        "no list": (b'{"networks": {}}', "Resources required"),
        "a text": (b'{"network": "blue"}', "Invalid network"),
        "an unknown attribute": (b'{"network": {"colour": 1}}', "Unrecognized attribute(s) 'colour'"),
        "two of them": (b'{"network": {"b": 1, "a": 1}}', "Unrecognized attribute(s) 'a, b'"),
        "one that is given": (b'{"network": {"status": "ACTIVE"}}', "Attribute 'status' not allowed in POST"),
        "a wrong value": (b'{"network": {"admin_state_up": "maybe"}}', "Invalid input for admin_state_up. Reason: "),
        "a long name": (b'{"network": {"name": "%s"}}' % (b"n" * 256), "exceeds maximum length of 255"),
    }.values(),
    ids=str,
)
def test_a_body_that_is_wrong_is_refused_and_says_why(neutron: Neutron, body: bytes, part: str) -> None:
    headers = {"Content-Type": "application/json"}
    result = neutron.client.simulate_post("/v2.0/networks", body=body, headers=headers)
    assert fault(result) == (400, "HTTPBadRequest")
    assert part in message(result)
    assert neutron.listed("network") == []


def test_a_body_of_another_type_or_none_is_refused(neutron: Neutron) -> None:
    headers = {"Content-Type": "text/plain"}
    assert fault(neutron.client.simulate_post("/v2.0/networks", body="x", headers=headers))[0] == 415
    assert fault(neutron.client.simulate_post("/v2.0/networks"))[0] in (400, 415)
    made = neutron.make("network")
    assert fault(neutron.client.simulate_delete(f"/v2.0/networks/{made['id']}", json={}))[0] == 400
    assert fault(neutron.client.simulate_put(f"/v2.0/networks/{made['id']}", json={"port": {}}))[0] == 400


def test_owners_go_by_two_names_that_must_agree(neutron: Neutron) -> None:
    for name in ("project_id", "tenant_id"):
        made = neutron.make("network", **{name: "blue"})
        assert (made["project_id"], made["tenant_id"]) == ("blue", "blue")
        assert neutron.listed("network", f"{name}=blue&id={made['id']}") == [made]
    result = neutron.post("network", project_id="blue", tenant_id="red")
    assert fault(result) == (400, "HTTPBadRequest")
    assert "do not match" in message(result)
    assert fault(neutron.of("red").post("network", project_id="blue")) == (400, "HTTPBadRequest")
    assert neutron.of("red").make("network", project_id="red")["project_id"] == "red"


def test_a_full_disk_is_said_to_be_none_of_the_clients_faults() -> None:
    store = MemoryStore()
    neutron = Neutron(Service(store))
    store.full = True
    assert fault(neutron.post("network")) == (503, "ServiceUnavailable")
    assert neutron.listed("network") == []
