"""Whatever has happened before: every VIF reaches exactly its segment's VIFs, once, and says nothing it may not."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import Any

from hypothesis import given, settings

from tests.frames import Wires, should_receive, speakers
from tests.laws.histories import FOUNDATION, histories
from tests.world import World
from weft.controller.flow.simulate import Frame
from weft.controller.model.commands import Command
from weft.controller.model.facts import Endpoint

BROADCAST = "ff:ff:ff:ff:ff:ff"
STRANGER = "02:00:00:00:ff:ff"
FORBIDDEN: dict[str, dict[str, Any]] = {
    "a spoofed source": {"dst": BROADCAST, "src": STRANGER},
    "a tag": {"dst": BROADCAST, "vlans": (2,)},
    "two tags": {"dst": BROADCAST, "vlans": (2, 3)},
    "a priority tag": {"dst": BROADCAST, "vlans": (0,)},
    "a BPDU": {"dst": "01:80:c2:00:00:00"},
    "LLDP": {"dst": BROADCAST, "eth_type": 0x88CC},
    "an unknown unicast": {"dst": STRANGER},
}


def after(history: list[list[Command]]) -> World:
    """The world when all of it that is granted has been done."""
    world = World().do(*FOUNDATION)
    for command in chain(*history):
        world.granted(command)
    return world.compile()


@settings(max_examples=150, deadline=None)
@given(histories)
def test_every_vif_reaches_exactly_its_segment(history: list[list[Command]]) -> None:
    world = after(history)
    wires = Wires(world)
    spoken = speakers(world)
    everybody = [vif for vifs in spoken.values() for vif in vifs]
    for sender in everybody:
        peers = should_receive(world, sender)
        assert wires.send(sender.id, BROADCAST) == Counter(peers)
        for receiver in everybody:
            same = {v.id for vifs in spoken.values() if sender in vifs for v in vifs if v.mac == receiver.mac}
            expected = Counter(peers & same) if receiver != sender else Counter()
            assert wires.send(sender.id, receiver.mac) == expected
        for what, frame in FORBIDDEN.items():
            assert wires.send(sender.id, **frame) == Counter(), f"{what} arrived"


@settings(max_examples=50, deadline=None)
@given(histories)
def test_who_is_not_plugged_in_says_nothing(history: list[list[Command]]) -> None:
    world = after(history)
    wires = Wires(world)
    speaking = {vif.location for vifs in speakers(world).values() for vif in vifs}
    for switch in world.switches():
        for end in world.network.interfaces_of(switch):
            interface, found = world.network.interface(end), world.network.switch(switch)
            assert interface is not None
            assert found is not None
            if end not in speaking and end.interface not in found.fabric_interfaces:
                frame = Frame("02:00:00:00:01:00", BROADCAST)
                assert wires.inject(switch, interface.ofport, frame) == Counter()


@settings(max_examples=50, deadline=None)
@given(histories)
def test_what_the_fabric_says_stays_on_the_segment_of_its_tag(history: list[list[Command]]) -> None:
    world = after(history)
    wires = Wires(world)
    spoken = speakers(world)
    for vlans in ((), (2,), (3,), (9,), (10,), (0,), (2, 3)):
        segment = world.network.segment_on_wire("vlan", vlans[0]) if vlans else None
        allowed = {vif.id for vif in spoken.get(segment or "", [])}
        for switch in world.switches():
            found = world.network.switch(switch)
            assert found is not None
            for name in found.fabric_interfaces:
                interface = world.network.interface(Endpoint(switch, name))
                if interface is not None:
                    for dst in (BROADCAST, *(vif.mac for vifs in spoken.values() for vif in vifs)):
                        frame = Frame(STRANGER, dst, vlans=vlans)
                        received = wires.inject(switch, interface.ofport, frame, tags_off=1)
                        assert received <= Counter(allowed)


@settings(max_examples=50, deadline=None)
@given(histories)
def test_nothing_but_drops_is_there_for_whom_nothing_may_pass(history: list[list[Command]]) -> None:
    world = after(history)
    compiler = world.compiler
    speaking = {world.network.port_of_vif(vif.id) for vifs in speakers(world).values() for vif in vifs}
    for switch in world.switches():
        for identity, entry in compiler.flows(switch).items():
            for kind, id in (owner.about for owner in compiler.owners(switch, identity)):
                segment = world.network.segment(str(id)) if kind == "segment" else None
                assert kind != "port" or id in speaking or entry.name, f"{entry} is there for port {id}"
                assert kind != "segment" or (segment is not None and segment.admin_up), f"{entry} is there for {id}"
