"""Leaves and spines: any two leaves are two cables apart, by as many equal ways as there are spines."""

from itertools import product

from weft.topologies.fabric import Fabric, at_least, wire
from weft.topologies.mininet_topo import for_mn


def leaf_spine(spines: int = 2, leaves: int = 3, hosts: int = 4) -> Fabric:
    """Every leaf is joined to every spine; each leaf has so many hosts."""
    at_least(1, spines=spines, leaves=leaves, hosts=hosts)
    spine = [f"spine{n}" for n in range(1, spines + 1)]
    leaf = [f"leaf{n}" for n in range(1, leaves + 1)]
    return wire(spine + leaf, product(leaf, spine), leaf, hosts)


topos = {"leaf_spine": for_mn(leaf_spine)}
