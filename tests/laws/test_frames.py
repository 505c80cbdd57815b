"""Whatever has happened before: every VIF reaches exactly whom it should, once, and says nothing it may not."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_network
from itertools import chain
from typing import Any

from hypothesis import given, settings

from tests.frames import Speaker, Wires, receivers, speakers
from tests.laws.histories import FOUNDATION, histories
from tests.world import World
from weft.controller.compile.seats import link_local
from weft.controller.flow.frame import Frame
from weft.controller.model.commands import Command
from weft.controller.model.facts import Endpoint, Segment

BROADCAST = "ff:ff:ff:ff:ff:ff"
STRANGER = "02:00:00:00:ff:ff"
RESERVED: dict[str, dict[str, Any]] = {
    "a group source": {"dst": BROADCAST, "src": "03:00:00:00:00:01"},
    "a BPDU": {"dst": "01:80:c2:00:00:00"},
    "CDP": {"dst": "01:00:0c:cc:cc:cc"},
    "LLDP": {"dst": BROADCAST, "eth_type": 0x88CC},
    "an unknown unicast": {"dst": STRANGER},
}
INSIDE: dict[str, dict[str, Any]] = {
    "a false ARP sender": {"dst": BROADCAST, "eth_type": 0x806, "inner": {"arp_op": 1, "arp_sha": 1}},
    "a router advertisement": {
        "dst": BROADCAST, "eth_type": 0x86DD, "inner": {"ip_proto": 58, "icmpv6_type": 134, "ipv6_src": 1}
    },
    "MPLS": {"dst": BROADCAST, "eth_type": 0x8847},
}  # fmt: skip


def after(history: list[list[Command]]) -> World:
    """The world when all of it that is granted has been done."""
    world = World().do(*FOUNDATION)
    for command in chain(*history):
        world.granted(command)
    return world.compile()


def arrived(wires: Wires) -> Counter[tuple[str, tuple[int, ...]]]:
    """Who has received the last frame, and with which tags."""
    return Counter((arrival.receiver, arrival.frame.vlans) for arrival in wires.arrivals)


def plain(sender: Speaker) -> dict[str, Any]:
    """What a VIF may say at every level: UDP from its link-local address."""
    inner = {"ipv6_src": int(ip_network(link_local(sender.vif.mac))[0]), "ip_proto": 17, "udp_src": 9, "udp_dst": 9}
    return {"eth_type": 0x86DD, "inner": inner}


@settings(max_examples=100, deadline=None)
@given(histories)
def test_every_vif_reaches_exactly_whom_it_should(history: list[list[Command]]) -> None:
    world = after(history)
    wires = Wires(world)
    everybody = speakers(world)
    macs = {mac for one in everybody for mac in one.macs}
    for sender in everybody:
        for dst in (BROADCAST, STRANGER, *sorted(macs)):
            wires.send(sender.vif.id, dst, sender.vif.mac, vlans=sender.vlans, **plain(sender))
            assert arrived(wires) == receivers(world, sender, dst, wires.passed), f"{sender} to {dst}"


@settings(max_examples=50, deadline=None)
@given(histories)
def test_a_vif_says_nothing_that_it_may_not(history: list[list[Command]]) -> None:
    world = after(history)
    wires = Wires(world)
    for sender in speakers(world):
        promiscuous = {one.vif.id for one in speakers(world) if one.port.promiscuous}
        for what, frame in forbidden(sender):
            heard = wires.send(sender.vif.id, vlans=sender.vlans, **{"src": sender.vif.mac, **frame})
            assert not heard.keys() - (promiscuous if what == "an unknown unicast" else set()), f"{what} of {sender}"
        carried = {vlan for vlan, _ in sender.port.trunk}
        for vlans in ((2,), (2, 3), (0,), (4095,)):
            if not sender.segment.vlan_transparent and vlans[0] not in carried:
                assert wires.send(sender.vif.id, BROADCAST, vlans=vlans) == Counter(), f"{vlans} of {sender}"


def forbidden(sender: Speaker) -> list[tuple[str, dict[str, Any]]]:
    """What nobody hears of the sender."""
    found = list(RESERVED.items())
    if sender.level != "none":
        found.append(("a spoofed source", {"dst": BROADCAST, "src": STRANGER}))
    if sender.level in ("mac+inner", "mac+ip"):
        router = {"a router advertisement"} if sender.port.router else set()
        found += [(what, frame) for what, frame in INSIDE.items() if what not in router]
    return found


@settings(max_examples=50, deadline=None)
@given(histories)
def test_who_is_not_plugged_in_says_nothing(history: list[list[Command]]) -> None:
    world = after(history)
    wires = Wires(world)
    speaking = {one.vif.location for one in speakers(world)}
    for switch in world.switches():
        for end in world.network.interfaces_of(switch):
            interface, found = world.network.interface(end), world.network.switch(switch)
            assert interface is not None
            assert found is not None
            if end not in speaking and end.interface not in found.fabric_interfaces:
                for vlans in ((), (2,)):
                    frame = Frame("02:00:00:00:01:00", BROADCAST, vlans=vlans)
                    assert wires.inject(switch, interface.ofport, frame) == Counter()


@settings(max_examples=50, deadline=None)
@given(histories)
def test_what_the_fabric_says_stays_on_the_segment_of_its_tag(history: list[list[Command]]) -> None:
    world = after(history)
    wires = Wires(world)
    spoken = speakers(world)
    for vlans in ((), (2,), (3,), (9,), (10,), (0,), (2, 3)):
        segment = world.network.segment_on_wire("vlan", vlans[0]) if vlans else None
        allowed = {one.vif.id for one in spoken if one.segment.id == segment}
        for switch in world.switches():
            found = world.network.switch(switch)
            assert found is not None
            for name in found.fabric_interfaces:
                interface = world.network.interface(Endpoint(switch, name))
                if interface is not None:
                    for dst in (BROADCAST, *(one.vif.mac for one in spoken)):
                        frame = Frame(STRANGER, dst, vlans=vlans)
                        assert wires.inject(switch, interface.ofport, frame) <= Counter(allowed)


@settings(max_examples=50, deadline=None)
@given(histories)
def test_nothing_but_drops_is_there_for_whom_nothing_may_pass(history: list[list[Command]]) -> None:
    world = after(history)
    compiler = world.compiler
    speaking = {one.port.id for one in speakers(world)}
    for switch in world.switches():
        for identity, entry in compiler.flows(switch).items():
            for kind, id in (owner.about for owner in compiler.owners(switch, identity)):
                segment = world.network.segment(str(id)) if kind == "segment" else None
                shut = kind == "segment" and not (isinstance(segment, Segment) and segment.admin_up)
                assert kind != "port" or id in speaking or entry.name, f"{entry} is there for port {id}"
                assert not shut, f"{entry} is there for {id}"
