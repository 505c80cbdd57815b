"""A tap hears what the port that is mirrored to it says, hears, or both; and nobody else hears anything else."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.frames import Wires
from tests.world import World
from weft.apps.extensions.mirror import MIRROR
from weft.controller.compile.compiler import Compiler
from weft.controller.compile.composed import ALONE, Composed
from weft.controller.compile.stages import STAGES
from weft.controller.extension import compose
from weft.controller.flow.text import named
from weft.controller.model.capabilities import OPENVSWITCH_ALONE, Capabilities
from weft.controller.model.commands import Create, Delete, ObserveInterfaces, Plug, Unplug, Update
from weft.controller.model.network import Network
from weft.controller.model.rights import MEMBER, Caller
from weft.controller.model.traits import Subport
from weft.controller.model.trunks import Carried
from weft.controller.pipeline.core import CORE

MIRRORS = compose(CORE, STAGES, MIRROR)
A, B, C, T, U = (f"02:00:00:00:00:0{n}" for n in "abcde")
BROADCAST = "ff:ff:ff:ff:ff:ff"
RED = Caller("red", MEMBER, False, 0)


def one_switch() -> World:
    """red: a, b and c, on one switch with the tap t of red, which is on a segment of its own."""
    net = World(MIRRORS).switch("s1", ["e1", "e2", "e3", "e4"]).segment("red").segment("taps", project="red")
    net.vif("a", "red", "s1", "e1", A).vif("b", "red", "s1", "e2", B).vif("c", "red", "s1", "e3", C)
    return net.vif("t", "taps", "s1", "e4", T)


def three_switches() -> World:
    """s1 - s2 - s3: red's a is on s1, its b on s3, and so is the tap t, alone on its segment."""
    net = World(MIRRORS).switch("s1", ["e1", "e2"], ["f1"]).switch("s2", ["e1"], ["f1", "f2"])
    net.switch("s3", ["e1", "e2"], ["f1"]).link(("s1", "f1"), ("s2", "f1")).link(("s2", "f2"), ("s3", "f1"))
    net.segment("red").segment("taps", project="red").segment("blue")
    net.vif("a", "red", "s1", "e1", A).vif("b", "red", "s3", "e1", B).vif("t", "taps", "s3", "e2", T)
    return net.vif("x", "blue", "s1", "e2", A)


def mirror(net: World, port: str, to: str | None, direction: str | None = None) -> Wires:
    """Mirror a port, and compile."""
    net.do(Update("port", port, {"mirror:to": to, "mirror:direction": direction})).compile()
    assert net.compiler.complaints() == []
    return Wires(net)


WORLDS = {"on one switch": one_switch, "across the fabric": three_switches}
HEARD = {  # by direction: how often the tap hears what a says to b, what b says to a, and what b says to all
    None: (1, 1, 1),
    "both": (1, 1, 1),
    "out": (1, 0, 0),
    "in": (0, 1, 1),
}


@pytest.mark.parametrize("direction", HEARD)
@pytest.mark.parametrize("world", WORLDS)
def test_a_tap_hears_what_it_should_and_all_others_hear_what_they_did(world: str, direction: str | None) -> None:
    net = WORLDS[world]()
    said = [("a", B), ("b", A), ("b", BROADCAST), ("a", BROADCAST)]
    before = [Wires(net.compile()).send(*one) for one in said]
    wires = mirror(net, "a", "t", direction)
    after = [wires.send(*one) for one in said]
    expected = [*HEARD[direction], HEARD[direction][0]]
    assert [heard["t"] for heard in after] == expected
    assert after == [heard + Counter(t=copies) for heard, copies in zip(before, expected, strict=True)]


@pytest.mark.parametrize("world", WORLDS)
def test_a_mirror_that_is_taken_away_leaves_no_flow(world: str) -> None:
    net = WORLDS[world]()
    before = [net.compile().compiler.flows(switch) for switch in net.switches()]
    mirror(net, "a", "t")
    assert [net.compiler.flows(switch) for switch in net.switches()] != before
    mirror(net, "a", None)
    assert [net.compiler.flows(switch) for switch in net.switches()] == before


def test_a_copy_comes_as_it_was_said() -> None:
    net = three_switches()
    wires = mirror(net, "a", "t")
    wires.send("a", B)
    (copy,) = [arrival.frame for arrival in wires.arrivals if arrival.receiver == "t"]
    assert (copy.src, copy.dst, copy.vlans) == (A, B, ())


def test_a_copy_goes_back_by_the_cable_that_its_frame_came_by() -> None:
    net = three_switches()  # what a says to b comes to s3 from s2; the tap is where it comes from
    net.do(Update("vif", "x", {"switch": None, "interface": None}))
    net.do(Update("vif", "t", {"switch": "s1", "interface": "e2"}))
    wires = mirror(net, "b", "t", "in")
    assert wires.send("a", B) == Counter(b=1, t=1)


def test_two_ports_that_are_mirrored_to_each_other_do_not_loop() -> None:
    net = one_switch().do(Update("port", "b", {"mirror:to": "a"}), Update("port", "t", {"mirror:to": "a"}))
    wires = mirror(net, "a", "b")
    assert wires.send("a", C) == Counter(c=1, b=1)
    assert wires.send("c", B) == Counter(b=1, a=1)
    assert wires.send("a", B) == Counter(b=2), "what it hears itself, and the copy; its own copy never comes back to a"
    assert wires.send("c", BROADCAST) == Counter(a=2, b=2)


def test_what_is_not_admitted_is_not_copied() -> None:
    wires = mirror(one_switch(), "a", "t")
    assert wires.send("a", B, src=C) == Counter()


def test_what_a_private_vlan_keeps_from_a_port_is_kept_from_its_tap() -> None:
    net = one_switch()
    net.do(*(Update("port", port, {"isolated": "isolated"}) for port in ("a", "b")))
    wires = mirror(net, "a", "t")
    assert wires.send("b", BROADCAST)["t"] == 0
    assert wires.send("c", BROADCAST)["t"] == 0
    net.do(Update("port", "c", {"isolated": "promiscuous"})).compile()
    assert Wires(net).send("c", BROADCAST) == Counter(a=1, b=1, t=1)


def test_what_a_trunk_hears_is_copied_without_its_tag_and_a_tap_behind_a_tag_has_its_own() -> None:
    net = one_switch().segment("green", project="red")
    net.do(Update("port", "a", {"trunk": (Subport(7, "green"),)}))
    net.segment("deep", project="red").port("carried", "deep")
    net.do(Create("vif", {"id": "carried", "mac": U, "project": "red"}), Plug("carried", "carried"))
    net.do(Create("trunk", {"id": "k", "port": "b", "subports": (Carried("carried", 9),)}))
    wires = mirror(net, "a", "carried")
    wires.send("a", BROADCAST, vlans=(7,))
    assert [(arrival.receiver, arrival.frame.vlans) for arrival in wires.arrivals] == [("b", (9,))]
    wires.send("c", A)
    assert sorted((arrival.receiver, arrival.frame.vlans) for arrival in wires.arrivals) == [("a", ()), ("b", (9,))]


def test_a_tap_with_a_rate_costs_nobody_a_frame() -> None:
    net = one_switch().do(Update("port", "t", {"max_rate": 1000}))
    wires = mirror(net, "a", "t")
    assert wires.send("a", B) == Counter(b=1, t=1)
    flows = (named(entry, net.compiler.pipeline) for entry in net.compiler.flows("s1").values())
    assert any("apart(tap:=" in line for line in flows), "what its meter drops would be gone for b as well"


def test_a_tap_on_another_switch_is_alone_on_its_segment() -> None:
    net = three_switches().port("second", "taps")
    net.do(Create("vif", {"id": "second", "mac": U, "project": "red", "switch": "s2", "interface": "e1"}),
           Plug("second", "second"))  # fmt: skip
    wires = mirror(net, "a", "t")
    assert wires.send("a", B) == Counter(b=1), "copies under its tag would be frames of the segment"
    net.do(Unplug("second"), Delete("port", "second")).compile()
    assert Wires(net).send("a", B) == Counter(b=1, t=1)
    refusal = "conflict, segment: segment 'taps' carries what is mirrored to port 't', and takes no other port"
    assert net.refusal(Create("port", {"id": "third", "name": "third", "segment": "taps"})) == refusal


def test_a_mirror_follows_its_ports() -> None:
    net = one_switch()
    mirror(net, "a", "t")
    net.do(Unplug("t")).compile()
    assert Wires(net).send("a", B) == Counter(b=1)
    net.do(Plug("t", "t"), Update("port", "t", {"admin_up": False})).compile()
    assert Wires(net).send("a", B) == Counter(b=1)
    net.do(Update("port", "t", {"admin_up": True})).compile()
    assert Wires(net).send("a", B) == Counter(b=1, t=1)


def test_what_is_named_must_be_there_and_be_ones_own() -> None:
    net = one_switch().segment("blue")
    net.port("other", "blue")
    assert net.refusal(Update("port", "a", {"mirror:to": "nowhere"}), RED) == (
        "not-found, mirror:to: there is no port 'nowhere'"
    )
    assert net.refusal(Update("port", "a", {"mirror:to": "other"}), RED) == (
        "not-found, mirror:to: there is no port 'other'"
    )
    assert net.refusal(Update("port", "other", {"mirror:to": "t"}), RED) == (
        "not-found, port: there is no port 'other'"
    )
    assert net.refusal(Update("port", "a", {"mirror:to": "a"})) == (
        "conflict, mirror:to: a port cannot be mirrored to itself"
    )
    assert net.refusal(Update("port", "a", {"mirror:to": 7})) == "malformed, mirror:to: must be the id of a port"
    assert net.refusal(Update("port", "a", {"mirror:direction": "up"})) == (
        "malformed, mirror:direction: must be one of in, out, both"
    )
    assert net.refusal(Update("segment", "red", {"mirror:to": "t"})) == (
        "malformed, mirror:to: a segment has no such field"
    )


def test_a_port_that_is_seen_but_is_anothers_is_no_tap() -> None:
    net = one_switch().segment("blue")
    net.port("open", "blue", connect=("owner", "project:red"))
    assert net.refusal(Update("port", "a", {"mirror:to": "open"}), RED) == (
        "forbidden, mirror:to: port 'open' is of project 'blue', and the caller of 'red'"
    )
    net.do(Update("port", "a", {"mirror:to": "open"}))  # the operator may


def test_a_tap_stays_while_somebody_is_mirrored_to_it_and_its_id_is_never_anothers() -> None:
    net = one_switch()
    mirror(net, "a", "t")
    net.do(Unplug("t"))
    assert net.refusal(Delete("port", "t")) == "conflict, id: ports 'a' still depend on port 't'"
    without = reopened(net, ALONE).do(Delete("port", "t")).port("t", "taps").do(Plug("t", "t"))
    again = reopened(without, MIRRORS)
    assert again.network.port("a") == without.network.port("a"), "what is not known is kept"
    assert Wires(again.compile()).send("a", B) == Counter(b=1), "another port of that id hears nothing"


def reopened(net: World, composed: Composed) -> World:
    """The same facts, with other extensions."""
    world = World(composed)
    world.network = Network(net.facts(), net.network.revision, composed.attributes)
    world.compiler = Compiler(world.network, composed.stages, composed.pipeline, composed.guests)
    return world


def test_a_mirror_is_refused_where_no_flow_tables_are() -> None:
    plain = Capabilities(learns=True)
    net = World(MIRRORS)
    net.network = Network(attributes=MIRRORS.attributes, capabilities=OPENVSWITCH_ALONE | {"bridge": plain})
    net.compiler = Compiler(net.network, MIRRORS.stages, MIRRORS.pipeline, MIRRORS.guests)
    net.switch("s1", ["e1", "e2"]).segment("red")
    net.do(Create("switch", {"id": "h1", "plugin": "bridge"}), ObserveInterfaces("h1", {"e1": (1, True)}))
    net.vif("a", "red", "s1", "e1", A).vif("t", "red", "s1", "e2", B).vif("h", "red", "h1", "e1", C)
    assert net.refusal(Update("port", "h", {"mirror:to": "t"})) == (
        "conflict, mirror:to: plug-in bridge, which switch 'h1' is of, cannot honour mirror:to of port 'h'"
    )
    assert net.refusal(Update("port", "a", {"mirror:to": "h"})) == (
        "conflict, mirror:to: plug-in bridge, which switch 'h1' is of, cannot honour it for port 'h'"
    )
    net.do(Update("port", "a", {"mirror:to": "t"}), Update("vif", "h", {"switch": None, "interface": None}))
    for vif, whose in (("a", "mirror:to"), ("t", "the mirror:to of others")):
        moved = net.refusal(Update("vif", vif, {"switch": "h1", "interface": "e1"}))
        assert moved.endswith(f"plug-in bridge, which switch 'h1' is of, cannot honour {whose} of port '{vif}'"), moved
