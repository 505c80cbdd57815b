"""A ring of switches: the smallest fabric that has a loop."""

from itertools import pairwise

from weft.topologies.fabric import Fabric, at_least, wire
from weft.topologies.mininet_topo import for_mn


def ring(switches: int = 4, hosts: int = 4) -> Fabric:
    """Switches in a circle, each joined to the next, the last to the first, each with so many hosts."""
    at_least(3, switches=switches)
    at_least(1, hosts=hosts)
    names = [f"s{n}" for n in range(1, switches + 1)]
    return wire(names, pairwise([*names, names[0]]), names, hosts)


topos = {"ring": for_mn(ring)}
