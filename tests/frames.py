"""Frames walked through the compiled tables of a whole fabric, and what the facts alone say should become of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from tests.world import World
from weft.controller.flow.frame import Frame
from weft.controller.flow.simulate import SimulatedSwitch
from weft.controller.model.facts import Endpoint, Port, Segment, Vif

FRAME_LIMIT = 500


class Arrival(NamedTuple):
    """Who received a frame, and how it was on the wire there."""

    receiver: str
    frame: Frame


class Wires:
    """The fabric's switches, simulated, and the cables between them."""

    def __init__(self, world: World) -> None:
        compiler, network = world.compiler, world.network
        self.world = world
        self.passed: list[str] = []  # the switches that the last frame went through, in turn
        self.arrivals: list[Arrival] = []  # of the last frame
        self.switches = {s: SimulatedSwitch(compiler.flows(s).values(), compiler.pipeline) for s in world.switches()}
        self._far: dict[tuple[str, int], tuple[str, int]] = {}
        for link_id in network.links():
            link = network.link(link_id)
            assert link is not None
            a, b = network.interface(link.a), network.interface(link.b)
            if link.admin_up and a is not None and b is not None and a.up and b.up:
                self._far[link.a.switch, a.ofport] = (link.b.switch, b.ofport)
                self._far[link.b.switch, b.ofport] = (link.a.switch, a.ofport)

    def send(self, vif: str, dst: str, src: str = "", **frame: object) -> Counter[str]:
        """Who receives a frame from that VIF, and how often. A loop is an error."""
        sender = self.world.network.vif(vif)
        assert sender is not None
        assert sender.location is not None
        interface = self.world.network.interface(sender.location)
        assert interface is not None
        sent = Frame(src or sender.mac, dst, **frame)  # type: ignore[arg-type]
        return self.inject(sender.location.switch, interface.ofport, sent)

    def inject(self, switch: str, ofport: int, sent: Frame) -> Counter[str]:
        """Who receives a frame that comes into a switch by that port; but for its tags it must arrive as it was."""
        on_wire = [(switch, ofport, sent)]
        self.passed, self.arrivals = [], []
        for _ in range(FRAME_LIMIT):
            if not on_wire:
                return Counter(arrival.receiver for arrival in self.arrivals)
            switch, ofport, frame = on_wire.pop()
            self.passed.append(switch)
            for out, leaving in self.switches[switch].receive(frame, ofport):
                far = self._far.get((switch, out))
                if far is not None:
                    on_wire.append((*far, leaving))
                else:
                    self.arrivals.append(Arrival(self._who(switch, out), leaving))
                    assert replace(leaving, vlans=()) == replace(sent, vlans=()), f"{sent} arrived as {leaving}"
        raise AssertionError(f"{sent} goes round for ever")

    def _who(self, switch: str, ofport: int) -> str:
        for end in self.world.network.interfaces_of(switch):
            interface = self.world.network.interface(end)
            if interface is not None and interface.ofport == ofport:
                return self.world.network.vif_at(end) or f"{end.switch}:{end.interface}"
        return f"{switch}:{ofport}"


class Speaker(NamedTuple):
    """A VIF on a segment that it may speak on, and with which tag it does so (None: with none)."""

    vif: Vif
    port: Port
    segment: Segment
    vlan: int | None

    @property
    def macs(self) -> set[str]:
        """Its own MAC, and those that it may use besides."""
        return {self.vif.mac} | {allowed.mac for allowed in self.port.allowed_addresses if allowed.mac is not None}

    @property
    def level(self) -> str:
        """What is checked of what it says. A trunk is checked as the strictest of its segments says."""
        return self.port.security or ""

    @property
    def vlans(self) -> tuple[int, ...]:
        """The tags on its wire."""
        return () if self.vlan is None else (self.vlan,)


def speakers(world: World) -> list[Speaker]:
    """Who may speak where: VIFs that are plugged in, somewhere, and nothing shut by the administrator."""
    found = []
    for vif in world.network.of_kind("vif"):
        assert isinstance(vif, Vif)
        port_id = world.network.port_of_vif(vif.id)
        port = world.network.port(port_id) if port_id else None
        if port is None or not port.admin_up:
            continue
        carrier = world.network.carrier(port.id)
        if carrier is not None:  # it is on the wire of the trunk's port
            bearing = world.network.port(carrier.port)
            bearer = world.network.vif_in(carrier.port)
            if bearing is None or bearer is None or not bearing.admin_up:
                continue
            vif = replace(bearer, mac=vif.mac)
        if vif.location is None:
            continue
        switch = world.network.switch(vif.location.switch)
        shared = switch is None or vif.location.interface in switch.fabric_interfaces
        if world.network.interface(vif.location) is None or shared:
            continue
        told = replace(port, security=world.network.security(port))
        for vlan, segment_id in ((carrier.tag if carrier is not None else None, port.segment), *port.trunk):
            segment = world.network.segment(segment_id)
            if segment is not None and segment.admin_up:
                found.append(Speaker(vif, told, segment, vlan))
    return found


def islands(world: World) -> dict[str, str]:
    """For each switch, a name for the part of the fabric that it can reach over links that are up."""
    island = {switch: switch for switch in world.switches()}
    for link_id in world.network.links():
        link = world.network.link(link_id)
        assert link is not None
        ends = [world.network.interface(end) for end in (link.a, link.b)]
        if link.admin_up and all(end is not None and end.up and _cable(world, end.id) for end in ends):
            old, new = island[link.a.switch], island[link.b.switch]
            island = {switch: new if name == old else name for switch, name in island.items()}
    return island


def _cable(world: World, end: Endpoint) -> bool:
    switch = world.network.switch(end.switch)
    return switch is not None and end.interface in switch.fabric_interfaces


def audience(world: World, sender: Speaker) -> list[Speaker]:
    """Those whom the sender's frames may reach: on its segment, within reach, and not kept apart."""
    reach = islands(world)
    here = str(sender.vif.switch)

    def near(switch: str) -> bool:
        return switch == here if sender.segment.transport == "local" else reach[switch] == reach[here]

    others = (one for one in speakers(world) if one.segment == sender.segment and one.vif.id != sender.vif.id)
    return [other for other in others if near(str(other.vif.switch)) and _together(sender.port, other.port)]


def _together(one: Port, other: Port) -> bool:
    classes = {one.isolated, other.isolated}
    return "promiscuous" in classes or (len(classes) == 1 and classes != {"isolated"})


def receivers(world: World, sender: Speaker, dst: str, seen_by: Iterable[str]) -> Counter[tuple[str, tuple[int, ...]]]:
    """Who must receive a frame to ``dst``, and with which tags; ``seen_by`` are the switches that it went through."""
    heard = audience(world, sender)
    return Counter((one.vif.id, one.vlans) for one in _chosen(heard, sender, dst, speakers(world), set(seen_by)))


def _chosen(
    heard: list[Speaker], sender: Speaker, dst: str, everybody: list[Speaker], seen_by: set[str]
) -> Iterator[Speaker]:
    group = int(dst[:2], 16) & 1
    owned = any(one.vif.mac == dst and one.segment == sender.segment for one in everybody)
    for one in heard:
        named = group or one.vif.mac == dst or (dst in one.macs and not owned)
        if named or (one.port.promiscuous and one.vif.switch in seen_by):
            yield one
