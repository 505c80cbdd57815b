"""Subnets: what they are, what they may not be beside others, and which of their addresses are free."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from tests.world import World
from weft.controller.model.commands import Create, Delete, Update
from weft.controller.model.facts import Pool, Port, Route, Subnet
from weft.controller.model.ipam import free_addresses
from weft.controller.model.rights import MEMBER, Caller
from weft.controller.model.rules import Malformed
from weft.controller.model.subnet import default_pools

SOUND: dict[str, Any] = {"id": "n", "project": "red", "segment": "red", "cidr": "10.0.0.0/24"}
BLUE = Caller("blue", MEMBER, False, 1000)


@pytest.fixture
def net() -> World:
    """Red has a segment with the subnet 10.0.0.0/29, whose gateway is 10.0.0.1."""
    net = World().segment("red").segment("blue")
    pools = (Pool("10.0.0.2", "10.0.0.3"), Pool("10.0.0.5", "10.0.0.6"))
    return net.do(
        Create(
            "subnet",
            {"id": "n", "segment": "red", "cidr": "10.0.0.0/29", "gateway_ip": "10.0.0.1", "allocation_pools": pools},
        )
    )


def subnet(net: World) -> Subnet:
    found = net.network.subnet("n")
    assert found is not None
    return found


MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"cidr": "10.0.0.1/24"}, "cidr: must be written 10.0.0.0/24"),
    ({"cidr": "10.0.0.0"}, "cidr: must be written 10.0.0.0/32"),
    ({"cidr": "net"}, "cidr: must be a prefix"),
    ({"gateway_ip": "10.0.0.0"}, "gateway_ip: 10.0.0.0 is no address that a station of 10.0.0.0/24 can have"),
    ({"gateway_ip": "10.0.0.255"}, "gateway_ip: 10.0.0.255 is no address"),
    ({"gateway_ip": "2001:db8::1"}, "gateway_ip: must be an IPv4 address"),
    ({"allocation_pools": (Pool("10.0.1.1", "10.0.1.2"),)}, "allocation_pools[0].start: 10.0.1.1 is no address"),
    ({"allocation_pools": (Pool("10.0.0.9", "10.0.0.2"),)}, "allocation_pools[0]: 10.0.0.9 comes after 10.0.0.2"),
    (
        {"allocation_pools": (Pool("10.0.0.2", "10.0.0.9"), Pool("10.0.0.9", "10.0.0.10"))},
        "allocation_pools[1]: 10.0.0.9 to 10.0.0.10 overlaps a pool before it",
    ),
    (
        {"gateway_ip": "10.0.0.5", "allocation_pools": (Pool("10.0.0.2", "10.0.0.9"),)},
        "allocation_pools[0]: the gateway 10.0.0.5 lies in 10.0.0.2 to 10.0.0.9",
    ),
    ({"allocation_pools": (("10.0.0.2", "10.0.0.9"),)}, "allocation_pools[0]: must be a start and an end"),
    ({"dns_nameservers": ("8.8.8.8", "8.8.8.8")}, "dns_nameservers[1]: is named twice"),
    ({"dns_nameservers": ("dns",)}, "dns_nameservers[0]: must be an IP address"),
    ({"host_routes": (Route("10.1.0.0/16", "2001:db8::1"),)}, "host_routes[0].nexthop: must be of IPv4"),
    ({"host_routes": (Route("::/0", "10.0.0.1"),)}, "host_routes[0].destination: must be of IPv4"),
    ({"ipv6_ra_mode": "slaac"}, "ipv6_ra_mode: is for IPv6 alone"),
    ({"cidr": "2001:db8::/64", "ipv6_ra_mode": "auto"}, "ipv6_ra_mode: must be one of dhcpv6-stateful"),
    ({"cidr": "2001:db8::/63", "ipv6_ra_mode": "slaac"}, "cidr: must have the length /64"),
    (
        {"cidr": "2001:db8::/64", "ipv6_ra_mode": "slaac", "ipv6_address_mode": "dhcpv6-stateful"},
        "ipv6_address_mode: must be the ipv6_ra_mode",
    ),
]


@pytest.mark.parametrize(("fields", "complaint"), MALFORMED, ids=[complaint for _, complaint in MALFORMED])
def test_a_malformed_subnet_refuses_to_exist(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(Malformed) as raised:
        Subnet(**SOUND | fields)
    assert str(raised.value).startswith(complaint)


@pytest.mark.parametrize(
    ("cidr", "gateway", "pools"),
    [
        ("10.0.0.0/24", "10.0.0.1", [("10.0.0.2", "10.0.0.254")]),
        ("10.0.0.0/24", "10.0.0.254", [("10.0.0.1", "10.0.0.253")]),
        ("10.0.0.0/24", "10.0.0.9", [("10.0.0.1", "10.0.0.8"), ("10.0.0.10", "10.0.0.254")]),
        ("10.0.0.0/24", None, [("10.0.0.1", "10.0.0.254")]),
        ("10.0.0.0/24", "10.9.9.9", [("10.0.0.1", "10.0.0.254")]),
        ("10.0.0.0/31", "10.0.0.0", [("10.0.0.1", "10.0.0.1")]),
        ("10.0.0.7/32", "10.0.0.7", []),
        ("2001:db8::/126", "2001:db8::1", [("2001:db8::2", "2001:db8::3")]),
    ],
)
def test_the_usual_pools_are_all_but_the_gateway(cidr: str, gateway: str | None, pools: list[tuple[str, str]]) -> None:
    network = Subnet(**SOUND | {"cidr": cidr}).network
    assert [tuple(pool) for pool in default_pools(network, gateway)] == pools
    Subnet(**SOUND | {"cidr": cidr, "gateway_ip": gateway, "allocation_pools": default_pools(network, gateway)})


def test_subnets_of_a_segment_do_not_overlap(net: World) -> None:
    fields = {"id": "m", "segment": "red", "cidr": "10.0.0.0/28"}
    assert net.refusal(Create("subnet", fields)) == ("conflict, cidr: 10.0.0.0/28 overlaps 10.0.0.0/29 of subnet 'n'")
    net.do(
        Create("subnet", fields | {"segment": "blue"}),
        Create("subnet", {**fields, "id": "six", "cidr": "2001:db8::/64"}),
    )


def test_a_subnet_stays_while_a_port_has_an_address_of_it(net: World) -> None:
    net.do(Create("port", {"id": "p", "name": "p", "segment": "red", "fixed_ips": ("10.0.0.3",)}))
    assert net.refusal(Delete("subnet", "n")) == "conflict, id: ports 'p' still depend on subnet 'n'"
    net.do(Update("port", "p", {"fixed_ips": ("10.0.0.9",)}), Delete("subnet", "n"))


def test_a_segment_stays_while_it_has_a_subnet(net: World) -> None:
    assert net.refusal(Delete("segment", "red")) == "conflict, id: subnets 'n' still depend on segment 'red'"
    net.do(Delete("subnet", "n"), Delete("segment", "red"))


def test_only_who_has_the_segment_gives_it_subnets(net: World) -> None:
    net.do(Update("segment", "red", {"shared_with": ("blue",)}))
    assert net.refusal(Create("subnet", {"id": "m", "segment": "red", "cidr": "10.9.0.0/24"}), BLUE) == (
        "forbidden, project: segment 'red' is of project 'red', and the caller of 'blue'"
    )


def test_what_a_subnet_is_made_of_stays(net: World) -> None:
    for field, value in (("cidr", "10.0.0.0/28"), ("segment", "blue"), ("project", "blue")):
        assert net.refusal(Update("subnet", "n", {field: value})).endswith(
            f"the {field} of a subnet is fixed when it is made"
        )


def test_free_addresses_come_in_the_order_of_the_pools(net: World) -> None:
    assert list(free_addresses(net.network, subnet(net))) == ["10.0.0.2", "10.0.0.3", "10.0.0.5", "10.0.0.6"]
    net.do(Create("port", {"id": "p", "name": "p", "segment": "red", "fixed_ips": ("10.0.0.3",)}))
    assert list(free_addresses(net.network, subnet(net), {"10.0.0.6"})) == ["10.0.0.2", "10.0.0.5"]
    net.do(Create("port", {"id": "q", "name": "q", "segment": "blue", "fixed_ips": ("10.0.0.2",)}))
    assert next(free_addresses(net.network, subnet(net))) == "10.0.0.2", "another segment's is another one"


@pytest.mark.parametrize(
    ("after", "addresses"),
    [
        ("10.0.0.3", ["10.0.0.5", "10.0.0.6", "10.0.0.2", "10.0.0.3"]),
        ("10.0.0.6", ["10.0.0.2", "10.0.0.3", "10.0.0.5", "10.0.0.6"]),
        ("10.0.0.2", ["10.0.0.3", "10.0.0.5", "10.0.0.6", "10.0.0.2"]),
    ],
)
def test_free_addresses_go_on_where_somebody_left_off(net: World, after: str, addresses: list[str]) -> None:
    assert list(free_addresses(net.network, subnet(net), after=after)) == addresses


def test_a_vast_subnet_costs_nothing_until_it_is_asked() -> None:
    net = World().segment("red")
    pools = default_pools(Subnet(**SOUND | {"cidr": "2001:db8::/64"}).network, None)
    net.do(Create("subnet", SOUND | {"cidr": "2001:db8::/64", "allocation_pools": pools}))
    assert list(islice(free_addresses(net.network, subnet(net)), 2)) == ["2001:db8::1", "2001:db8::2"]


def test_times_are_those_of_who_asks() -> None:
    net = World().do(Create("segment", {"id": "red", "name": ""}), caller=Caller("red", MEMBER, False, 1000))
    net.do(Create("port", {"id": "p", "name": "", "segment": "red"}), caller=Caller("red", MEMBER, False, 1001))
    net.do(Update("port", "p", {"name": "web"}), caller=Caller("red", MEMBER, False, 1002))
    port = net.network.port("p")
    assert isinstance(port, Port)
    assert (port.created_at, port.updated_at) == (1001, 1002)
    net.do(Update("port", "p", {"name": "w"}))  # by somebody who knows no time
    port = net.network.port("p")
    assert port is not None
    assert (port.created_at, port.updated_at) == (1001, 1002)
