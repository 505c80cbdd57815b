"""Networks: segments, as Neutron's clients know them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.openstack import Neutron, fault, message
from tests.stores import MemoryStore
from weft.controller.model.commands import Create
from weft.controller.service import Service


@pytest.fixture
def neutron() -> Neutron:
    return Neutron(Service(MemoryStore()))


def wire(type: str, id: Any = None, physical: Any = None) -> dict[str, Any]:
    """Where a network is on the wire."""
    said = {"network_type": type, "segmentation_id": id, "physical_network": physical}
    return {f"provider:{name}": value for name, value in said.items() if value is not None}


def test_a_network_has_every_attribute_that_clients_know(neutron: Neutron) -> None:
    made = neutron.make("network")
    assert made == neutron.shown("network", made["id"])
    given = {name: made.pop(name) for name in ("id", "created_at", "updated_at", "revision_number")}
    assert all(given.values())
    assert made == {
        "name": "",
        "description": "",
        "project_id": "default",
        "tenant_id": "default",
        "tags": [],
        "admin_state_up": True,
        "status": "ACTIVE",
        "shared": False,
        "subnets": [],
        "mtu": 1500,
        "provider:network_type": "vlan",
        "provider:physical_network": "fabric",
        "provider:segmentation_id": 2,
        "port_security_enabled": True,
        "router:external": False,
        "is_default": False,
        "qos_policy_id": None,
        "availability_zone_hints": [],
        "availability_zones": [],
        "dns_domain": "",
        "l2_adjacency": True,
        "ipv4_address_scope": None,
        "ipv6_address_scope": None,
        "vlan_transparent": False,
    }


def test_what_is_asked_for_is_what_is_shown_and_what_the_segment_is(neutron: Neutron) -> None:
    asked = {
        "name": "blue",
        "description": "d",
        "admin_state_up": False,
        "mtu": 9000,
        "shared": True,
        "port_security_enabled": False,
        "vlan_transparent": True,
        "dns_domain": "example.org.",
        "availability_zone_hints": ["here"],
        "project_id": "blue",
        **wire("vlan", 100, "fabric"),
    }
    made = neutron.make("network", **asked)
    assert {name: made[name] for name in asked} == asked
    assert made["status"] == "DOWN"
    segment = neutron.service.network.segment(made["id"])
    assert segment is not None
    assert (segment.project, segment.admin_up, segment.mtu) == ("blue", False, 9000)
    assert (segment.segmentation_id, segment.shared_with, segment.security) == (100, ("*",), "none")
    other = {"name": "red", "admin_state_up": "true", "mtu": "1400", "shared": False, "port_security_enabled": True}
    changed = neutron.changed("network", made["id"], **other, dns_domain="")
    assert (changed["name"], changed["admin_state_up"], changed["mtu"]) == ("red", True, 1400)
    assert (changed["shared"], changed["port_security_enabled"], changed["dns_domain"]) == (False, True, "")
    assert changed["availability_zone_hints"] == ["here"]


def test_numbers_may_come_as_text(neutron: Neutron) -> None:
    assert neutron.make("network", **wire("vlan", "100"))["provider:segmentation_id"] == 100
    assert len(neutron.listed("network", "provider:segmentation_id=100")) == 1


@pytest.mark.parametrize(
    ("asked", "type"),
    {
        "no such type": (wire("vxlan"), "InvalidInput"),
        "a network that is not here": (wire("vlan", 5, "physnet1"), "InvalidInput"),
        "an id without type": ({"provider:segmentation_id": 5}, "InvalidInput"),
        "an id of a local one": (wire("local", 5), "InvalidInput"),
        "an id that is none": (wire("vlan", 4095), "InvalidInput"),
        "not a number": (wire("vlan", "x"), "HTTPBadRequest"),
        "external": ({"router:external": True}, "InvalidInput"),
        "a policy": ({"qos_policy_id": "x"}, "HTTPBadRequest"),
        "a small MTU": ({"mtu": 67}, "HTTPBadRequest"),
    }.values(),
    ids=str,
)
def test_what_the_fabric_has_not_is_refused(neutron: Neutron, asked: dict[str, Any], type: str) -> None:
    assert fault(neutron.post("network", **asked)) == (400, type)
    assert neutron.listed("network") == []


def test_a_vlan_is_one_networks(neutron: Neutron) -> None:
    neutron.make("network", **wire("vlan", 100))
    result = neutron.post("network", **wire("vlan", 100))
    assert fault(result) == (409, "VlanIdInUse")
    assert "VLAN 100" in message(result)
    local = neutron.make("network", **wire("local"))
    assert (local["provider:network_type"], local["provider:segmentation_id"]) == ("local", None)
    assert local["provider:physical_network"] is None


def test_the_wire_is_the_operators_to_see_and_to_say(neutron: Neutron) -> None:
    blue = neutron.of("blue")
    made = blue.make("network", name="b")
    assert not [name for name in made if name.startswith("provider:")]
    assert not [name for one in blue.listed("network") for name in one if name.startswith("provider:")]
    assert neutron.shown("network", made["id"])["provider:segmentation_id"] == 2
    assert fault(blue.post("network", **wire("vlan", 100))) == (403, "PolicyNotAuthorized")
    assert fault(blue.get("networks?provider:segmentation_id=2")) == (400, "HTTPBadRequest"), "or one could guess it"
    assert fault(blue.post("network", shared=True)) == (403, "PolicyNotAuthorized")
    assert fault(blue.put("network", made["id"], shared=True)) == (403, "PolicyNotAuthorized")
    assert blue.make("network", shared=False)["shared"] is False


def test_another_projects_network_is_not_there_unless_it_is_shared(neutron: Neutron) -> None:
    blue, red = neutron.of("blue"), neutron.of("red")
    made = blue.make("network", name="b")
    assert red.listed("network") == []
    for result in (
        red.get(f"networks/{made['id']}"),
        red.put("network", made["id"], name="x"),
        red.delete("network", made["id"]),
        red.post("port", network_id=made["id"]),
    ):
        assert fault(result) == (404, "NetworkNotFound")
    neutron.changed("network", made["id"], shared=True)
    assert [one["id"] for one in red.listed("network", "shared=True")] == [made["id"]]
    assert fault(red.put("network", made["id"], name="x"))[0] == 403
    assert fault(red.delete("network", made["id"]))[0] == 403


def test_a_network_shared_with_some_is_shared_to_them_alone(neutron: Neutron) -> None:
    fields = {"id": "n", "name": "n", "project": "blue", "shared_with": ("red",)}
    neutron.service.submit([Create("segment", fields)])
    assert [neutron.of(who).listed("network")[0]["shared"] for who in ("red", "blue")] == [True, False]
    assert neutron.of("green").listed("network") == []
    assert neutron.shown("network", "n")["shared"] is False
    assert neutron.service.network.segment("n").shared_with == ("red",)  # type: ignore[union-attr]
    neutron.changed("network", "n", shared=True)
    neutron.changed("network", "n", shared=False)
    assert neutron.service.network.segment("n").shared_with == ("red",)  # type: ignore[union-attr]


def test_a_reader_reads(neutron: Neutron) -> None:
    made = neutron.of("blue").make("network", name="b")
    reader = neutron.of("blue:reader")
    assert reader.listed("network", "fields=name") == [{"name": "b"}]
    assert fault(reader.post("network"))[0] == 403
    assert fault(reader.put("network", made["id"], name="x"))[0] == 403
    assert fault(reader.delete("network", made["id"]))[0] == 403
    assert neutron.of("blue:stranger").listed("network") == []


def test_a_network_in_use_stays_and_an_empty_one_takes_its_subnets_with_it(neutron: Neutron) -> None:
    network = neutron.make("network")["id"]
    subnet = neutron.make("subnet", network_id=network, ip_version=4, cidr="10.0.0.0/24")["id"]
    port = neutron.make("port", network_id=network)["id"]
    assert neutron.shown("network", network)["subnets"] == [subnet]
    result = neutron.delete("network", network)
    assert fault(result) == (409, "NetworkInUse")
    assert port in message(result)
    assert neutron.shown("subnet", subnet)
    assert neutron.delete("port", port).status_code == 204
    assert neutron.delete("network", network).status_code == 204
    assert (neutron.listed("network"), neutron.listed("subnet")) == ([], [])


def test_what_another_project_uses_stays_shared(neutron: Neutron) -> None:
    network = neutron.make("network", shared=True, project_id="blue")["id"]
    neutron.of("red").make("port", network_id=network)
    assert fault(neutron.put("network", network, shared=False)) == (409, "InvalidSharedSetting")


def test_when_all_vlans_are_taken_the_service_says_so(neutron: Neutron) -> None:
    for start in range(0, 4093, 1000):
        bodies = [{} for _ in range(min(1000, 4093 - start))]
        assert neutron.post_many("network", *bodies).status_code == 201
    assert fault(neutron.post("network")) == (503, "NoNetworkAvailable")
