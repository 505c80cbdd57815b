"""Small worlds whose tables are kept as text, to be reviewed like prose."""

from __future__ import annotations

from collections.abc import Callable

from tests.world import World
from weft.controller.model.commands import Create, Plug, Update
from weft.controller.model.traits import AllowedAddress, Subport
from weft.controller.model.trunks import Carried
from weft.topologies.facts import commands, observations
from weft.topologies.leaf_spine import leaf_spine

A, B, C = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"


def one_switch() -> World:
    """One switch with two segments: red has a and b, and blue has c, which has the MAC of a."""
    net = World().switch("s1", ["e1", "e2", "e3"]).segment("red").segment("blue")
    return net.vif("a", "red", "s1", "e1", A).vif("b", "red", "s1", "e2", B).vif("c", "blue", "s1", "e3", A)


def two_switches() -> World:
    """Two switches with a cable between them: red has a on s1 and b on s2, and blue has c on s2 alone."""
    net = World().switch("s1", ["e1"], ["f1"]).switch("s2", ["e1", "e2"], ["f1"]).link(("s1", "f1"), ("s2", "f1"))
    net.segment("red").segment("blue")
    return net.vif("a", "red", "s1", "e1", A).vif("b", "red", "s2", "e1", B).vif("c", "blue", "s2", "e2", C)


def ring_of_three() -> World:
    """Three switches in a circle, and red has a VIF on each: one of the cables is no branch of red's tree."""
    net, around = World(), ("s1", "s2", "s3")
    for switch in around:
        net.switch(switch, ["e1"], ["f1", "f2"])
    for one, next_one in zip(around, around[1:] + around[:1], strict=True):
        net.link((one, "f1"), (next_one, "f2"))
    net.segment("red")
    return net.vif("a", "red", "s1", "e1", A).vif("b", "red", "s2", "e1", B).vif("c", "red", "s3", "e1", C)


def local_segment() -> World:
    """Two switches with a cable between them, which a local segment does not cross: a and b do not reach c."""
    net = World().switch("s1", ["e1", "e2"], ["f1"]).switch("s2", ["e1"], ["f1"]).link(("s1", "f1"), ("s2", "f1"))
    net.segment("here", transport="local")
    return net.vif("a", "here", "s1", "e1", A).vif("b", "here", "s1", "e2", B).vif("c", "here", "s2", "e1", C)


def shut() -> World:
    """Two switches, and what the administrator shut: a's port, and the segment of c and d. Only b may speak."""
    net = World().switch("s1", ["e1", "e2"], ["f1"]).switch("s2", ["e1", "e2"], ["f1"]).link(("s1", "f1"), ("s2", "f1"))
    net.segment("red").segment("blue")
    net.vif("a", "red", "s1", "e1", A).vif("b", "red", "s2", "e1", B)
    net.vif("c", "blue", "s1", "e2", C).vif("d", "blue", "s2", "e2", A)
    return net.do(Update("port", "a", {"admin_up": False}), Update("segment", "blue", {"admin_up": False}))


def traits() -> World:
    """Two switches, and ports with traits of every sort.

    On s1: a speaks with its addresses alone, and with a virtual MAC that it shares with b on s2; c is a trunk's, with
    red untagged and blue under tag 7; d hears all, and has a rate. On s2: e is isolated; f is a router of community 5.
    """
    net = World().switch("s1", ["e1", "e2", "e3"], ["f1"]).switch("s2", ["e1", "e2", "e3"], ["f1"])
    net.link(("s1", "f1"), ("s2", "f1")).segment("red").segment("blue", shared_with=("red",))
    for name, switch, interface in (("a", "s1", "e1"), ("b", "s2", "e1"), ("c", "s1", "e2"), ("d", "s1", "e3")):
        net.vif(name, "red", switch, interface, f"02:00:00:00:00:0{name}")
    net.vif("e", "red", "s2", "e2", "02:00:00:00:00:0e").vif("f", "red", "s2", "e3", "02:00:00:00:00:0f")
    virtual = AllowedAddress("00:00:5e:00:01:01", "10.0.0.9/32")
    return net.do(
        Update("port", "a", {"security": "mac+ip", "fixed_ips": ("10.0.0.1",), "allowed_addresses": (virtual,)}),
        Update("port", "b", {"security": "mac", "allowed_addresses": (virtual,)}),
        Update("port", "c", {"security": "none", "trunk": (Subport(7, "blue"),)}),
        Update("port", "d", {"promiscuous": True, "max_rate": 1000, "max_broadcast": 50}),
        Update("port", "e", {"isolated": "isolated"}),
        Update("port", "f", {"isolated": "community:5", "router": True}),
    )


def trunk() -> World:
    """One switch: port a, on red, has a rate and a trunk that carries port b, on blue, by tag 7; blue has c too."""
    net = World().switch("s1", ["e1", "e2"]).segment("red").segment("blue")
    net.vif("a", "red", "s1", "e1", A, max_rate=1000)
    net.vif("c", "blue", "s1", "e2", C).port("b", "blue")
    net.do(Create("vif", {"id": "b", "mac": B}), Plug("b", "b"))
    return net.do(Create("trunk", {"id": "t", "port": "a", "subports": (Carried("b", 7),)}))


def leaves_and_spines() -> World:
    """Two leaves and two spines, and two tenants: red's frames take one spine, and blue's the other."""
    fabric = leaf_spine(2, 2, 2)
    return World().do(*commands(fabric), *observations(fabric))


WORLDS: dict[str, Callable[[], World]] = {
    world.__name__: world
    for world in (one_switch, two_switches, ring_of_three, local_segment, shut, traits, trunk, leaves_and_spines)
}
