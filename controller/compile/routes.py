"""How frames cross the fabric: shortest paths for one receiver, a loop-free tree for many.

All of it is computed from the links that are up now. Segments spread over the equal-cost paths by *plane*, the low
bits of their number; within a plane every switch takes the same choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import networkx as nx

from weft.controller.compile.view import View, query
from weft.controller.model.facts import Endpoint
from weft.controller.pipeline.core import PLANES


class Hop(NamedTuple):
    """The way to a neighbour: out of which OpenFlow port, to which switch, and there in by which."""

    ofport: int
    switch: str
    arrives: int


@dataclass(frozen=True, slots=True)
class Fabric:
    """The links that carry frames, as hops from each switch. Two fabrics are equal when their hops are."""

    hops: Mapping[str, tuple[Hop, ...]]
    graph: nx.Graph[str] = field(compare=False, repr=False)


@query
def fabric(view: View) -> Fabric:
    """The links that are admitted, and whose two ends were last seen with carrier."""
    hops: dict[str, list[Hop]] = {}
    for link_id in view.links():
        link = view.link(link_id)
        if link is None or not link.admin_up:
            continue
        ends = [(end, view.interface(end)) for end in (link.a, link.b)]
        if all(interface is not None and interface.up and _declared(view, end) for end, interface in ends):
            for (end, interface), (far, far_interface) in (ends, ends[::-1]):
                assert interface is not None
                assert far_interface is not None
                hops.setdefault(end.switch, []).append(Hop(interface.ofport, far.switch, far_interface.ofport))
    graph: nx.Graph[str] = nx.Graph((switch, hop.switch) for switch, to in hops.items() for hop in to)
    return Fabric({switch: tuple(sorted(to)) for switch, to in sorted(hops.items())}, graph)


def _declared(view: View, end: Endpoint) -> bool:
    switch = view.switch(end.switch)
    return switch is not None and end.interface in switch.fabric_interfaces


@query
def distances(view: View, dest: str) -> dict[str, int]:
    """How many hops each switch is away from ``dest``; switches that cannot reach it are left out."""
    graph = fabric(view).graph
    return dict(nx.single_source_shortest_path_length(graph, dest)) if dest in graph else {dest: 0}


@query
def towards(view: View, dest: str, plane: int) -> dict[str, Hop]:
    """The next hop from each switch to ``dest``, on a shortest path; ``plane`` chooses among equals."""
    hops, away = fabric(view).hops, distances(view, dest)
    chosen = {}
    for switch, distance in away.items():
        nearer = [hop for hop in hops.get(switch, ()) if away[hop.switch] < distance]
        if nearer:
            chosen[switch] = nearer[plane % len(nearer)]
    return chosen


@query
def roots(view: View, plane: int) -> dict[str, str]:
    """For each switch, the root of its part of the fabric: one of those with most links; ``plane`` chooses."""
    graph = fabric(view).graph
    found = {}
    for part in nx.connected_components(graph):
        most = max(graph.degree(switch) for switch in part)
        candidates = sorted(switch for switch in part if graph.degree(switch) == most)
        found.update(dict.fromkeys(part, candidates[plane % len(candidates)]))
    return found


@query
def ways(view: View, segment: str) -> dict[str, frozenset[str]]:
    """For each switch that the segment has VIFs on: the switches that its frames cross on their way there."""
    members, plane = view.members(segment), _plane(view, segment)
    if plane is None:
        return {dest: frozenset({dest}) for dest in members}
    found = {}
    for dest in members:
        hops = towards(view, dest, plane)
        crossed = {dest}
        for switch in members:
            while switch not in crossed and switch in hops:
                crossed.add(switch)
                switch = hops[switch].switch
        found[dest] = frozenset(crossed)
    return found


@query
def branches(view: View, segment: str) -> dict[str, tuple[int, ...]]:
    """The tree over which the segment floods: for each switch on it, the OpenFlow ports that are branches."""
    members, plane = view.members(segment), _plane(view, segment)
    if plane is None:
        return {}
    root_of = roots(view, plane)
    children: dict[str, set[str]] = {}
    for switch in members:
        hops = towards(view, root_of[switch], plane) if switch in root_of else {}
        while switch in hops and switch not in children.setdefault(hops[switch].switch, set()):
            children[hops[switch].switch].add(switch)
            switch = hops[switch].switch
    ports: dict[str, list[int]] = {}
    for root in sorted({root_of[switch] for switch in members if switch in root_of}):
        hops = towards(view, root, plane)
        while root not in members and len(children[root]) == 1:  # above the first fork nobody listens
            root = next(iter(children.pop(root)))
        below = [root]
        while below:
            parent = below.pop()
            for child in children.get(parent, ()):
                up = hops[child]
                ports.setdefault(child, []).append(up.ofport)
                ports.setdefault(parent, []).append(up.arrives)
                below.append(child)
    return {switch: tuple(sorted(ofports)) for switch, ofports in ports.items()}


@query
def span(view: View, segment: str) -> frozenset[str]:
    """The switches that the segment lives on or crosses."""
    return frozenset(branches(view, segment)).union(view.members(segment), *ways(view, segment).values())


def _plane(view: View, segment: str) -> int | None:
    """The plane that the segment's frames cross the fabric on; None when they do not cross it."""
    found = view.segment(segment)
    return None if found is None or found.transport == "local" else found.number % PLANES
