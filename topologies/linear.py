"""A chain of switches."""

from itertools import pairwise

from weft.topologies.fabric import Fabric, at_least, wire
from weft.topologies.mininet_topo import for_mn


def linear(switches: int = 3, hosts: int = 4) -> Fabric:
    """Switches in a row, each joined to the next, each with so many hosts."""
    at_least(1, switches=switches, hosts=hosts)
    names = [f"s{n}" for n in range(1, switches + 1)]
    return wire(names, pairwise(names), names, hosts)


topos = {"linear": for_mn(linear)}
