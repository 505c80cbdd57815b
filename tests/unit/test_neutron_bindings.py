"""Bindings: a VIF is put at an interface by the operator, or comes where a switch says that it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.openstack import Document, Neutron, fault
from tests.stores import MemoryStore
from weft.controller.model.commands import Create, ObserveClaim, ObserveInterfaces
from weft.controller.model.facts import Endpoint, Vif
from weft.controller.service import Service

MAC = "02:00:00:00:00:01"


@pytest.fixture
def neutron() -> Neutron:
    service = Service(MemoryStore())
    for number, name in enumerate(("s1", "s2"), 1):
        service.submit([Create("switch", {"id": name, "dpid": number, "fabric_interfaces": ("up",)})])
        service.observe(ObserveInterfaces(name, {"tap1": (1, True), "tap2": (2, True), "up": (3, True)}))
    return Neutron(service)


@pytest.fixture
def network(neutron: Neutron) -> str:
    return str(neutron.make("network", name="blue")["id"])


def binding(port: Document) -> tuple[str, Any, str]:
    """Where clients see the port's VIF, and how."""
    return port["binding:host_id"], port["binding:profile"], port["binding:vif_type"]


def place(neutron: Neutron, id: str) -> Endpoint | None:
    """Where the VIF is in the model."""
    vif = neutron.service.network.vif(id)
    assert isinstance(vif, Vif)
    return vif.location


def at(host: str, interface: str | None = None) -> dict[str, Any]:
    """What puts a VIF there."""
    return {"binding:host_id": host, "binding:profile": {"interface": interface} if interface else {}}


def claim(port: str | None, switch: str = "s1", interface: str = "tap1", mac: str = MAC) -> ObserveClaim:
    """An interface says that it is for the port."""
    return ObserveClaim(switch, interface, port, mac)


def test_a_port_is_bound_to_a_switch_that_is_there(neutron: Neutron, network: str) -> None:
    for host, vif_type in (("", "unbound"), ("s1", "ovs"), ("s9", "binding_failed")):
        made = neutron.make("port", network_id=network, **at(host))
        assert binding(made) == (host, {}, vif_type)
        assert bool(made["binding:vif_details"]) == (vif_type == "ovs")
        assert place(neutron, made["id"]) is None
    assert made["binding:vif_details"] == {}
    neutron.service.submit([Create("switch", {"id": "s9", "dpid": 9})])
    assert binding(neutron.shown("port", made["id"])) == ("s9", {}, "ovs"), "as soon as there is such a switch"


def test_how_a_vif_is_plugged_in_is_said_in_the_words_of_compute_services(neutron: Neutron, network: str) -> None:
    details = neutron.make("port", network_id=network, **at("s1"))["binding:vif_details"]
    assert (details["ovs_hybrid_plug"], details["port_filter"], details["connectivity"]) == (False, False, "l2")


def test_an_interface_in_the_profile_puts_the_vif_there(neutron: Neutron, network: str) -> None:
    made = neutron.make("port", network_id=network, **at("s1", "tap1"))
    assert place(neutron, made["id"]) == Endpoint("s1", "tap1")
    assert binding(made) == ("s1", {"interface": "tap1"}, "ovs")
    changed = neutron.changed("port", made["id"], **at("s2", "tap2"))
    assert place(neutron, made["id"]) == Endpoint("s2", "tap2")
    assert changed["revision_number"] > made["revision_number"]
    neutron.changed("port", made["id"], name="x")
    assert place(neutron, made["id"]) == Endpoint("s2", "tap2"), "what is not spoken of stays"
    assert binding(neutron.changed("port", made["id"], **at(""))) == ("", {}, "unbound")
    assert place(neutron, made["id"]) is None


@pytest.mark.parametrize("interface", ["tap1", "up"])
def test_an_interface_that_is_taken_is_refused(neutron: Neutron, network: str, interface: str) -> None:
    neutron.make("port", network_id=network, **at("s1", "tap1"))
    assert fault(neutron.post("port", network_id=network, **at("s1", interface))) == (409, "PortBindingError")
    made = neutron.make("port", network_id=network)
    assert fault(neutron.put("port", made["id"], **at("s1", interface))) == (409, "PortBindingError")
    assert neutron.shown("port", made["id"]) == made
    assert len(neutron.listed("port")) == 2


def test_two_in_one_request_cannot_be_at_one_interface(neutron: Neutron, network: str) -> None:
    body = {"network_id": network, **at("s1", "tap1")}
    assert fault(neutron.post_many("port", body, body)) == (409, "PortBindingError")
    assert neutron.listed("port") == []


def test_where_a_vif_is_the_operator_says_and_sees(neutron: Neutron) -> None:
    blue = neutron.of("blue")
    network = blue.make("network")["id"]
    made = blue.make("port", network_id=network)
    for asked in (at("s1"), at("s1", "tap1"), {"binding:profile": {"interface": "tap1"}}):
        assert fault(blue.put("port", made["id"], **asked)) == (403, "PolicyNotAuthorized")
        assert fault(blue.post("port", network_id=network, **asked)) == (403, "PolicyNotAuthorized")
    assert fault(blue.get("ports?binding:host_id=s1")) == (400, "HTTPBadRequest")
    changed = neutron.changed("port", made["id"], **at("s1", "tap1"))
    assert changed["project_id"] == "blue"
    assert "binding:host_id" not in blue.shown("port", made["id"])
    assert blue.make("port", network_id=network, **at(""))["binding:vnic_type"] == "normal", "which says nothing"


def test_ports_are_found_by_their_host(neutron: Neutron, network: str) -> None:
    made = neutron.make("port", network_id=network, **at("s1", "tap1"))
    neutron.make("port", network_id=network)
    assert [one["id"] for one in neutron.listed("port", "binding:host_id=s1")] == [made["id"]]


def test_an_interface_that_says_that_it_is_for_a_port_brings_its_vif(neutron: Neutron, network: str) -> None:
    made = neutron.make("port", network_id=network, mac_address=MAC, device_id="machine")
    neutron.service.observe(claim(made["id"]))
    assert place(neutron, made["id"]) == Endpoint("s1", "tap1")
    shown = neutron.shown("port", made["id"])
    assert binding(shown) == ("s1", {}, "ovs")
    assert (shown["device_id"], shown["mac_address"]) == ("machine", MAC)
    assert shown["revision_number"] > made["revision_number"]
    neutron.service.observe(claim(None))
    assert place(neutron, made["id"]) is None
    left = neutron.shown("port", made["id"])
    assert (binding(left), left["mac_address"]) == (("", {}, "unbound"), MAC)


def test_a_vif_that_came_stays_when_its_port_changes_or_is_bound_to_a_host(neutron: Neutron, network: str) -> None:
    made = neutron.make("port", network_id=network, mac_address=MAC, **at("s1"))
    neutron.service.observe(claim(made["id"]))
    neutron.changed("port", made["id"], name="x", device_id="m")
    neutron.changed("port", made["id"], **at("s2"))
    assert place(neutron, made["id"]) == Endpoint("s1", "tap1")
    assert neutron.shown("port", made["id"])["binding:host_id"] == "s1", "where it is, not where it is to be"


def test_an_interface_with_another_mac_does_not_get_the_port(neutron: Neutron, network: str) -> None:
    made = neutron.make("port", network_id=network, mac_address=MAC)
    neutron.service.observe(claim(made["id"], mac="02:00:00:00:00:99"))
    assert place(neutron, made["id"]) is None
    assert neutron.shown("port", made["id"])["status"] == "DOWN"


def test_a_port_whose_vif_came_is_deleted_whole_and_a_new_one_is_claimed_anew(neutron: Neutron, network: str) -> None:
    made = neutron.make("port", network_id=network, mac_address=MAC)
    neutron.service.observe(claim(made["id"]))
    assert neutron.delete("port", made["id"]).status_code == 204
    assert neutron.service.network.vif(made["id"]) is None
    again = neutron.make("port", network_id=network, mac_address=MAC)
    neutron.service.observe(claim(again["id"]))
    assert place(neutron, again["id"]) == Endpoint("s1", "tap1")


def test_an_interface_may_say_so_before_there_is_a_port(neutron: Neutron, network: str) -> None:
    """Nobody knows a port's id before it is made, so the claim is repeated when its interface speaks again."""
    neutron.service.observe(claim("not-yet"))
    made = neutron.make("port", network_id=network, mac_address=MAC)
    neutron.service.observe(claim(made["id"]))
    assert place(neutron, made["id"]) == Endpoint("s1", "tap1")


@pytest.mark.parametrize(("vnic_type", "kind"), [("normal", "tap"), ("direct", "sriov"), ("baremetal", "physical")])
def test_the_kind_of_a_vif_is_that_of_its_binding(neutron: Neutron, network: str, vnic_type: str, kind: str) -> None:
    made = neutron.make("port", network_id=network, **{"binding:vnic_type": vnic_type})
    assert made["binding:vnic_type"] == vnic_type
    vif = neutron.service.network.vif(made["id"])
    assert vif is not None
    assert vif.vif_kind == kind
