"""Trunks, as Neutron's clients know them."""

from __future__ import annotations

from typing import Any

import pytest
from falcon.testing import Result

from tests.openstack import Neutron, by_name, fault, message
from tests.stores import MemoryStore
from weft.controller.service import Service


@pytest.fixture
def neutron() -> Neutron:
    return Neutron(Service(MemoryStore()), by_name, "red")


@pytest.fixture
def ports(neutron: Neutron) -> list[str]:
    """Three ports, each on a network of its own."""
    return [neutron.make("port", network_id=neutron.make("network")["id"])["id"] for _ in range(3)]


def sub(port: str, tag: int | str) -> dict[str, Any]:
    return {"port_id": port, "segmentation_type": "vlan", "segmentation_id": tag}


def act(neutron: Neutron, trunk: str, action: str, *subports: dict[str, Any]) -> Result:
    return neutron.client.simulate_put(f"/v2.0/trunks/{trunk}/{action}", json={"sub_ports": list(subports)})


def test_a_trunk_carries_ports(neutron: Neutron, ports: list[str]) -> None:
    made = neutron.make("trunk", name="t", port_id=ports[0], sub_ports=[sub(ports[1], "10")])
    assert (made["name"], made["port_id"], made["admin_state_up"], made["status"]) == ("t", ports[0], True, "DOWN")
    assert made["sub_ports"] == [sub(ports[1], 10)]
    added = act(neutron, made["id"], "add_subports", sub(ports[2], 11))
    assert added.status_code == 200
    assert added.json["sub_ports"] == [sub(ports[1], 10), sub(ports[2], 11)]
    assert neutron.get(f"trunks/{made['id']}/get_subports").json == {"sub_ports": added.json["sub_ports"]}
    parent, carried = neutron.shown("port", ports[0]), neutron.shown("port", ports[1])
    mac = carried["mac_address"]
    assert parent["trunk_details"]["trunk_id"] == made["id"]
    assert parent["trunk_details"]["sub_ports"][0] == sub(ports[1], 10) | {"mac_address": mac}
    assert (carried["device_owner"], "trunk_details" in carried) == ("trunk:subport", False)
    assert neutron.listed("trunk", f"port_id={ports[0]}")[0]["id"] == made["id"]
    removed = act(neutron, made["id"], "remove_subports", {"port_id": ports[1]})
    assert removed.json["sub_ports"] == [sub(ports[2], 11)]
    assert neutron.shown("port", ports[1])["device_owner"] == ""
    assert neutron.delete("trunk", made["id"]).status_code == 204
    assert "trunk_details" not in neutron.shown("port", ports[0])


def test_a_tag_may_be_that_of_the_ports_network(neutron: Neutron, ports: list[str]) -> None:
    subport = {"port_id": ports[1], "segmentation_type": "inherit"}
    made = neutron.make("trunk", port_id=ports[0], sub_ports=[subport])
    segment = neutron.service.network.segment(neutron.shown("port", ports[1])["network_id"])
    assert segment is not None
    assert made["sub_ports"] == [sub(ports[1], segment.segmentation_id or 0)]


def test_a_refusal_has_the_name_that_clients_know(neutron: Neutron, ports: list[str]) -> None:
    trunk = neutron.make("trunk", port_id=ports[0], sub_ports=[sub(ports[1], 10)])["id"]
    other = neutron.make("port", network_id=neutron.make("network")["id"])["id"]
    strange = neutron.of("blue").make("network")["id"]
    strange = neutron.of("blue").make("port", network_id=strange)["id"]
    for result, expected in (
        (neutron.post("trunk", port_id="none"), (404, "PortNotFound")),
        (neutron.post("trunk", port_id=strange), (404, "PortNotFound")),
        (neutron.post("trunk", port_id=ports[0]), (409, "PortInUseAsTrunkParent")),
        (neutron.post("trunk", port_id=ports[1]), (409, "PortInUseAsSubPort")),
        (neutron.post("trunk", port_id=other, sub_ports=[sub(ports[1], 5)]), (409, "PortInUseAsSubPort")),
        (neutron.post("trunk", port_id=other, sub_ports=[sub(strange, 5)]), (404, "PortNotFound")),
        (act(neutron, trunk, "add_subports", sub(ports[2], 10)), (409, "DuplicateSubPort")),
        (act(neutron, trunk, "add_subports", sub(ports[2], 4095)), (400, "HTTPBadRequest")),
        (act(neutron, trunk, "add_subports", {"port_id": ports[2]}), (400, "HTTPBadRequest")),
        (act(neutron, trunk, "add_subports", {"port": ports[2]}), (400, "HTTPBadRequest")),
        (act(neutron, trunk, "remove_subports", {"port_id": ports[2]}), (404, "SubPortNotFound")),
        (act(neutron.of("blue"), trunk, "remove_subports", {"port_id": ports[1]}), (404, "TrunkNotFound")),
        (neutron.delete("port", ports[0]), (409, "PortInUseAsTrunkParent")),
        (neutron.delete("port", ports[1]), (409, "PortInUseAsSubPort")),
    ):
        assert fault(result) == expected, message(result)
    assert neutron.changed("trunk", trunk, admin_state_up=False)["status"] == "DOWN"
    assert fault(act(neutron, trunk, "remove_subports", {"port_id": ports[1]})) == (409, "TrunkDisabled")
