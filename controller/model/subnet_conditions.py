"""What a subnet must be beside others: no two of a segment overlap, and none is taken from under its ports."""

from __future__ import annotations

from itertools import islice

from weft.controller.model.addresses import prefix_of
from weft.controller.model.commands import Refusal
from weft.controller.model.conditions import found
from weft.controller.model.facts import Subnet
from weft.controller.model.network import Network

FEW = 3  # addresses that are looked at, where more are in use


def check_subnet(network: Network, subnet: Subnet) -> None:
    """A subnet overlaps no other of its segment. Raises a ``Refusal``."""
    for id in network.subnets_of(subnet.segment):
        other = found(network.subnet(id), "subnet", id)
        if other.id != subnet.id and other.ip_version == subnet.ip_version and other.network.overlaps(subnet.network):
            raise Refusal("conflict", "cidr", f"{subnet.cidr} overlaps {other.cidr} of subnet {other.id!r}")


def ports_in(network: Network, subnet: Subnet) -> list[str]:
    """Ports that have a fixed IP of the subnet, a few of them: there may be very many, and one is enough to keep it."""
    inside = network.addresses(subnet.segment).fixed_inside(prefix_of(subnet.cidr))
    return sorted({port for _, port in islice(inside, FEW)})
