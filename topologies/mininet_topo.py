"""A fabric as Mininet's ``Topo``, for the lab and for plain ``mn --custom topologies/ring.py --topo ring,5``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from weft.topologies.fabric import PREFIX_LENGTH, Fabric

if TYPE_CHECKING:
    from mininet.topo import Topo


def topo(fabric: Fabric) -> Topo:
    """The ``Topo`` with the names, datapath ids, port numbers and addresses of the fabric."""
    from mininet.topo import Topo  # only who emulates a fabric needs Mininet

    result = Topo()
    for switch in fabric.switches:
        result.addSwitch(switch.name, dpid=f"{switch.dpid:016x}")
    for cable in fabric.cables:
        result.addLink(cable.a.switch, cable.b.switch, port1=cable.a.port, port2=cable.b.port)
    for host in fabric.hosts:
        result.addHost(host.name, mac=host.mac, ip=f"{host.ip4}/{PREFIX_LENGTH}")
        result.addLink(host.name, host.at.switch, port1=0, port2=host.at.port)
    return result


def for_mn(shape: Callable[..., Fabric]) -> Callable[..., Topo]:
    """What ``mn`` looks for in ``topos``: called with the sizes of its ``--topo`` option, it gives the ``Topo``."""

    def build(*sizes: int, **named: int) -> Topo:
        return topo(shape(*sizes, **named))

    return build
