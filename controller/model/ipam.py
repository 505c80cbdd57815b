"""Which addresses of a subnet are free. None is given here: ``decide`` sees to it that no two ports have the same."""

from __future__ import annotations

from collections.abc import Container, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from weft.controller.model.facts import Subnet
from weft.controller.model.network import Network


def free_addresses(
    network: Network, subnet: Subnet, taken: Container[str] = (), after: str | None = None
) -> Iterator[str]:
    """``free_addresses(network, subnet)`` yields the addresses of its pools that no port has, in their order.

    Those in ``taken`` are left out. ``after`` begins behind that address and comes round to the first in the end, so
    that whoever remembers what was given last need not look at all that was given before.
    """
    kind = IPv4Address if subnet.ip_version == 4 else IPv6Address
    named = network.addresses(subnet.segment)
    ranges = [(int(ip_address(pool.start)), int(ip_address(pool.end))) for pool in subnet.allocation_pools]
    begin = int(ip_address(after)) + 1 if after is not None else 0
    late = [(max(first, begin), last) for first, last in ranges if last >= begin]
    early = [(first, min(last, begin - 1)) for first, last in ranges if first < begin]
    for first, last in (*late, *early):
        for number in range(first, last + 1):
            address = str(kind(number))
            if address not in taken and named.port_of_ip(address) is None:
                yield address
