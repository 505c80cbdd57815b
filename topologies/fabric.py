"""A fabric as a description: which switches there are, which cables join them, and whose hosts are where.

Nothing here runs. Mininet's ``Topo`` (``mininet_topo``) and the facts that the controller is told (``facts``) are both
made from the one description, so they cannot disagree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import cycle
from typing import NamedTuple

from weft.controller.model.facts import Endpoint

TENANTS = ("red", "blue")
PREFIX_LENGTH = 16
_FIRST_MAC = 0x02_00_00_00_00_00
_FIRST_IP = IPv4Address("10.0.0.0")


class Switch(NamedTuple):
    """A switch, by name and datapath id."""

    name: str
    dpid: int


class End(NamedTuple):
    """Where a cable meets a switch: the number of the port, which is also its OpenFlow port number."""

    switch: str
    port: int

    @property
    def interface(self) -> str:
        """The name of the interface, as Mininet forms it."""
        return f"{self.switch}-eth{self.port}"

    @property
    def endpoint(self) -> Endpoint:
        """The same place in the words of the model."""
        return Endpoint(self.switch, self.interface)


class Cable(NamedTuple):
    """A cable between two switches."""

    a: End
    b: End


class Host(NamedTuple):
    """A tenant's host. Its name is also the name of its port; its VIF is named as its interface."""

    name: str
    tenant: str
    mac: str
    ip4: str
    at: End

    @property
    def interface(self) -> str:
        """The name of the interface inside the host."""
        return f"{self.name}-eth0"


@dataclass(frozen=True, slots=True)
class Fabric:
    """Switches, the cables between them, and the hosts of all tenants. Every tenant has one segment of its name."""

    switches: tuple[Switch, ...]
    cables: tuple[Cable, ...]
    hosts: tuple[Host, ...]

    @property
    def tenants(self) -> tuple[str, ...]:
        """The tenants that have a host, in the order of their first one."""
        return tuple(dict.fromkeys(host.tenant for host in self.hosts))

    @property
    def ends(self) -> tuple[End, ...]:
        """Both ends of every cable: the ports that lead to other switches."""
        return tuple(end for cable in self.cables for end in cable)


def wire(
    switches: Sequence[str],
    cables: Iterable[tuple[str, str]],
    edges: Sequence[str],
    hosts: int,
    tenants: Sequence[str] = TENANTS,
) -> Fabric:
    """Number what the names describe: datapath ids and ports from 1 on, in the order in which they are mentioned.

    Each switch of ``edges`` carries that many hosts, of the tenants in turn. The n-th host of every tenant has the same
    MAC and the same IP address, so nothing but the segment tells tenants apart.

    >>> wire(["s1"], [], ["s1"], hosts=3).hosts[2]
    Host(name='red2', tenant='red', mac='02:00:00:00:00:02', ip4='10.0.0.2', at=End(switch='s1', port=3))
    """
    used: Counter[str] = Counter()

    def plug_into(switch: str) -> End:
        used[switch] += 1
        return End(switch, used[switch])

    laid = tuple(Cable(plug_into(a), plug_into(b)) for a, b in cables)
    turn, members = cycle(tenants), Counter[str]()
    placed = []
    for switch in edges:
        for _ in range(hosts):
            tenant = next(turn)
            members[tenant] += 1
            placed.append(_host(tenant, members[tenant], plug_into(switch)))
    return Fabric(tuple(Switch(name, n) for n, name in enumerate(switches, 1)), laid, tuple(placed))


def _host(tenant: str, number: int, at: End) -> Host:
    octets = (_FIRST_MAC + number).to_bytes(6, "big")
    return Host(f"{tenant}{number}", tenant, octets.hex(":"), str(_FIRST_IP + number), at)


def at_least(least: int, **sizes: int) -> None:
    """Refuse sizes that make no such fabric.

    >>> at_least(3, switches=2)
    Traceback (most recent call last):
    ...
    ValueError: switches must be at least 3, not 2
    """
    for name, size in sizes.items():
        if size < least:
            raise ValueError(f"{name} must be at least {least}, not {size}")
