"""Which addresses a port is given: those that are asked for, or the next free ones of its network's subnets."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from typing import Any

from weft.apps.neutron.asking import Asking
from weft.apps.neutron.faults import Fault, bad_request, conflict, invalid, not_found
from weft.controller.model.facts import Subnet
from weft.controller.model.ipam import free_addresses
from weft.controller.model.subnet import usable

AUTOMATIC = frozenset({"slaac", "dhcpv6-stateless"})  # machines make such addresses of their MACs


class Addressing:
    """Gives addresses out. It remembers of each subnet which one was given last, so that none is soon given again."""

    def __init__(self) -> None:
        self._last_by_subnet: dict[str, str] = {}

    def give(
        self,
        asking: Asking,
        segment: str,
        mac: str,
        asked: list[dict[str, Any]] | None,
        had: tuple[str, ...] = (),
        port: str = "",
    ) -> tuple[str, ...]:
        """The addresses of a port with that MAC. Raises the ``Fault`` that says which of them cannot be had.

        ``asked`` None leaves it to the network: one IPv4 and one IPv6 address, of those that it has. ``had`` are the
        addresses that the port has, and keeps where they satisfy what is asked.
        """
        subnets = subnets_of(asking, segment)
        given: list[str] = []
        if asked is None:
            for version in (4, 6):
                own = [subnet for subnet in subnets if subnet.ip_version == version and not automatic(subnet)]
                if own:
                    given.append(self._next_of(asking, segment, own, given))
        else:
            by_id = {subnet.id: subnet for subnet in subnets}
            for item in sorted(asked, key=lambda item: "ip_address" not in item):  # whoever names one has it
                given.append(self._asked(asking, segment, by_id, item, mac, given, had, port))
        if asked is None or asked:
            made = (from_mac(subnet, mac) for subnet in subnets if automatic(subnet))
            given += [address for address in made if address not in given]
        asking.promised |= {(segment, address) for address in given}
        return tuple(given)

    def _asked(
        self,
        asking: Asking,
        segment: str,
        by_id: dict[str, Subnet],
        item: dict[str, Any],
        mac: str,
        given: list[str],
        had: tuple[str, ...],
        port: str,
    ) -> str:
        address, subnet = item.get("ip_address"), None
        if item.get("subnet_id") is not None:
            subnet = by_id.get(item["subnet_id"])
            if subnet is None:
                if asking.sight.fact("subnet", item["subnet_id"]) is None:
                    raise not_found("SubnetNotFound", f"Subnet {item['subnet_id']} could not be found.")
                raise invalid(f"fixed_ips included the invalid subnet {item['subnet_id']} for network {segment}")
        if address is None:
            if subnet is None:
                raise invalid("IP allocation requires subnet_id or ip_address")
            if automatic(subnet):
                return from_mac(subnet, mac)
            kept = next((ip for ip in had if ip not in given and inside(subnet, ip)), None)
            return kept or self._next_of(asking, segment, [subnet], given)
        if address in given:
            raise bad_request(f"Invalid input for fixed_ips. Reason: Duplicate IP address '{address}'.")
        around = subnet or next((one for one in by_id.values() if inside(one, address)), None)
        if around is None:
            message = f"IP address {address} is not a valid IP for any of the subnets on the specified network."
            raise Fault(HTTPStatus.BAD_REQUEST, "InvalidIpForNetwork", message)
        if not inside(around, address) or ip_address(address) not in usable(around.network):
            message = f"IP address {address} is not a valid IP for the specified subnet."
            raise Fault(HTTPStatus.BAD_REQUEST, "InvalidIpForSubnet", message)
        if automatic(around) and address != from_mac(around, mac) and address not in had:
            rule = f"subnet {around.id} has addresses that are made of MACs"
            raise invalid(f"IPv6 address {address} can not be directly assigned to a port, {rule}")
        other = asking.service.network.addresses(segment).port_of_ip(address)
        if other not in (None, port) or (segment, address) in asking.promised:
            raise address_in_use(segment, address)
        return str(address)

    def _next_of(self, asking: Asking, segment: str, subnets: list[Subnet], given: list[str]) -> str:
        """The next free address of the first of the subnets that has one."""
        for subnet in subnets:
            last = self._last_by_subnet.get(subnet.id)
            if last is not None and not inside(subnet, last):
                last = None
            for address in free_addresses(asking.service.network, subnet, after=last):
                if (segment, address) not in asking.promised and address not in given:
                    self._last_by_subnet[subnet.id] = address
                    return address
        if len(subnets) == 1:
            message = f"No more IP addresses available on subnet {subnets[0].id} of network {segment}."
        else:
            message = f"No more IP addresses available on network {segment}."
        raise conflict("IpAddressGenerationFailure", message)


def subnets_of(asking: Asking, segment: str) -> tuple[Subnet, ...]:
    """The subnets of a network that the caller sees it by, looked up once in a request."""
    known = asking.subnets_by_segment.get(segment)
    if known is None:
        network = asking.service.network
        subnets = (network.subnet(id) for id in network.subnets_of(segment))
        known = tuple(sorted((s for s in subnets if s is not None), key=lambda s: (s.created_at, s.revision, s.id)))
        asking.subnets_by_segment[segment] = known
    return known


def described(subnets: tuple[Subnet, ...], addresses: tuple[str, ...]) -> list[dict[str, str | None]]:
    """Addresses as clients see them, each with its subnet."""
    return [{"subnet_id": _around(subnets, address), "ip_address": address} for address in addresses]


def _around(subnets: tuple[Subnet, ...], address: str) -> str | None:
    return next((subnet.id for subnet in subnets if inside(subnet, address)), None)


def inside(subnet: Subnet, address: str) -> bool:
    """Whether the address is of the subnet."""
    return ip_address(address) in subnet.network


def automatic(subnet: Subnet) -> bool:
    """Whether a machine makes its address of its MAC."""
    return subnet.ipv6_address_mode in AUTOMATIC


def from_mac(subnet: Subnet, mac: str) -> str:
    """The address that a machine with that MAC makes (RFC 4291, appendix A)."""
    octets = bytes.fromhex(mac.replace(":", ""))
    low = bytes((octets[0] ^ 2, *octets[1:3], 0xFF, 0xFE, *octets[3:]))
    return str(IPv6Address(int(subnet.network.network_address) | int.from_bytes(low, "big")))


def following(subnets: tuple[Subnet, ...], addresses: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    """The addresses when the MAC has changed: those that were made of the old one are made of the new one."""
    made = {from_mac(subnet, old): from_mac(subnet, new) for subnet in subnets if automatic(subnet)}
    return tuple(made.get(address, address) for address in addresses)


def address_in_use(segment: str, address: str) -> Fault:
    """Another port of the network has it."""
    message = f"Unable to complete operation for network {segment}. The IP address {address} is in use."
    return conflict("IpAddressInUse", message)


def wanted_addresses(values: list[str]) -> Iterator[tuple[str, str]]:
    """The filter ``fixed_ips=subnet_id=…`` in its two parts."""
    for value in values:
        name, _, text = value.partition("=")
        yield name, text
