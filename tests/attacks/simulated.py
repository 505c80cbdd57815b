"""A whole fabric, simulated, with the society on it: who hears which octets, and for which reasons the rest dies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from tests.attacks.society import commands, society
from weft.conformance.machine.hearing import Verdict
from weft.conformance.machine.society import Society
from weft.controller.compile.compiler import Compiler
from weft.controller.compile.stage import Stage
from weft.controller.compile.stages import STAGES
from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.frame import Frame
from weft.controller.flow.headers import TAG_TYPES, seen
from weft.controller.flow.simulate import Dropped, Left, SimulatedSwitch
from weft.controller.model.commands import Command
from weft.controller.model.decide import decide
from weft.controller.model.network import Network
from weft.topologies import facts
from weft.topologies.fabric import Fabric

LOOK_UPS = 500


class Fate(NamedTuple):
    """What became of a frame: who heard it, as what, and how often; and why it, or a copy of it, died anywhere."""

    heard: Counter[tuple[str, Frame]]
    reasons: frozenset[str]

    def arrivals(self, verdict: Verdict) -> Counter[tuple[str, bytes]]:
        """Who heard which octets: those that the verdict speaks of, where the frame is theirs, or else words."""
        found: Counter[tuple[str, bytes]] = Counter()
        for (name, frame), times in self.heard.items():
            octets = verdict.must.get(name) or verdict.may.get(name)
            right = octets is not None and as_read(seen(octets)) == frame
            found[name, octets if right and octets is not None else str(frame).encode()] += times
        return found


class SimulatedFabric:
    """The switches of a fabric, holding what the stages want of them."""

    def __init__(self, fabric: Fabric, stages: Iterable[Stage] = STAGES) -> None:
        self.there: Society = society(fabric)
        self._network = facts.network(fabric)
        self._do(commands(self.there))
        self._compiler = compiled(self._network, stages)
        self._host_by_place = {(host.at.switch, host.at.port): host.name for host in fabric.hosts}
        self._place_by_host = {name: place for place, name in self._host_by_place.items()}
        self._far = {tuple(a): tuple(b) for cable in fabric.cables for a, b in ((cable.a, cable.b), (cable.b, cable.a))}
        self._reload()

    def _do(self, wishes: Iterable[Command]) -> None:
        for command in wishes:
            self._network.apply(decide(self._network, command), self._network.revision + 1)

    def _reload(self) -> None:
        names = [str(switch.id) for switch in self._network.of_kind("switch")]
        pipeline = self._compiler.pipeline
        self.switches = {name: SimulatedSwitch(self._compiler.flows(name).values(), pipeline) for name in names}

    def entries(self, switch: str) -> dict[Identity, Entry]:
        """What the stages want of a switch."""
        return self._compiler.flows(switch)

    def send(self, sender: str, octets: bytes) -> Fate:
        """Let a station send octets."""
        frame = seen(octets)
        heard: Counter[tuple[str, Frame]] = Counter()
        reasons: set[str] = set()
        start = self._place_by_host[sender]
        on_wire: list[tuple[tuple[str, int], Frame]] = [(start, frame)]
        for _ in range(LOOK_UPS):
            if not on_wire:
                return Fate(heard, frozenset(reasons))
            (switch, port), frame = on_wire.pop()
            for verdict in self.switches[switch].verdicts(frame, port):
                match verdict:
                    case Left(out, leaving) if (switch, out) in self._far:
                        on_wire.append((self._far[switch, out], leaving))
                    case Left(out, leaving):
                        heard[self._host_by_place.get((switch, out), f"{switch}:{out}"), as_read(leaving)] += 1
                    case Dropped(reason):
                        reasons.add(reason)
        raise AssertionError(f"{octets.hex()} goes round for ever")


def as_read(frame: Frame) -> Frame:
    """The frame as it is read behind its first tag: a second one is a type of its own, whichever of the two it is."""
    if len(frame.vlans) > 1 or frame.eth_type in TAG_TYPES:
        return replace(frame, vlans=frame.vlans[:1], eth_type=TAG_TYPES[0], inner={})
    return frame


def compiled(network: Network, stages: Iterable[Stage]) -> Compiler:
    """A compiler that has settled on the network's flows."""
    compiler = Compiler(network, stages)
    for _ in compiler.settle():
        pass
    assert compiler.complaints() == []
    return compiler
