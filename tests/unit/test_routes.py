"""How frames cross the fabric: over shortest ways and loop-free trees, and another way when a cable is cut."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, permutations

import pytest

from tests.frames import Wires
from tests.world import World
from weft.controller.model.commands import Delete, ObserveInterfaces, Plug, Unplug, Update
from weft.controller.model.facts import Link
from weft.topologies.fabric import Fabric
from weft.topologies.facts import commands, observations
from weft.topologies.fat_tree import fat_tree
from weft.topologies.leaf_spine import leaf_spine
from weft.topologies.linear import linear
from weft.topologies.ring import ring

BROADCAST = "ff:ff:ff:ff:ff:ff"
SHAPES = {
    "linear": linear(4, 2),
    "ring": ring(5, 2),
    "small ring": ring(3, 4),
    "leaf-spine": leaf_spine(2, 3, 4),
    "fat tree": fat_tree(),
}


def world(fabric: Fabric) -> World:
    """The fabric with its tenants' hosts, told and compiled."""
    return World().do(*commands(fabric), *observations(fabric)).compile()


def everybody_reaches_exactly_their_own(net: World, fabric: Fabric) -> None:
    """Each host reaches each other host of its tenant, and nobody else; a broadcast reaches each of them once."""
    wires = Wires(net)
    for host in fabric.hosts:
        peers = [peer for peer in fabric.hosts if peer.tenant == host.tenant and peer != host]
        assert wires.send(host.interface, BROADCAST) == Counter(peer.interface for peer in peers)
        for peer in peers:
            assert wires.send(host.interface, peer.mac) == {peer.interface: 1}


def crossed(net: World, vif: str, dst: str) -> list[str]:
    """The switches that a frame goes through, in turn."""
    wires = Wires(net)
    wires.send(vif, dst)
    return wires.passed


def cables(net: World) -> list[Link]:
    """All cables that are up."""
    links = [net.network.link(link) for link in net.network.links()]
    return [link for link in links if link is not None and link.admin_up]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_host_reaches_exactly_its_tenants_hosts_once(shape: str) -> None:
    everybody_reaches_exactly_their_own(world(SHAPES[shape]), SHAPES[shape])


@pytest.mark.parametrize("shape", ["ring", "small ring", "leaf-spine"])
def test_after_any_cable_is_cut_every_host_is_reached_again(shape: str) -> None:
    fabric = SHAPES[shape]
    net = world(fabric)
    for link in cables(net):
        net.do(Update("link", link.id, {"admin_up": False})).compile()
        everybody_reaches_exactly_their_own(net, fabric)
        net.do(Update("link", link.id, {"admin_up": True})).compile()
    everybody_reaches_exactly_their_own(net, fabric)


@pytest.mark.parametrize("how", ["no carrier", "gone", "deleted", "not declared"])
def test_a_cable_is_not_used_however_it_was_lost(how: str) -> None:
    fabric = ring(3, 2)
    net, end = world(fabric), fabric.cables[0].a
    interface = net.network.interface(end.endpoint)
    assert interface is not None
    net.do(
        {
            "no carrier": ObserveInterfaces(end.switch, {end.interface: (interface.ofport, False)}),
            "gone": ObserveInterfaces(end.switch, {}, gone=(end.interface,)),
            "deleted": Delete("link", cables(net)[0].id),
            "not declared": Delete("link", cables(net)[0].id),
        }[how]
    )
    if how == "not declared":
        left = [other.interface for other in fabric.ends if other.switch == end.switch and other != end]
        net.do(Update("switch", end.switch, {"fabric_interfaces": tuple(left)}))
    everybody_reaches_exactly_their_own(net.compile(), fabric)
    assert crossed(net, "red1-eth0", "02:00:00:00:00:02") == ["s1", "s3", "s2"]


def test_a_frame_takes_a_shortest_way() -> None:
    net = world(ring(6, 2))  # red1 is on s1, red2 on s2, and so on
    assert crossed(net, "red1-eth0", "02:00:00:00:00:02") == ["s1", "s2"]
    assert crossed(net, "red1-eth0", "02:00:00:00:00:06") == ["s1", "s6"]
    assert crossed(net, "red1-eth0", "02:00:00:00:00:03") == ["s1", "s2", "s3"]
    assert len(crossed(net, "red1-eth0", "02:00:00:00:00:04")) == 4


def test_equal_ways_are_shared_out_among_segments() -> None:
    """Eight segments between two leaves with four spines: each takes one way, and every spine is taken."""
    net = World()
    for n in range(1, 5):
        net.switch(f"spine{n}", [], ["a", "b"])
    for side in "ab":
        net.switch(f"leaf-{side}", [f"e{n}" for n in range(8)], [f"f{n}" for n in range(1, 5)])
        for n in range(1, 5):
            net.link((f"leaf-{side}", f"f{n}"), (f"spine{n}", side))
    for n in range(8):
        net.segment(f"t{n}").vif(f"a{n}", f"t{n}", "leaf-a", f"e{n}", "02:00:00:00:00:0a")
        net.vif(f"b{n}", f"t{n}", "leaf-b", f"e{n}", "02:00:00:00:00:0b")
    net.compile()
    there = [crossed(net, f"a{n}", "02:00:00:00:00:0b")[1] for n in range(8)]
    flooded = [[s for s in crossed(net, f"a{n}", BROADCAST) if s.startswith("spine")] for n in range(8)]
    assert Counter(there) == {f"spine{n}": 2 for n in range(1, 5)}
    assert all(len(spines) == 1 for spines in flooded)
    assert Counter(spine for (spine,) in flooded) == {f"spine{n}": 2 for n in range(1, 5)}
    back = [crossed(net, f"b{n}", "02:00:00:00:00:0a")[1] for n in range(8)]
    assert Counter(back) == Counter(there)


def test_two_cables_between_two_switches_are_one_way_each() -> None:
    net = World().switch("s1", ["e1", "e2"], ["f1", "f2"]).switch("s2", ["e1", "e2"], ["f1", "f2"])
    net.link(("s1", "f1"), ("s2", "f1")).link(("s1", "f2"), ("s2", "f2"))
    for n, segment in enumerate(("red", "blue"), 1):
        net.segment(segment).vif(f"{segment}1", segment, "s1", f"e{n}", "02:00:00:00:00:0a")
        net.vif(f"{segment}2", segment, "s2", f"e{n}", "02:00:00:00:00:0b")
    for link in (None, *cables(net)):
        if link is not None:
            net.do(Update("link", link.id, {"admin_up": False}))
        wires = Wires(net.compile())
        for segment in ("red", "blue"):
            assert wires.send(f"{segment}1", BROADCAST) == {f"{segment}2": 1}
            assert wires.send(f"{segment}2", "02:00:00:00:00:0a") == {f"{segment}1": 1}
        if link is not None:
            net.do(Update("link", link.id, {"admin_up": True}))


def test_a_fabric_that_falls_apart_goes_on_in_its_parts() -> None:
    fabric = ring(4, 2)
    net = world(fabric)
    for link in cables(net):
        if {link.a.switch, link.b.switch} in ({"s1", "s4"}, {"s2", "s3"}):
            net.do(Update("link", link.id, {"admin_up": False}))
    wires = Wires(net.compile())
    assert wires.send("red1-eth0", BROADCAST) == {"red2-eth0": 1}
    assert wires.send("red3-eth0", BROADCAST) == {"red4-eth0": 1}
    assert wires.send("red1-eth0", "02:00:00:00:00:03") == {}


def test_a_segment_lives_only_where_its_frames_go() -> None:
    net = world(linear(6, 2))
    net.do(*(Unplug(f"red{n}") for n in (1, 4, 5, 6)))
    assert net.compile().compiler.span("red") == {"s2", "s3"}
    net.do(Plug("red5", "red5-eth0"))
    assert net.compile().compiler.span("red") == {"s2", "s3", "s4", "s5"}
    net.do(Unplug("red2"), Unplug("red3"))
    assert net.compile().compiler.span("red") == {"s5"}
    net.do(Unplug("red5"))
    assert net.compile().compiler.span("red") == frozenset()
    assert net.compiler.span("blue") == {"s1", "s2", "s3", "s4", "s5", "s6"}


def test_a_local_segment_crosses_nothing() -> None:
    net = World().switch("s1", ["e1", "e2"], ["f1"]).switch("s2", ["e1"], ["f1"]).link(("s1", "f1"), ("s2", "f1"))
    net.segment("here", transport="local").vif("a", "here", "s1", "e1", "02:00:00:00:00:0a")
    net.vif("b", "here", "s1", "e2", "02:00:00:00:00:0b").vif("c", "here", "s2", "e1", "02:00:00:00:00:0c").compile()
    wires = Wires(net)
    assert wires.send("a", BROADCAST) == {"b": 1}
    assert wires.send("a", "02:00:00:00:00:0c") == {}
    assert net.compiler.span("here") == {"s1", "s2"}


def test_frames_of_one_way_meet_no_switch_twice() -> None:
    net = world(fat_tree())
    hosts = [host for host in fat_tree().hosts if host.tenant == "red"][:4]
    for one, other in permutations(hosts, 2):
        way = crossed(net, one.interface, other.mac)
        assert len(way) == len(set(way))
        assert all(any({a, b} == {link.a.switch, link.b.switch} for link in cables(net)) for a, b in pairwise(way))
