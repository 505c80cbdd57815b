"""One switch."""

from weft.topologies.fabric import Fabric, at_least, wire
from weft.topologies.mininet_topo import for_mn


def single(hosts: int = 4) -> Fabric:
    """One switch with all hosts on it."""
    at_least(1, hosts=hosts)
    return wire(["s1"], [], ["s1"], hosts)


topos = {"single": for_mn(single)}
