"""Ports: a port and the VIF in it, as Neutron's clients know them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.openstack import Document, Neutron, fault, message
from tests.stores import MemoryStore
from weft.controller.model.commands import Create, Plug
from weft.controller.model.facts import Port, Vif
from weft.controller.model.traits import AllowedAddress
from weft.controller.service import Service

MAC, OTHER = "02:00:00:00:00:01", "02:00:00:00:00:02"


@pytest.fixture
def neutron() -> Neutron:
    return Neutron(Service(MemoryStore()))


@pytest.fixture
def network(neutron: Neutron) -> str:
    id = str(neutron.make("network", name="blue")["id"])
    neutron.make("subnet", network_id=id, ip_version=4, cidr="10.0.0.0/24")
    return id


def port_of(neutron: Neutron, id: str) -> Port:
    found = neutron.service.network.port(id)
    assert found is not None
    return found


def vif_of(neutron: Neutron, id: str) -> Vif:
    attachment = neutron.service.network.attachment(id)
    found = neutron.service.network.vif(attachment.vif) if attachment is not None else None
    assert found is not None
    return found


def test_a_port_has_every_attribute_that_clients_know(neutron: Neutron, network: str) -> None:
    made = neutron.make("port", network_id=network)
    assert made == neutron.shown("port", made["id"])
    given = {name: made.pop(name) for name in ("id", "created_at", "updated_at", "revision_number", "mac_address")}
    assert given["mac_address"].startswith("fa:16:3e:")
    (address,) = made.pop("fixed_ips")
    assert address["ip_address"] == "10.0.0.2"
    assert made == {
        "name": "",
        "description": "",
        "project_id": "default",
        "tenant_id": "default",
        "tags": [],
        "network_id": network,
        "admin_state_up": True,
        "status": "DOWN",
        "device_id": "",
        "device_owner": "",
        "allowed_address_pairs": [],
        "port_security_enabled": True,
        "security_groups": [neutron.default_group()["id"]],
        "extra_dhcp_opts": [],
        "binding:host_id": "",
        "binding:profile": {},
        "binding:vnic_type": "normal",
        "binding:vif_type": "unbound",
        "binding:vif_details": {},
        "dns_name": "",
        "dns_assignment": [],
        "qos_policy_id": None,
        "qos_network_policy_id": None,
        "resource_request": None,
        "ip_allocation": "immediate",
    }


def test_a_port_is_a_port_and_a_vif_of_one_id(neutron: Neutron, network: str) -> None:
    option = {"opt_name": "bootfile-name", "opt_value": "pxelinux.0", "ip_version": 4}
    asked = {
        "name": "web",
        "description": "d",
        "mac_address": MAC,
        "admin_state_up": False,
        "tags": ["a", "b"],
        "device_id": "machine",
        "device_owner": "compute:nova",
        "extra_dhcp_opts": [option],
        "dns_name": "web",
        "security_groups": [neutron.make_group("web")["id"]],
        "project_id": "default",
    }
    made = neutron.make("port", network_id=network, **asked)
    assert {name: made[name] for name in asked} == asked
    port, vif = port_of(neutron, made["id"]), vif_of(neutron, made["id"])
    assert port.id == vif.id
    assert (port.name, port.segment, port.admin_up, port.tags) == ("web", network, False, ("a", "b"))
    assert (vif.mac, vif.device, vif.device_owner, vif.vif_kind) == (MAC, "machine", "compute:nova", "tap")
    other = {
        "name": "x",
        "mac_address": OTHER,
        "admin_state_up": True,
        "device_id": "",
        "device_owner": "",
        "extra_dhcp_opts": [],
        "dns_name": "",
        "security_groups": [],
    }
    changed = neutron.changed("port", made["id"], **other)
    assert {name: changed[name] for name in other} == other
    assert changed["revision_number"] > made["revision_number"]
    assert neutron.delete("port", made["id"]).status_code == 204
    assert neutron.service.network.vif(made["id"]) is None


def test_a_change_of_the_vif_is_a_revision_of_the_port(neutron: Neutron, network: str) -> None:
    made = neutron.make("port", network_id=network)
    changed = neutron.changed("port", made["id"], device_id="machine")
    assert changed["revision_number"] > made["revision_number"]
    old = {"If-Match": f"revision_number={made['revision_number']}"}
    path = f"/v2.0/ports/{made['id']}"
    result = neutron.client.simulate_put(path, json={"port": {"name": "x"}}, headers=old)
    assert fault(result) == (412, "RevisionNumberConstraintFailed")


@pytest.mark.parametrize("mac", ["02-00-00-00-00-0A", "02:00:00:00:00:0a", "02000000000A"])
def test_a_mac_is_written_in_several_ways(neutron: Neutron, network: str, mac: str) -> None:
    assert neutron.make("port", network_id=network, mac_address=mac)["mac_address"] == "02:00:00:00:00:0a"
    assert len(neutron.listed("port", "mac_address=02:00:00:00:00:0A")) == 1


def test_a_mac_is_one_ports_on_a_network(neutron: Neutron, network: str) -> None:
    made = neutron.make("port", network_id=network, mac_address=MAC)
    result = neutron.post("port", network_id=network, mac_address=MAC)
    assert fault(result) == (409, "MacAddressInUse")
    assert MAC in message(result)
    body = {"network_id": network, "mac_address": OTHER}
    assert fault(neutron.post_many("port", body, body)) == (409, "MacAddressInUse")
    other = neutron.make("port", network_id=network)
    assert fault(neutron.put("port", other["id"], mac_address=MAC)) == (409, "MacAddressInUse")
    assert fault(neutron.post("port", network_id=network, mac_address="01:00:5e:00:00:01")) == (400, "InvalidInput")
    assert neutron.changed("port", made["id"], mac_address=None)["mac_address"].startswith("fa:16:3e:")
    assert len(neutron.listed("port")) == 2
    neutron.make("port", network_id=neutron.make("network")["id"], mac_address=OTHER)


def test_a_port_needs_a_network_that_is_there(neutron: Neutron, network: str) -> None:
    assert fault(neutron.post("port")) == (400, "HTTPBadRequest")
    assert fault(neutron.post("port", network_id="x")) == (404, "NetworkNotFound")
    assert fault(neutron.post("port", network_id=None)) == (400, "HTTPBadRequest")


def test_many_ports_are_made_at_once_with_an_address_each(neutron: Neutron, network: str) -> None:
    result = neutron.post_many("port", *({"network_id": network} for _ in range(50)))
    assert result.status_code == 201
    addresses = {one["fixed_ips"][0]["ip_address"] for one in result.json["ports"]}
    assert len(addresses) == 50
    assert len({one["mac_address"] for one in result.json["ports"]}) == 50
    bad = [{"network_id": network}, {"network_id": network, "fixed_ips": [{"ip_address": "10.0.0.2"}]}]
    assert fault(neutron.post_many("port", *bad)) == (409, "IpAddressInUse")
    assert len(neutron.listed("port")) == 50


def test_port_security_checks_addresses_where_there_are_any(neutron: Neutron, network: str) -> None:
    levels = {}
    for name, more in {
        "addresses": {},
        "none": {"fixed_ips": []},
        "off": {"port_security_enabled": False},
    }.items():
        levels[name] = port_of(neutron, neutron.make("port", network_id=network, **more)["id"]).security
    assert levels == {"addresses": "mac+ip", "none": "mac+inner", "off": "none"}
    made = neutron.make("port", network_id=network)
    neutron.changed("port", made["id"], fixed_ips=[])
    assert port_of(neutron, made["id"]).security == "mac+inner"
    assert (
        neutron.changed("port", made["id"], port_security_enabled=False, security_groups=[])["port_security_enabled"]
        is False
    )
    neutron.changed("port", made["id"], fixed_ips=[{"ip_address": "10.0.0.9"}])
    assert port_of(neutron, made["id"]).security == "none"
    assert neutron.changed("port", made["id"], port_security_enabled=True)["port_security_enabled"] is True
    assert port_of(neutron, made["id"]).security == "mac+ip"


def test_a_port_has_its_networks_port_security_and_keeps_it(neutron: Neutron) -> None:
    bare = neutron.make("network", port_security_enabled=False)["id"]
    made = neutron.make("port", network_id=bare)
    assert made["port_security_enabled"] is False
    neutron.changed("network", bare, port_security_enabled=True)
    assert neutron.shown("port", made["id"])["port_security_enabled"] is False
    assert neutron.make("port", network_id=bare)["port_security_enabled"] is True


def test_allowed_pairs_may_leave_out_the_mac(neutron: Neutron, network: str) -> None:
    pairs: list[Document] = [
        {"ip_address": "10.0.0.99"},
        {"ip_address": "10.0.0.100", "mac_address": "00:00:5E:00:01:01"},
        {"ip_address": "192.0.2.7/24"},
    ]
    made = neutron.make("port", network_id=network, mac_address=MAC, allowed_address_pairs=pairs)
    assert made["allowed_address_pairs"] == [
        {"mac_address": MAC, "ip_address": "10.0.0.99"},
        {"mac_address": "00:00:5e:00:01:01", "ip_address": "10.0.0.100"},
        {"mac_address": MAC, "ip_address": "192.0.2.0/24"},
    ]
    assert port_of(neutron, made["id"]).allowed_addresses == (
        *(AllowedAddress(None, "10.0.0.99/32"), AllowedAddress("00:00:5e:00:01:01", "10.0.0.100/32")),
        AllowedAddress(None, "192.0.2.0/24"),
    )
    assert neutron.changed("port", made["id"], allowed_address_pairs=None)["allowed_address_pairs"] == []


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ({"allowed_address_pairs": [{"mac_address": OTHER}]}, (400, "HTTPBadRequest")),
        ({"allowed_address_pairs": [{"ip_address": "x"}]}, (400, "HTTPBadRequest")),
        ({"allowed_address_pairs": [{"ip_address": "10.0.0.9"}] * 2}, (400, "DuplicateAddressPairInRequest")),
        ({"allowed_address_pairs": {"ip_address": "10.0.0.9"}}, (400, "HTTPBadRequest")),
        (
            {"allowed_address_pairs": [{"ip_address": "10.0.0.9"}], "port_security_enabled": False},
            (409, "AddressPairAndPortSecurityRequired"),
        ),
        (
            {"security_groups": ["default"], "port_security_enabled": False},
            (409, "PortSecurityPortHasSecurityGroup"),
        ),
        ({"binding:vnic_type": "carrier-pigeon"}, (400, "HTTPBadRequest")),
        ({"extra_dhcp_opts": [{"opt_value": "x"}]}, (400, "HTTPBadRequest")),
        ({"device_id": 5}, (400, "HTTPBadRequest")),
        ({"tags": ["a", "a"]}, (400, "HTTPBadRequest")),
        ({"qos_policy_id": "x"}, (400, "HTTPBadRequest")),
    ],
)
def test_a_port_that_cannot_be_is_refused(
    neutron: Neutron, network: str, more: Document, answer: tuple[int, str]
) -> None:
    assert fault(neutron.post("port", network_id=network, **more)) == answer
    made = neutron.make("port", network_id=network)
    if "tags" not in more:
        assert fault(neutron.put("port", made["id"], **more)) == answer
    assert neutron.shown("port", made["id"]) == made


def test_ports_are_found_by_what_clients_ask_for(neutron: Neutron, network: str) -> None:
    second = neutron.make("network")["id"]
    subnet = neutron.make("subnet", network_id=second, ip_version=4, cidr="10.1.0.0/24")["id"]
    groups = [neutron.make_group(name)["id"] for name in "gh"]
    a = neutron.make("port", network_id=network, device_id="m", name="a", security_groups=groups)
    b = neutron.make("port", network_id=second, device_id="m", device_owner="compute:nova", mac_address=MAC)
    c = neutron.make("port", network_id=second, fixed_ips=[])
    for query, found in {
        f"network_id={network}": [a],
        f"network_id={second}": [b, c],
        "device_id=m": [a, b],
        "device_id=m&device_owner=compute:nova": [b],
        "device_id=": [c],
        f"mac_address={MAC}": [b],
        "fixed_ips=ip_address=10.0.0.2": [a],
        f"fixed_ips=subnet_id={subnet}": [b],
        f"fixed_ips=subnet_id={subnet}&fixed_ips=ip_address=10.0.0.2": [],
        "fixed_ips=ip_address=10.0.0.2&fixed_ips=ip_address=10.1.0.2": [a, b],
        "fixed_ips=ip_address_substr=10.1.": [b],
        f"security_groups={groups[1]}": [a],
        "status=DOWN&name=a": [a],
        f"id={c['id']}&network_id={second}": [c],
    }.items():
        shown = sorted(neutron.listed("port", query), key=lambda one: one["id"])
        assert shown == sorted(found, key=lambda one: one["id"]), query
    assert fault(neutron.get("ports?fixed_ips=colour=red"))[0] == 400


def test_a_port_is_its_projects_alone(neutron: Neutron) -> None:
    blue, red = neutron.of("blue"), neutron.of("red")
    network = blue.make("network")["id"]
    made = blue.make("port", network_id=network)
    assert made["project_id"] == "blue"
    assert not [name for name in made if name.startswith("binding:") and name != "binding:vnic_type"]
    assert red.listed("port") == []
    for result in (
        red.get(f"ports/{made['id']}"),
        red.put("port", made["id"], name="x"),
        red.delete("port", made["id"]),
    ):
        assert fault(result) == (404, "PortNotFound")
    neutron.changed("network", network, shared=True)
    theirs = red.make("port", network_id=network)
    assert theirs["project_id"] == "red"
    assert [one["id"] for one in red.listed("port")] == [theirs["id"]]
    assert red.delete("port", theirs["id"]).status_code == 204
    assert neutron.make("port", network_id=network)["project_id"] == "blue", "the operator's own is the network's"
    reader = neutron.of("blue:reader")
    assert len(reader.listed("port")) == 2
    assert fault(reader.post("port", network_id=network))[0] == 403
    assert fault(reader.delete("port", made["id"]))[0] == 403


def test_ports_that_were_made_otherwise_are_shown_too(neutron: Neutron) -> None:
    neutron.service.submit(
        [
            Create("segment", {"id": "red", "name": "Red", "project": "a"}),
            Create("port", {"id": "p", "name": "p", "segment": "red", "fixed_ips": ("10.0.0.7",)}),
            Create("vif", {"id": "v", "mac": MAC, "project": "a", "device": "machine"}),
        ]
    )
    bare = neutron.shown("port", "p")
    assert (bare["mac_address"], bare["device_id"], bare["status"]) == ("", "", "DOWN")
    assert bare["fixed_ips"] == [{"subnet_id": None, "ip_address": "10.0.0.7"}]
    neutron.service.submit([Plug("p", "v")])
    full = neutron.shown("port", "p")
    assert (full["mac_address"], full["device_id"]) == (MAC, "machine")
    assert full["revision_number"] > bare["revision_number"]
    neutron.changed("port", "p", device_id="other")
    assert vif_of(neutron, "p").device == "other"
    assert neutron.delete("port", "p").status_code == 204
    assert neutron.service.network.vif("v") is not None, "which was made apart from it"


def test_what_was_set_otherwise_stays_when_a_client_changes_something_else(neutron: Neutron) -> None:
    mac_alone = (AllowedAddress("00:00:5e:00:01:01", None),)
    neutron.service.submit(
        [
            Create("segment", {"id": "red", "name": "Red", "project": "a"}),
            Create("port", {"id": "p", "name": "p", "segment": "red", "security": "mac"}),
            Create("port", {"id": "q", "name": "q", "segment": "red", "security": "none"}),
            Create("port", {"id": "r", "name": "r", "segment": "red", "allowed_addresses": mac_alone}),
        ]
    )
    neutron.make("subnet", network_id="red", ip_version=4, cidr="10.0.0.0/24")
    for id in "pqr":
        neutron.changed("port", id, name="x", fixed_ips=[{"subnet_id": neutron.listed("subnet")[0]["id"]}])
    assert [port_of(neutron, id).security for id in "pqr"] == ["mac", "none", None]
    assert neutron.changed("port", "p", port_security_enabled=True)["port_security_enabled"] is True
    assert port_of(neutron, "p").security == "mac"
    assert port_of(neutron, "r").allowed_addresses == mac_alone


def test_a_port_without_a_vif_gets_one_when_a_client_names_a_machine(neutron: Neutron) -> None:
    neutron.service.submit(
        [
            Create("segment", {"id": "red", "name": "Red", "project": "a"}),
            Create("port", {"id": "p", "name": "p", "segment": "red"}),
        ]
    )
    assert neutron.changed("port", "p", name="q")["mac_address"] == ""
    changed = neutron.changed("port", "p", device_id="machine")
    assert changed["mac_address"].startswith("fa:16:3e:")
    assert vif_of(neutron, "p").project == "a"


def kept(neutron: Neutron, id: str) -> dict[str, Any]:
    return {attribute.name: attribute.value for attribute in port_of(neutron, id).attributes}


def test_what_the_model_has_no_word_for_is_kept_beside_what_others_keep(neutron: Neutron, network: str) -> None:
    made = neutron.make("port", network_id=network, dns_name="web")
    assert kept(neutron, made["id"]) == {"neutron:dns_name": '"web"'}
    neutron.changed("port", made["id"], dns_name="")
    assert kept(neutron, made["id"]) == {}
