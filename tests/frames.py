"""Frames walked through the compiled tables of a whole fabric, and what the facts alone say should become of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.world import World
from weft.controller.flow.simulate import Frame, SimulatedSwitch
from weft.controller.model.facts import Endpoint, Vif

FRAME_LIMIT = 500


class Wires:
    """The fabric's switches, simulated, and the cables between them."""

    def __init__(self, world: World) -> None:
        compiler, network = world.compiler, world.network
        self.world = world
        self.passed: list[str] = []  # the switches that the last frame went through, in turn
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

    def inject(self, switch: str, ofport: int, sent: Frame, tags_off: int = 0) -> Counter[str]:
        """Who receives a frame that comes into a switch by that port; it must arrive as it was, less so many tags."""
        received: Counter[str] = Counter()
        on_wire = [(switch, ofport, sent)]
        self.passed = []
        for _ in range(FRAME_LIMIT):
            if not on_wire:
                return received
            switch, ofport, frame = on_wire.pop()
            self.passed.append(switch)
            for out, leaving in self.switches[switch].receive(frame, ofport):
                far = self._far.get((switch, out))
                if far is not None:
                    on_wire.append((*far, leaving))
                else:
                    received[self._who(switch, out)] += 1
                    assert leaving == replace(sent, vlans=sent.vlans[tags_off:]), f"{sent} arrived as {leaving}"
        raise AssertionError(f"{sent} goes round for ever")

    def _who(self, switch: str, ofport: int) -> str:
        for end in self.world.network.interfaces_of(switch):
            interface = self.world.network.interface(end)
            if interface is not None and interface.ofport == ofport:
                return self.world.network.vif_at(end) or f"{end.switch}:{end.interface}"
        return f"{switch}:{ofport}"


def speakers(world: World) -> dict[str, list[Vif]]:
    """The VIFs that may speak, by segment: plugged in, somewhere, and nothing shut by the administrator."""
    found: dict[str, list[Vif]] = {}
    for fact in world.network.of_kind("vif"):
        assert isinstance(fact, Vif)
        port_id = world.network.port_of_vif(fact.id)
        port = world.network.port(port_id) if port_id else None
        segment = world.network.segment(port.segment) if port else None
        if port is None or segment is None or not port.admin_up or not segment.admin_up or fact.location is None:
            continue
        switch = world.network.switch(fact.location.switch)
        shared = switch is None or fact.location.interface in switch.fabric_interfaces
        if world.network.interface(fact.location) is not None and not shared:
            found.setdefault(segment.id, []).append(fact)
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


def should_receive(world: World, sender: Vif) -> set[str]:
    """The VIFs that a VIF's frames may and must reach, from the facts alone."""
    reach = islands(world)
    for segment_id, vifs in speakers(world).items():
        segment = world.network.segment(segment_id)
        if sender in vifs and segment is not None:
            near = (lambda v: v.switch == sender.switch) if segment.transport == "local" else (
                lambda v: reach[str(v.switch)] == reach[str(sender.switch)]
            )  # fmt: skip
            return {vif.id for vif in vifs if vif != sender and near(vif)}
    return set()
