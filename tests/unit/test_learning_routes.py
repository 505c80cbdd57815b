"""Where switches that learn are in the fabric, each hears a sender from one side alone, and nothing comes twice."""

from __future__ import annotations

from itertools import combinations, pairwise
from random import Random

import networkx as nx
import pytest

from tests.world import World
from weft.controller.compile.compiler import Compiler
from weft.controller.compile.incremental import Incremental
from weft.controller.compile.routes import Hop, distances, roots, towards, tree
from weft.controller.compile.view import View
from weft.controller.model.capabilities import OPENVSWITCH_ALONE, Capabilities
from weft.controller.model.commands import Create, ObserveInterfaces
from weft.controller.model.network import Network
from weft.controller.pipeline.core import PLANES


class Mixed(World):
    """A world in which some switches learn."""

    def __init__(self) -> None:
        super().__init__()
        self.network = Network(capabilities=OPENVSWITCH_ALONE | {"bridge": Capabilities(learns=True)})
        self.compiler = Compiler(self.network)

    def view(self) -> View:
        """The facts as a stage reads them."""
        return View(self.network, Incremental(self.network), set())


def mixed(cables: nx.Graph[str], learning: set[str]) -> Mixed:
    """A fabric with these cables."""
    net = Mixed()
    for dpid, switch in enumerate(sorted(cables), 1):
        kind = {"plugin": "bridge"} if switch in learning else {"dpid": dpid}
        ends = tuple(f"to-{neighbour}" for neighbour in sorted(cables[switch]))
        net.do(Create("switch", {"id": switch, "fabric_interfaces": ends, **kind}))
        net.do(ObserveInterfaces(switch, {end: (number, True) for number, end in enumerate(ends, 1)}))
    for a, b in cables.edges:
        net.link((a, f"to-{b}"), (b, f"to-{a}"))
    return net


def randomly(seed: int) -> tuple[Mixed, nx.Graph[str], set[str]]:
    """A fabric by chance: up to nine switches, a third of which learn."""
    chance = Random(seed)
    names = [f"s{n}" for n in range(1, chance.randint(3, 9))]
    cables: nx.Graph[str] = nx.Graph()
    cables.add_nodes_from(names)
    cables.add_edges_from(pair for pair in combinations(names, 2) if chance.random() < 0.4)
    learning = {name for name in names if chance.random() < 0.35}
    return mixed(cables, learning), cables, learning


def way(hops: dict[str, Hop], start: str, dest: str) -> list[str]:
    """The switches from ``start`` to ``dest``; it fails where the hops lead round."""
    passed = [start]
    while passed[-1] != dest:
        assert len(passed) <= len(hops) + 1, f"from {start} to {dest} one goes round: {passed}"
        passed.append(hops[passed[-1]].switch)
    return passed


@pytest.mark.parametrize("seed", range(60))
def test_who_learns_hears_a_sender_from_one_side_alone(seed: int) -> None:
    net, cables, learning = randomly(seed)
    view = net.view()
    for plane in range(PLANES):
        up = tree(view, plane)
        flooded: nx.Graph[str] = nx.Graph([(switch, hop.switch) for switch, hop in up.items()])
        flooded.add_nodes_from(cables)
        assert nx.is_forest(flooded)
        assert {*map(frozenset, nx.connected_components(flooded))} == {*map(frozenset, nx.connected_components(cables))}
        for start in cables:
            reached = nx.node_connected_component(cables, start) & set(roots(view, plane))
            floods = nx.single_source_shortest_path(flooded, start)
            for dest in reached:
                crossed = way(towards(view, dest, plane), start, dest)
                for before, here in pairwise(crossed):
                    if here in learning:
                        assert before == floods[here][-2], (
                            f"{here} hears {start} from {before} too, on the way to {dest}"
                        )


@pytest.mark.parametrize("seed", range(60))
def test_what_one_that_learns_floods_enters_each_part_once(seed: int) -> None:
    net, cables, learning = randomly(seed)
    view = net.view()
    for plane in range(PLANES):
        edges = [(switch, hop.switch) for switch, hop in tree(view, plane).items()]
        for one in learning & set(cables):
            beside = [b if a == one else a for a, b in edges if one in (a, b)]
            units = [frozenset(distances(view, other)) for other in beside]
            assert len(units) == len(set(units)), f"{one} floods to {beside}, and some of these reach each other"


def test_inside_a_part_without_them_ways_are_the_shortest() -> None:
    net = mixed(
        nx.Graph([("s1", "s2"), ("s2", "s3"), ("s1", "s3"), ("s1", "b1"), ("b1", "s3"), ("s3", "b2")]), {"b1", "b2"}
    )
    view = net.view()
    assert way(towards(view, "s3", 0), "s1", "s3") == ["s1", "s3"], "not by b1, though it is no longer"
    assert way(towards(view, "b2", 0), "s1", "b2")[-2:] == ["s3", "b2"]
    assert sorted(distances(view, "s1")) == ["s1", "s2", "s3"]
    assert sorted(distances(view, "b1")) == ["b1"]
