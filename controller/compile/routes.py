"""How frames cross the fabric: shortest paths for one receiver, a loop-free tree for many.

All of it is computed from the links that are up now. Segments spread over the equal-cost paths by *plane*, the low
bits of their number; within a plane every switch takes the same choice.

A switch that *learns* takes a sender to be where it was heard last, so it must hear it from one side alone, and a frame
that it floods must not reach anybody twice. Such switches part the fabric into *units*: each of them is one, and so are
the others that reach each other without them. Inside a unit frames take shortest paths; between units they follow the
plane's tree, which enters each unit once.
"""

from __future__ import annotations

from collections import deque
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
    """The links that carry frames, as hops from each switch. Two fabrics are equal when their hops are.

    ``units`` is the graph without the links of those that learn.
    """

    hops: Mapping[str, tuple[Hop, ...]]
    learning: frozenset[str]
    graph: nx.Graph[str] = field(compare=False, repr=False)
    units: nx.Graph[str] = field(compare=False, repr=False)


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
    learning = frozenset(filter(view.learns, graph))
    units = graph
    if learning:
        units = graph.copy()
        units.remove_edges_from([*graph.edges(learning)])
    return Fabric({switch: tuple(sorted(to)) for switch, to in sorted(hops.items())}, learning, graph, units)


def _declared(view: View, end: Endpoint) -> bool:
    switch = view.switch(end.switch)
    return switch is not None and end.interface in switch.fabric_interfaces


@query
def distances(view: View, dest: str) -> dict[str, int]:
    """How many hops each switch of its unit is away from ``dest``; switches that cannot reach it are left out."""
    graph = fabric(view).units
    return dict(nx.single_source_shortest_path_length(graph, dest)) if dest in graph else {dest: 0}


@query
def inside(view: View, dest: str, plane: int) -> dict[str, Hop]:
    """The next hop from each switch of its unit to ``dest``, on a shortest path; ``plane`` chooses among equals."""
    hops, away = fabric(view).hops, distances(view, dest)
    chosen = {}
    for switch, distance in away.items():
        nearer = [hop for hop in hops.get(switch, ()) if away.get(hop.switch, distance) < distance]
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
def tree(view: View, plane: int) -> dict[str, Hop]:
    """The plane's tree over the whole fabric: from each switch but the roots, the hop towards the root."""
    up: dict[str, Hop] = {}
    for root in sorted(set(roots(view, plane).values())):
        reached, gates = set(distances(view, root)), deque([root])
        while gates:
            gate = gates.popleft()
            up |= inside(view, gate, plane)
            for near, hop in _ways_out(view, gate, plane):
                if hop.switch not in reached:
                    reached |= set(distances(view, hop.switch))
                    up[hop.switch] = Hop(hop.arrives, near, hop.ofport)
                    gates.append(hop.switch)
    return up


def _ways_out(view: View, gate: str, plane: int) -> list[tuple[str, Hop]]:
    """From the unit of ``gate``, one hop to each unit beside it; ``plane`` chooses among those to the same one."""
    found = fabric(view)
    if not found.learning:
        return []
    unit = distances(view, gate)
    out: dict[str, list[tuple[str, Hop]]] = {}
    for switch in sorted(unit):
        for hop in found.hops.get(switch, ()):
            if hop.switch not in unit:
                out.setdefault(min(distances(view, hop.switch)), []).append((switch, hop))
    return [choices[plane % len(choices)] for _, choices in sorted(out.items())]


@query
def towards(view: View, dest: str, plane: int) -> dict[str, Hop]:
    """The next hop from each switch to ``dest``: on a shortest path inside its unit, and to the unit by the tree."""
    near = inside(view, dest, plane)
    if not fabric(view).learning or dest not in roots(view, plane):
        return near
    up, root = tree(view, plane), roots(view, plane)[dest]
    chosen = {switch: hop for switch, hop in up.items() if roots(view, plane)[switch] == root}
    below = dest
    while below in up:  # from above, down to where it is
        hop = up[below]
        chosen[hop.switch] = Hop(hop.arrives, below, hop.ofport)
        below = hop.switch
    chosen.pop(dest, None)
    return chosen | near


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
    root_of, hops = roots(view, plane), tree(view, plane)
    children: dict[str, set[str]] = {}
    for switch in members:
        while switch in hops and switch not in children.setdefault(hops[switch].switch, set()):
            children[hops[switch].switch].add(switch)
            switch = hops[switch].switch
    ports: dict[str, list[int]] = {}
    for root in sorted({root_of[switch] for switch in members if switch in root_of}):
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
