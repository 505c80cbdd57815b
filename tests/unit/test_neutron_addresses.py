"""Addresses of ports: asked for by address, by subnet, by both or by nothing, and given from the pools."""

from __future__ import annotations

from typing import Any

import pytest

from tests.openstack import Document, Neutron, fault, message
from tests.stores import MemoryStore
from weft.controller.service import Service

MAC = "02:00:00:00:00:01"
OF_MAC = "2001:db8::ff:fe00:1"


@pytest.fixture
def neutron() -> Neutron:
    return Neutron(Service(MemoryStore()))


@pytest.fixture
def network(neutron: Neutron) -> str:
    return str(neutron.make("network", name="blue")["id"])


def subnet(neutron: Neutron, network: str, cidr: str, **more: Any) -> str:
    version = 6 if ":" in cidr else 4
    return str(neutron.make("subnet", network_id=network, ip_version=version, cidr=cidr, **more)["id"])


def slaac(neutron: Neutron, network: str, cidr: str = "2001:db8::/64") -> str:
    return subnet(neutron, network, cidr, ipv6_ra_mode="slaac", ipv6_address_mode="slaac")


def addresses(port: Document) -> list[str]:
    return [one["ip_address"] for one in port["fixed_ips"]]


def test_by_default_a_port_has_one_address_of_each_version(neutron: Neutron, network: str) -> None:
    assert addresses(neutron.make("port", network_id=network)) == []
    four = subnet(neutron, network, "10.0.0.0/24")
    subnet(neutron, network, "10.0.1.0/24")
    six = subnet(neutron, network, "2001:db8:1::/64")
    made = neutron.make("port", network_id=network)
    assert made["fixed_ips"] == [
        {"subnet_id": four, "ip_address": "10.0.0.2"},
        {"subnet_id": six, "ip_address": "2001:db8:1::2"},
    ]


def test_nothing_asked_for_is_nothing_given(neutron: Neutron, network: str) -> None:
    subnet(neutron, network, "10.0.0.0/24")
    slaac(neutron, network)
    made = neutron.make("port", network_id=network, fixed_ips=[])
    assert (made["fixed_ips"], made["ip_allocation"]) == ([], "none")


def test_addresses_are_asked_for_by_subnet_by_address_or_both(neutron: Neutron, network: str) -> None:
    first, second = subnet(neutron, network, "10.0.0.0/24"), subnet(neutron, network, "10.0.1.0/24")
    for asked, given in (
        ([{"subnet_id": second}], ["10.0.1.2"]),
        ([{"ip_address": "10.0.0.77"}], ["10.0.0.77"]),
        ([{"subnet_id": first, "ip_address": "10.0.0.78"}], ["10.0.0.78"]),
        ([{"subnet_id": first}, {"subnet_id": first}], ["10.0.0.2", "10.0.0.3"]),
        ([{"ip_address": "10.0.0.1"}], ["10.0.0.1"]),  # the gateway's: it is a port as well
    ):
        assert addresses(neutron.make("port", network_id=network, fixed_ips=asked)) == given
    both = [{"subnet_id": second}, {"ip_address": "10.0.1.3"}]
    assert sorted(addresses(neutron.make("port", network_id=network, fixed_ips=both))) == ["10.0.1.3", "10.0.1.4"]


@pytest.mark.parametrize(
    ("asked", "answer"),
    {
        "of no subnet": ([{"ip_address": "192.0.2.1"}], (400, "InvalidIpForNetwork")),
        "of another subnet": ([{"subnet_id": "FIRST", "ip_address": "10.0.1.9"}], (400, "InvalidIpForSubnet")),
        "the broadcast address": ([{"ip_address": "10.0.0.255"}], (400, "InvalidIpForSubnet")),
        "the subnet's own": ([{"ip_address": "10.0.0.0"}], (400, "InvalidIpForSubnet")),
        "in use": ([{"ip_address": "10.0.0.9"}], (409, "IpAddressInUse")),
        "in use, by subnet": ([{"subnet_id": "FIRST", "ip_address": "10.0.0.9"}], (409, "IpAddressInUse")),
        "no such subnet": ([{"subnet_id": "x"}], (404, "SubnetNotFound")),
        "another network's": ([{"subnet_id": "OTHER"}], (400, "InvalidInput")),
        "twice": ([{"ip_address": "10.0.0.7"}, {"ip_address": "10.0.0.7"}], (400, "HTTPBadRequest")),
        "nothing": ([{}], (400, "InvalidInput")),
        "no address": ([{"ip_address": "ten"}], (400, "HTTPBadRequest")),
        "something else": ([{"colour": "red"}], (400, "HTTPBadRequest")),
        "no list": ({"ip_address": "10.0.0.7"}, (400, "HTTPBadRequest")),
        "one made of another MAC": ([{"ip_address": "2001:db8::5"}], (400, "InvalidInput")),
    }.values(),
    ids=str,
)
def test_addresses_that_cannot_be_had_are_refused(
    neutron: Neutron, network: str, asked: Any, answer: tuple[int, str]
) -> None:
    subnets = {"FIRST": subnet(neutron, network, "10.0.0.0/24")}
    subnet(neutron, network, "10.0.1.0/24")
    slaac(neutron, network)
    subnets["OTHER"] = subnet(neutron, neutron.make("network")["id"], "10.0.0.0/24")
    neutron.make("port", network_id=network, fixed_ips=[{"ip_address": "10.0.0.9"}])
    mine = neutron.make("port", network_id=network)
    for item in asked if isinstance(asked, list) else ():
        if item.get("subnet_id") in subnets:
            item["subnet_id"] = subnets[item["subnet_id"]]
    assert fault(neutron.post("port", network_id=network, fixed_ips=asked)) == answer
    assert fault(neutron.put("port", mine["id"], fixed_ips=asked)) == answer
    assert neutron.shown("port", mine["id"]) == mine
    assert len(neutron.listed("port")) == 2


def test_an_address_that_was_just_let_go_is_not_soon_given_again(neutron: Neutron, network: str) -> None:
    subnet(neutron, network, "10.0.0.0/29")
    first = neutron.make("port", network_id=network)
    assert addresses(first) == ["10.0.0.2"]
    neutron.delete("port", first["id"])
    given = [addresses(neutron.make("port", network_id=network))[0] for _ in range(5)]
    assert given == ["10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.2"]
    result = neutron.post("port", network_id=network)
    assert fault(result) == (409, "IpAddressGenerationFailure")
    assert network in message(result)
    assert len(neutron.listed("port")) == 5


def test_when_a_subnet_is_full_the_next_one_is_taken(neutron: Neutron, network: str) -> None:
    subnet(neutron, network, "10.0.0.0/30")
    subnet(neutron, network, "10.0.1.0/30")
    assert [addresses(neutron.make("port", network_id=network)) for _ in range(2)] == [["10.0.0.2"], ["10.0.1.2"]]
    bodies = [{"network_id": network}] * 2
    assert fault(neutron.post_many("port", *bodies)) == (409, "IpAddressGenerationFailure")


def test_only_pools_are_given_out_of_and_all_else_may_be_asked_for(neutron: Neutron, network: str) -> None:
    pools = [{"start": "10.0.0.10", "end": "10.0.0.11"}, {"start": "10.0.0.5", "end": "10.0.0.5"}]
    subnet(neutron, network, "10.0.0.0/24", allocation_pools=pools)
    given = {addresses(neutron.make("port", network_id=network))[0] for _ in range(3)}
    assert given == {"10.0.0.10", "10.0.0.11", "10.0.0.5"}
    assert fault(neutron.post("port", network_id=network)) == (409, "IpAddressGenerationFailure")
    neutron.make("port", network_id=network, fixed_ips=[{"ip_address": "10.0.0.12"}])


def test_automatic_addresses_are_made_of_the_mac_and_follow_it(neutron: Neutron, network: str) -> None:
    subnet(neutron, network, "10.0.0.0/24")
    six = slaac(neutron, network)
    made = neutron.make("port", network_id=network, mac_address=MAC)
    assert addresses(made) == ["10.0.0.2", OF_MAC]
    changed = neutron.changed("port", made["id"], mac_address="02:00:00:00:00:02")
    assert addresses(changed) == ["10.0.0.2", "2001:db8::ff:fe00:2"]
    neutron.changed("port", made["id"], mac_address=MAC)
    assert addresses(neutron.changed("port", made["id"], fixed_ips=[{"subnet_id": six}])) == [OF_MAC]
    again = neutron.changed("port", made["id"], fixed_ips=[{"ip_address": "10.0.0.8"}, {"ip_address": OF_MAC}])
    assert addresses(again) == ["10.0.0.8", OF_MAC]


def test_automatic_addresses_come_and_go_with_their_subnet(neutron: Neutron, network: str) -> None:
    four = subnet(neutron, network, "10.0.0.0/24")
    made = neutron.make("port", network_id=network, mac_address=MAC)
    six = slaac(neutron, network)
    shown = neutron.shown("port", made["id"])
    assert addresses(shown) == ["10.0.0.2", OF_MAC]
    assert shown["revision_number"] > made["revision_number"]
    assert fault(neutron.delete("subnet", four)) == (409, "SubnetInUse")
    assert neutron.delete("subnet", six).status_code == 204
    assert addresses(neutron.shown("port", made["id"])) == ["10.0.0.2"]
    assert (
        fault(
            neutron.post(
                "subnet",
                network_id=network,
                ip_version=6,
                cidr="2001:db8::/80",
                ipv6_ra_mode="slaac",
                ipv6_address_mode="slaac",
            )
        )[0]
        == 400
    )


def test_a_port_keeps_the_address_that_it_has_of_a_subnet(neutron: Neutron, network: str) -> None:
    first, second = subnet(neutron, network, "10.0.0.0/24"), subnet(neutron, network, "10.0.1.0/24")
    made = neutron.make("port", network_id=network)
    changed = neutron.changed("port", made["id"], fixed_ips=[{"subnet_id": first}, {"subnet_id": second}])
    assert addresses(changed) == ["10.0.0.2", "10.0.1.2"]
    same = neutron.changed("port", made["id"], fixed_ips=changed["fixed_ips"])
    assert same == changed, "as clients do that read, change and write"
    assert addresses(neutron.changed("port", made["id"], fixed_ips=[{"subnet_id": second}])) == ["10.0.1.2"]


def test_a_subnet_that_comes_later_is_named_with_the_addresses_that_lie_in_it(neutron: Neutron, network: str) -> None:
    made = neutron.make("port", network_id=network)
    id = subnet(neutron, network, "10.0.0.0/24")
    assert neutron.shown("port", made["id"])["fixed_ips"] == []
    changed = neutron.changed("port", made["id"], fixed_ips=[{"subnet_id": id}])
    assert changed["fixed_ips"] == [{"subnet_id": id, "ip_address": "10.0.0.2"}]
