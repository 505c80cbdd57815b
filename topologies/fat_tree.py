"""A fat tree: pods of switches with k ports each, joined by cores (Al-Fares, Loukissas, Vahdat, SIGCOMM 2008)."""

from weft.topologies.fabric import Fabric, at_least, wire
from weft.topologies.mininet_topo import for_mn


def fat_tree(k: int = 4, hosts: int = 2) -> Fabric:
    """k pods of k/2 edge and k/2 aggregation switches, and (k/2)² cores; each edge switch has so many hosts.

    In a pod every edge switch is joined to every aggregation switch; the n-th aggregation switch of every pod is joined
    to the n-th k/2 cores.
    """
    at_least(2, k=k)
    at_least(1, hosts=hosts)
    if k % 2:
        raise ValueError(f"k must be even, not {k}")
    half = range(1, k // 2 + 1)
    pods = range(1, k + 1)
    cores = [f"core{n}" for n in range(1, len(half) ** 2 + 1)]
    aggregations = [f"p{pod}agg{n}" for pod in pods for n in half]
    edges = [f"p{pod}edge{n}" for pod in pods for n in half]
    inside = [(f"p{pod}edge{m}", f"p{pod}agg{n}") for pod in pods for m in half for n in half]
    upward = [(f"p{pod}agg{n}", cores[(n - 1) * len(half) + m - 1]) for pod in pods for n in half for m in half]
    return wire(cores + aggregations + edges, inside + upward, edges, hosts)


topos = {"fat_tree": for_mn(fat_tree)}
