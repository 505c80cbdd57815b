"""Subnets: their defaults, their rules and what they keep in use."""

from __future__ import annotations

from typing import Any

import pytest

from tests.openstack import Document, Neutron, fault, message
from tests.stores import MemoryStore
from weft.controller.service import Service


@pytest.fixture
def neutron() -> Neutron:
    return Neutron(Service(MemoryStore()))


@pytest.fixture
def network(neutron: Neutron) -> str:
    return str(neutron.make("network", name="blue")["id"])


def v4(network: str, cidr: str = "10.0.0.0/24", **more: Any) -> Document:
    return {"network_id": network, "ip_version": 4, "cidr": cidr, **more}


def v6(network: str, cidr: str = "2001:db8::/64", **more: Any) -> Document:
    return {"network_id": network, "ip_version": 6, "cidr": cidr, **more}


def pool(start: str, end: str) -> dict[str, str]:
    return {"start": start, "end": end}


def test_a_subnet_has_every_attribute_that_clients_know(neutron: Neutron, network: str) -> None:
    made = neutron.make("subnet", **v4(network))
    assert made == neutron.shown("subnet", made["id"])
    given = {name: made.pop(name) for name in ("id", "created_at", "updated_at", "revision_number")}
    assert all(given.values())
    assert made == {
        "name": "",
        "description": "",
        "project_id": "default",
        "tenant_id": "default",
        "tags": [],
        "network_id": network,
        "ip_version": 4,
        "cidr": "10.0.0.0/24",
        "gateway_ip": "10.0.0.1",
        "allocation_pools": [pool("10.0.0.2", "10.0.0.254")],
        "dns_nameservers": [],
        "host_routes": [],
        "enable_dhcp": True,
        "ipv6_ra_mode": None,
        "ipv6_address_mode": None,
        "subnetpool_id": None,
        "service_types": [],
        "segment_id": None,
    }


def test_what_is_asked_for_is_what_is_shown(neutron: Neutron, network: str) -> None:
    asked = {
        "name": "s",
        "description": "d",
        "enable_dhcp": False,
        "gateway_ip": "10.0.0.254",
        "allocation_pools": [pool("10.0.0.10", "10.0.0.20"), pool("10.0.0.5", "10.0.0.6")],
        "dns_nameservers": ["192.0.2.53", "10.0.0.9"],
        "host_routes": [{"destination": "10.9.0.0/16", "nexthop": "10.0.0.3"}],
    }
    made = neutron.make("subnet", **v4(network), **asked)
    assert {name: made[name] for name in asked} == asked
    other = {"name": "t", "gateway_ip": None, "dns_nameservers": [], "host_routes": [], "enable_dhcp": True}
    changed = neutron.changed("subnet", made["id"], **other)
    assert {name: changed[name] for name in other} == other
    assert changed["allocation_pools"] == asked["allocation_pools"]
    pools = [pool("10.0.0.1", "10.0.0.254")]
    assert neutron.changed("subnet", made["id"], allocation_pools=pools)["allocation_pools"] == pools


@pytest.mark.parametrize(
    ("cidr", "shown", "gateway", "pools"),
    [
        ("10.0.0.7/24", "10.0.0.0/24", "10.0.0.1", [pool("10.0.0.2", "10.0.0.254")]),
        ("10.0.0.0/30", "10.0.0.0/30", "10.0.0.1", [pool("10.0.0.2", "10.0.0.2")]),
        ("10.0.0.8/31", "10.0.0.8/31", "10.0.0.8", [pool("10.0.0.9", "10.0.0.9")]),
        ("10.0.0.9/32", "10.0.0.9/32", None, [pool("10.0.0.9", "10.0.0.9")]),
        ("2001:DB8:0::7/64", "2001:db8::/64", "2001:db8::1", [pool("2001:db8::2", "2001:db8::ffff:ffff:ffff:ffff")]),
    ],
)
def test_the_gateway_is_the_first_address_and_the_pool_all_others(
    neutron: Neutron, network: str, cidr: str, shown: str, gateway: str | None, pools: list[dict[str, str]]
) -> None:
    made = neutron.make("subnet", network_id=network, ip_version=6 if ":" in cidr else 4, cidr=cidr)
    assert (made["cidr"], made["gateway_ip"], made["allocation_pools"]) == (shown, gateway, pools)


def test_a_gateway_amid_the_addresses_parts_the_pool_and_none_leaves_it_whole(neutron: Neutron, network: str) -> None:
    made = neutron.make("subnet", **v4(network, gateway_ip="10.0.0.100"))
    assert made["allocation_pools"] == [pool("10.0.0.1", "10.0.0.99"), pool("10.0.0.101", "10.0.0.254")]
    made = neutron.make("subnet", **v4(network, "10.1.0.0/24", gateway_ip=None))
    assert (made["gateway_ip"], made["allocation_pools"]) == (None, [pool("10.1.0.1", "10.1.0.254")])


@pytest.mark.parametrize(
    ("more", "answer"),
    {
        "no cidr": ({"cidr": None}, (400, "InvalidInput")),
        "no prefix": ({"cidr": "10.0.0.0"}, (400, "HTTPBadRequest")),
        "of the other version": ({"ip_version": 6}, (400, "InvalidInput")),
        "of no version": ({"ip_version": 5}, (400, "HTTPBadRequest")),
        "multicast": ({"cidr": "224.0.0.0/24"}, (400, "InvalidInput")),
        "a gateway of the other version": ({"gateway_ip": "2001:db8::1"}, (400, "InvalidInput")),
        "the broadcast address as gateway": ({"gateway_ip": "10.0.0.255"}, (400, "InvalidInput")),
        "a pool outside": ({"allocation_pools": [pool("10.0.1.1", "10.0.1.9")]}, (400, "OutOfBoundsAllocationPool")),
        "a pool too long": ({"allocation_pools": [pool("10.0.0.9", "10.0.1.9")]}, (400, "OutOfBoundsAllocationPool")),
        "a pool backwards": ({"allocation_pools": [pool("10.0.0.9", "10.0.0.5")]}, (400, "InvalidAllocationPool")),
        "a pool of nothing": ({"allocation_pools": [{"start": "10.0.0.9"}]}, (400, "HTTPBadRequest")),
        "pools that overlap": (
            {"allocation_pools": [pool("10.0.0.9", "10.0.0.15"), pool("10.0.0.15", "10.0.0.20")]},
            (409, "OverlappingAllocationPools"),
        ),
        "the gateway in a pool": (
            {"allocation_pools": [pool("10.0.0.1", "10.0.0.15")]},
            (409, "GatewayConflictWithAllocationPools"),
        ),
        "an IPv6 mode": ({"ipv6_ra_mode": "slaac"}, (400, "InvalidInput")),
        "a mode that is none": ({"ipv6_address_mode": "x"}, (400, "HTTPBadRequest")),
        "a nameserver that is none": ({"dns_nameservers": ["ns1"]}, (400, "HTTPBadRequest")),
        "a nameserver twice": ({"dns_nameservers": ["10.0.0.9", "10.0.0.9"]}, (400, "HTTPBadRequest")),
        "a route to nowhere": ({"host_routes": [{"destination": "10.9.0.0/16"}]}, (400, "HTTPBadRequest")),
        "a subnet pool": ({"subnetpool_id": "x"}, (404, "SubnetPoolNotFound")),
        "no network": ({"network_id": "x"}, (404, "NetworkNotFound")),
        "service types": ({"service_types": ["network:dhcp"]}, (400, "InvalidInput")),
    }.values(),
    ids=str,
)
def test_a_subnet_that_cannot_be_is_refused(
    neutron: Neutron, network: str, more: Document, answer: tuple[int, str]
) -> None:
    assert fault(neutron.post("subnet", **(v4(network) | more))) == answer
    assert neutron.listed("subnet") == []


@pytest.mark.parametrize("missing", ["network_id", "ip_version"])
def test_what_must_be_said_must_be_said(neutron: Neutron, network: str, missing: str) -> None:
    body = {name: value for name, value in v4(network).items() if name != missing}
    result = neutron.post("subnet", **body)
    assert fault(result) == (400, "HTTPBadRequest")
    assert f"Required attribute '{missing}' not specified" in message(result)


def test_subnets_of_one_network_do_not_overlap_and_those_of_two_may(neutron: Neutron, network: str) -> None:
    neutron.make("subnet", **v4(network))
    for cidr in ("10.0.0.0/24", "10.0.0.128/25", "10.0.0.0/16"):
        result = neutron.post("subnet", **v4(network, cidr))
        assert fault(result) == (400, "InvalidInput")
        assert "overlaps" in message(result)
    assert fault(neutron.post_many("subnet", v4(network, "10.1.0.0/24"), v4(network, "10.1.0.0/24")))[0] == 400
    neutron.make("subnet", **v4(network, "10.0.1.0/24"))
    neutron.make("subnet", **v4(neutron.make("network")["id"]))
    neutron.make("subnet", **v6(network))


def test_ipv6_modes_go_together(neutron: Neutron, network: str) -> None:
    made = neutron.make("subnet", **v6(network, ipv6_ra_mode="slaac", ipv6_address_mode="slaac"))
    assert (made["ipv6_ra_mode"], made["ipv6_address_mode"]) == ("slaac", "slaac")
    other = v6(network, "2001:db8:1::/64", ipv6_ra_mode="slaac", ipv6_address_mode="dhcpv6-stateful")
    assert fault(neutron.post("subnet", **other)) == (400, "InvalidInput")
    long = v6(network, "2001:db8:1::/80", ipv6_address_mode="slaac")
    assert fault(neutron.post("subnet", **long)) == (400, "InvalidInput")


def test_a_gateway_cannot_move_into_a_pool(neutron: Neutron, network: str) -> None:
    made = neutron.make("subnet", **v4(network))
    result = neutron.put("subnet", made["id"], gateway_ip="10.0.0.7")
    assert fault(result) == (409, "GatewayConflictWithAllocationPools")
    assert neutron.shown("subnet", made["id"]) == made
    for name in ("cidr", "network_id", "ip_version", "ipv6_ra_mode"):
        assert fault(neutron.put("subnet", made["id"], **{name: made[name]}))[0] == 400


def test_a_subnet_whose_addresses_are_in_use_stays(neutron: Neutron, network: str) -> None:
    subnet = neutron.make("subnet", **v4(network))["id"]
    port = neutron.make("port", network_id=network)["id"]
    result = neutron.delete("subnet", subnet)
    assert fault(result) == (409, "SubnetInUse")
    assert port in message(result)
    neutron.changed("port", port, fixed_ips=[])
    assert neutron.delete("subnet", subnet).status_code == 204
    assert fault(neutron.get(f"subnets/{subnet}")) == (404, "SubnetNotFound")


def test_subnets_are_found_by_their_network(neutron: Neutron, network: str) -> None:
    other = neutron.make("network")["id"]
    made = [neutron.make("subnet", **v4(network, "10.1.0.0/24")), neutron.make("subnet", **v4(other))]
    assert neutron.listed("subnet", f"network_id={network}") == made[:1]
    assert neutron.listed("subnet", f"network_id={network}&network_id={other}&ip_version=4") == made
    assert neutron.listed("subnet", "cidr=10.0.0.0/24") == made[1:]
    assert neutron.listed("subnet", "enable_dhcp=False") == []


def test_a_subnet_is_its_projects_and_is_seen_where_its_network_is_shared(neutron: Neutron) -> None:
    blue, red = neutron.of("blue"), neutron.of("red")
    network = blue.make("network")["id"]
    subnet = blue.make("subnet", **v4(network))
    assert subnet["project_id"] == "blue"
    assert red.listed("subnet") == []
    assert fault(red.post("subnet", **v4(network, "10.5.0.0/24"))) == (404, "NetworkNotFound")
    assert fault(red.delete("subnet", subnet["id"])) == (404, "SubnetNotFound")
    neutron.changed("network", network, shared=True)
    assert [one["id"] for one in red.listed("subnet", "shared=True")] == [subnet["id"]]
    assert red.listed("subnet", "shared=False") == []
    assert red.listed("subnet", "fields=shared&fields=cidr") == [{"cidr": "10.0.0.0/24"}]
    assert fault(red.get("subnets?shared=perhaps")) == (400, "HTTPBadRequest")
    assert fault(red.delete("subnet", subnet["id"]))[0] == 403
    assert fault(red.put("subnet", subnet["id"], name="x"))[0] == 403
    assert fault(red.post("subnet", **v4(network, "10.5.0.0/24")))[0] in (400, 403)
