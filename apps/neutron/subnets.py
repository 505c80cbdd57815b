"""Subnets: what the model's subnets are, with the defaults that Neutron gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

from weft.apps.neutron import standard, values
from weft.apps.neutron.addressing import automatic, from_mac
from weft.apps.neutron.asking import Asking
from weft.apps.neutron.attributes import given, settable, shown
from weft.apps.neutron.faults import Fault, conflict, invalid, not_found
from weft.apps.neutron.resource import Resource
from weft.controller.model.accounts import EVERYBODY
from weft.controller.model.commands import Command, Create, Delete, Refusal, Update
from weft.controller.model.facts import Fact, Pool, Port, Route, Segment, Subnet
from weft.controller.model.rules import Malformed
from weft.controller.model.subnet import IPV6_MODES, IpNetwork, default_pools, usable
from weft.controller.model.visibility import shares

_MODE = values.optional(values.choice(*IPV6_MODES))
_ROUTE = values.record({"destination": values.prefix, "nexthop": values.address})
_POOL = values.record({"start": values.address, "end": values.address})


class Subnets(Resource):
    """``/v2.0/subnets``."""

    name, collection, kind, missing = "subnet", "subnets", "subnet", "SubnetNotFound"
    told_by_fact = standard.TOLD_BY_FACT | {"network_id": "segment"}
    attributes = (
        *standard.ATTRIBUTES,
        given("network_id", values.identifier),
        given("ip_version", values.number_choice(4, 6)),
        given("cidr", values.optional(values.prefix), None),
        settable("gateway_ip", values.optional(values.address)),
        settable("allocation_pools", values.listed(_POOL), filter=False, sort=False),
        settable("dns_nameservers", values.unlike(values.address), [], filter=False, sort=False),
        settable("host_routes", values.unlike(_ROUTE), [], filter=False, sort=False),
        settable("enable_dhcp", values.boolean, True),
        given("ipv6_ra_mode", _MODE, None),
        given("ipv6_address_mode", _MODE, None),
        given("subnetpool_id", values.optional(values.identifier), None),
        given("prefixlen", values.optional(values.whole(0, 128)), None, visible=False, filter=False, sort=False),
        settable("service_types", values.listed(values.text()), [], filter=False, sort=False),
        shown("segment_id"),
        shown("shared", values.boolean, visible=False),
    )

    def document(self, asking: Asking, fact: Subnet) -> dict[str, Any]:
        """The subnet."""
        return standard.document(fact) | {
            "network_id": fact.segment,
            "ip_version": fact.ip_version,
            "cidr": fact.cidr,
            "gateway_ip": fact.gateway_ip,
            "allocation_pools": [pool._asdict() for pool in fact.allocation_pools],
            "dns_nameservers": list(fact.dns_nameservers),
            "host_routes": [route._asdict() for route in fact.host_routes],
            "enable_dhcp": fact.enable_dhcp,
            "ipv6_ra_mode": fact.ipv6_ra_mode,
            "ipv6_address_mode": fact.ipv6_address_mode,
            "subnetpool_id": None,
            "service_types": [],
            "segment_id": None,
            "shared": _shared(asking, fact),
        }

    def candidates(self, asking: Asking, wanted: Mapping[str, list[str]]) -> Iterable[Fact]:
        """Those of a network are known by it."""
        if "network_id" in wanted and "id" not in wanted:
            network = asking.service.network
            ids = [id for segment in dict.fromkeys(wanted["network_id"]) for id in network.subnets_of(segment)]
            wanted = {**wanted, "id": ids}
        return super().candidates(asking, wanted)

    def state(self, asking: Asking, fact: Subnet) -> tuple[object, ...]:
        """A subnet is shared as its network is."""
        return fact, _shared(asking, fact)

    def create(self, asking: Asking, asked: dict[str, Any]) -> tuple[str, list[Command]]:
        """A subnet; the gateway is its first address, and ports are given all others, where nobody says."""
        segment = network_of(asking, asked["network_id"])
        network = _prefix(asked)
        id = str(uuid4())
        fields = standard.fields(asked) | _fields(asked)
        fields |= {"id": id, "segment": segment.id, "cidr": str(network)}
        fields["project"] = asked["project_id"] or segment.project
        fields["ipv6_ra_mode"], fields["ipv6_address_mode"] = asked["ipv6_ra_mode"], asked["ipv6_address_mode"]
        if "gateway_ip" not in asked:
            fields["gateway_ip"] = _first(network)
        if "allocation_pools" not in asked:
            fields["allocation_pools"] = default_pools(network, fields["gateway_ip"])
        new = _made(fields)
        given = _addressed(asking, new, self._given) if new is not None and automatic(new) else ()
        return id, [Create("subnet", fields), *given]

    def change(self, asking: Asking, fact: Subnet, asked: dict[str, Any]) -> list[Command]:
        """Its fields with other values; addresses that ports have stay theirs."""
        fields = standard.fields(asked) | _fields(asked)
        return [Update("subnet", fact.id, fields)] if fields else []

    def delete(self, asking: Asking, fact: Subnet) -> list[Command]:
        """Addresses that machines make themselves go with their subnet; others keep it."""
        taken = _addressed(asking, fact, self._taken) if automatic(fact) else ()
        return [*taken, Delete("subnet", fact.id)]

    @staticmethod
    def _given(subnet: Subnet, port: Port, mac: str) -> tuple[str, ...]:
        address = from_mac(subnet, mac)
        return port.fixed_ips if address in port.fixed_ips else (*port.fixed_ips, address)

    @staticmethod
    def _taken(subnet: Subnet, port: Port, mac: str) -> tuple[str, ...]:
        return tuple(address for address in port.fixed_ips if address != from_mac(subnet, mac))

    def fault(self, refusal: Refusal, asked: Mapping[str, Any]) -> Fault:
        """What the model refuses of a subnet, as Neutron says it."""
        rule, field = refusal.rule, refusal.field
        if refusal.reason == "conflict" and field == "cidr":
            cidr, network = asked["cidr"], asked["network_id"]
            overlap = f"Requested subnet with cidr: {cidr} for network: {network} overlaps with another subnet"
            return invalid(f"{overlap}: {rule}")
        if refusal.reason == "conflict" and field == "id":
            used = f"One or more ports have an IP allocation from this subnet: {rule}"
            return conflict("SubnetInUse", f"Unable to complete operation on subnet {asked['id']}: {used}.")
        if field.startswith("allocation_pools") and refusal.reason == "malformed":
            if "gateway" in rule:
                return conflict("GatewayConflictWithAllocationPools", f"{rule[0].upper()}{rule[1:]}.")
            if "overlaps" in rule:
                return conflict("OverlappingAllocationPools", f"Found overlapping allocation pools: {rule}.")
            if "comes after" in rule:
                return invalid(f"The allocation pool is not valid: {rule}.", "InvalidAllocationPool")
            return invalid(f"The allocation pool spans beyond the subnet cidr: {rule}.", "OutOfBoundsAllocationPool")
        return super().fault(refusal, asked)


def network_of(asking: Asking, id: str) -> Segment:
    """The segment of that id. Raises a 404 ``Fault`` where the caller sees none."""
    segment = asking.sight.fact("segment", id)
    if not isinstance(segment, Segment):
        raise not_found("NetworkNotFound", f"Network {id} could not be found.")
    return segment


def _prefix(asked: dict[str, Any]) -> IpNetwork:
    if asked["subnetpool_id"] is not None:
        raise not_found("SubnetPoolNotFound", f"Subnet pool {asked['subnetpool_id']} could not be found.")
    if asked["cidr"] is None:
        raise invalid("a subnetpool must be specified in the absence of a cidr")
    if asked["prefixlen"] is not None:
        raise invalid("cidr and prefixlen must not be supplied together")
    network = ip_network(asked["cidr"])
    if network.version != asked["ip_version"]:
        raise invalid(f"cidr {network} does not match the ip_version {asked['ip_version']}")
    return network


def _first(network: IpNetwork) -> str | None:
    """The first address that a station can have; the only one is nobody's gateway."""
    if network.num_addresses < 2:
        return None
    return str(network[usable(network).first - int(network.network_address)])


def _fields(asked: dict[str, Any]) -> dict[str, Any]:
    if asked.get("service_types"):
        raise invalid("service_types: addresses are given to ports of all sorts alike")
    fields: dict[str, Any] = {name: asked[name] for name in ("gateway_ip", "enable_dhcp") if name in asked}
    if "allocation_pools" in asked:
        fields["allocation_pools"] = tuple(Pool(**pool) for pool in asked["allocation_pools"])
    if "dns_nameservers" in asked:
        fields["dns_nameservers"] = tuple(asked["dns_nameservers"])
    if "host_routes" in asked:
        fields["host_routes"] = tuple(Route(**route) for route in asked["host_routes"])
    return fields


def _shared(asking: Asking, subnet: Subnet) -> bool:
    segment = asking.service.network.segment(subnet.segment)
    return segment is not None and (EVERYBODY in segment.shared_with or shares(segment, asking.caller.project))


def _made(fields: dict[str, Any]) -> Subnet | None:
    """The subnet that these fields are; None leaves it to the model to say why they are none."""
    try:
        return Subnet(**fields)
    except Malformed:
        return None


def _addressed(
    asking: Asking, subnet: Subnet, addresses: Callable[[Subnet, Port, str], tuple[str, ...]]
) -> Iterator[Command]:
    """The commands that give the ports of the subnet's network other addresses, where they are the caller's."""
    network = asking.service.network
    for id in sorted(network.ports_of(subnet.segment)):
        port, attachment = network.port(id), network.attachment(id)
        vif = network.vif(attachment.vif) if attachment is not None else None
        if port is None or vif is None or port.segment != subnet.segment:
            continue
        if asking.caller.operator or port.project == asking.caller.project:
            after = addresses(subnet, port, vif.mac)
            if after != port.fixed_ips:
                yield Update("port", id, {"fixed_ips": after})
