"""Private VLANs: whoever is not known is kept apart, and a trunk is checked as strictly as each of its segments."""

from __future__ import annotations

import pytest

from tests.frames import Wires
from tests.world import World
from weft.controller.compile.stages import STAGES
from weft.controller.flow.frame import Frame
from weft.controller.flow.simulate import Dropped, SimulatedSwitch
from weft.controller.model.commands import Create, Plug, Unplug, Update
from weft.controller.model.traits import AllowedAddress, Subport
from weft.controller.pipeline.core import CORE

A, B, C, BROADCAST = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c", "ff:ff:ff:ff:ff:ff"


@pytest.fixture
def net() -> World:
    """Red has a and c on s1 and b on s2; c is isolated, so red is a private VLAN."""
    net = World().switch("s1", ["e1", "e2"], ["f1"]).switch("s2", ["e1"], ["f1"]).link(("s1", "f1"), ("s2", "f1"))
    net.segment("red").vif("a", "red", "s1", "e1", A).vif("b", "red", "s2", "e1", B).vif("c", "red", "s1", "e2", C)
    return net.do(Update("port", "c", {"isolated": "isolated"})).compile()


def test_a_switch_that_has_not_heard_of_a_port_keeps_it_apart(net: World) -> None:
    """The other switch goes on with what it has: it must not take who is isolated for one of those who are not."""
    net.do(Unplug("c")).compile()
    old = list(net.compiler.flows("s2").values())
    net.do(Plug("c", "c")).compile()
    wires = Wires(net)
    assert wires.send("c", BROADCAST) == {}
    wires.switches["s2"] = SimulatedSwitch(old, CORE)
    assert wires.send("c", BROADCAST) == {}
    assert wires.send("a", BROADCAST) == {"b": 1}


def test_a_segment_without_private_ports_knows_no_origins(net: World) -> None:
    net.do(Update("port", "c", {"isolated": None})).compile()
    origins = {stage.id for stage in STAGES if stage.name in ("origin", "strangers")}
    assert not [entry for entry in net.compiler.flows("s2").values() if entry.stage in origins]
    assert Wires(net).send("c", BROADCAST) == {"a": 1, "b": 1}


def test_a_trunk_is_checked_as_the_strictest_of_its_segments_says(net: World) -> None:
    net.segment("blue", shared_with=("red",), security="mac+ip")
    net.do(
        Update("segment", "red", {"security": "mac"}), Update("port", "a", {"trunk": (Subport(7, "blue"),)})
    ).compile()
    assert Wires(net).send("a", BROADCAST) == {}, "on neither segment is it checked less than on the other"
    net.do(Update("port", "a", {"security": "mac"})).compile()
    assert Wires(net).send("a", BROADCAST) == {"b": 1}


def test_a_frame_to_a_shared_mac_is_charged_to_nobody_who_does_not_share_it(net: World) -> None:
    virtual = "00:00:5e:00:01:01"
    net.do(Update("port", "b", {"allowed_addresses": (AllowedAddress(virtual),)})).compile()
    wires = Wires(net)
    assert wires.send("a", virtual) == {"b": 1}
    died = wires.switches["s1"].verdicts(Frame(A, virtual), 1)
    assert [verdict for verdict in died if isinstance(verdict, Dropped) and verdict.reason] == []


def test_a_vifs_own_tag_is_no_segment_of_a_trunk(net: World) -> None:
    """On a transparent segment the tag 7 is a VIF's own; the trunk knows blue by it."""
    net.segment("blue", shared_with=("red",)).do(
        Update("segment", "red", {"vlan_transparent": True}),
        Update("port", "a", {"trunk": (Subport(7, "blue"),)}),
        Update("port", "c", {"isolated": None}),
        Create("vif", {"id": "spare", "mac": "02:00:00:00:00:0d"}),
    ).compile()
    wires = Wires(net)
    assert wires.send("b", BROADCAST, vlans=(7,)) == {"c": 1}, "it came over the fabric"
    assert wires.send("c", BROADCAST, vlans=(7,)) == {"b": 1}, "it is of the same switch"
    assert wires.send("b", BROADCAST) == {"a": 1, "c": 1}
