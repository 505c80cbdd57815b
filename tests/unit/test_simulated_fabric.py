"""Simulated switches with cables between them: who hears what, and what is told of it."""

from __future__ import annotations

import pytest

from tests.packets import SHORTEST, arp, ethernet, ipv6, udp
from tests.world import World
from weft.apps.plugins.simulator.fabric import Heard, SimulatedFabric
from weft.apps.plugins.simulator.story import document
from weft.apps.plugins.simulator.wiring import ModelWiring
from weft.controller.compile.seats import link_local
from weft.controller.model.commands import Update
from weft.controller.model.facts import Endpoint

A, B, C = (f"02:00:00:00:00:0{letter}" for letter in "abc")
BROADCAST = "ff:ff:ff:ff:ff:ff"
ASKS = ethernet(BROADCAST, A, 0x0806, arp(1, A, "10.0.0.1", "00:00:00:00:00:00", "10.0.0.2")).ljust(SHORTEST, b"\0")


class Lab:
    """A world, and its switches simulated. ``time`` stands still unless somebody moves it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.time = 0.0
        self.pulled: set[Endpoint] = set()
        self.wiring = ModelWiring(world.network, self._carriers)
        self.fabric = SimulatedFabric(world.compiler.pipeline, self.wiring, clock=lambda: self.time)
        self.load()

    def _carriers(self, place: str) -> dict[str, bool]:
        return {end.interface: end not in self.pulled for end in self.world.network.interfaces_of(place)}

    def load(self) -> None:
        for place in self.world.compile().switches():
            held = {entry.identity for entry in self.fabric.entries(place)}
            wanted = self.world.compiler.flows(place)
            self.fabric.apply(place, list(wanted.values()), list(held - wanted.keys()))

    def heard(self, place: str, interface: str, frame: bytes) -> list[Heard]:
        return list(self.fabric.send(Endpoint(place, interface), frame).heard)


@pytest.fixture
def lab() -> Lab:
    """Two switches and a cable; A and C are on the first, B is on the second, all of one segment."""
    world = World().switch("s1", ["e1", "e2"], ["f1"]).switch("s2", ["e1"], ["f1"]).link(("s1", "f1"), ("s2", "f1"))
    world.segment("red").vif("a", "red", "s1", "e1", A).vif("b", "red", "s2", "e1", B).vif("c", "red", "s1", "e2", C)
    return Lab(world)


def test_machines_hear_what_is_for_them_octet_by_octet(lab: Lab) -> None:
    assert lab.heard("s1", "e1", ASKS) == [Heard(Endpoint("s1", "e2"), ASKS), Heard(Endpoint("s2", "e1"), ASKS)]
    answer = ethernet(A, B, 0x0806, arp(2, B, "10.0.0.2", A, "10.0.0.1"))
    assert lab.heard("s2", "e1", answer) == [Heard(Endpoint("s1", "e1"), answer)]


def test_a_cable_that_is_pulled_carries_nothing(lab: Lab) -> None:
    lab.pulled.add(Endpoint("s2", "f1"))
    lab.wiring.forget("s2")
    assert lab.heard("s1", "e1", ASKS) == [Heard(Endpoint("s1", "e2"), ASKS)]
    journey = lab.fabric.send(Endpoint("s2", "f1"), ASKS)
    assert (journey.visits, journey.lost) == ((), "switch s2 has no interface f1 with carrier")


def test_a_switch_that_was_told_nothing_forwards_nothing(lab: Lab) -> None:
    lab.fabric.forget("s1")
    assert lab.heard("s1", "e1", ASKS) == []
    lab.load()
    assert len(lab.heard("s1", "e1", ASKS)) == 2


def test_what_is_no_frame_is_told_so(lab: Lab) -> None:
    journey = lab.fabric.send(Endpoint("s1", "e1"), ASKS[:13])
    assert [visit.broken for visit in journey.visits] == ["13 octets are no Ethernet frame"]


def test_the_story_of_a_frame_says_where_it_went(lab: Lab) -> None:
    told = document(lab.fabric.send(Endpoint("s1", "e1"), ASKS), lab.world.compiler.pipeline, lab.world.network)
    assert told["heard"] == [
        {"switch": "s1", "interface": "e2", "port": "c", "name": "c", "frame": ASKS.hex()},
        {"switch": "s2", "interface": "e1", "port": "b", "name": "b", "frame": ASKS.hex()},
    ]
    first, second = told["visits"]
    assert (first["switch"], first["interface"], second["switch"], second["interface"]) == ("s1", "e1", "s2", "f1")
    tables = [step["table"] for step in first["steps"] if step["what"] == "matched"]
    assert tables[:2] == ["classify", "admit"]
    assert [step["interface"] for step in first["steps"] if step["what"] == "left"] == ["e2", "f1"]
    assert [step["interface"] for step in second["steps"] if step["what"] == "left"] == ["e1"]


def test_the_story_of_a_frame_says_why_it_died(lab: Lab) -> None:
    stranger = ethernet(BROADCAST, B, 0x88B5).ljust(SHORTEST, b"\0")
    told = document(lab.fabric.send(Endpoint("s1", "e1"), stranger), lab.world.compiler.pipeline, lab.world.network)
    (visit,) = told["visits"]
    assert visit["steps"][-1] == {
        "what": "died",
        "table": "admit",
        "reason": "admit:source-mac",
        "why": "Its source MAC is not one of the port's.",
    }


def test_a_meter_lets_pass_what_it_allows_and_is_filled_by_time(lab: Lab) -> None:
    lab.world.do(Update("port", "a", {"max_rate": 8, "burst": 16}))  # kbit/s and kbit: 1000 octets a second
    lab.load()
    source = link_local(A).partition("/")[0]
    frame = ethernet(B, A, 0x86DD, ipv6(source, "fe80::1", 17, udp(9, 9, bytes(438))))
    assert len(frame) == 500
    assert [len(lab.heard("s1", "e1", frame)) for _ in range(6)] == [1, 1, 1, 1, 0, 0]
    lab.time += 0.6
    assert [len(lab.heard("s1", "e1", frame)) for _ in range(2)] == [1, 0]
    told = document(lab.fabric.send(Endpoint("s1", "e1"), frame), lab.world.compiler.pipeline, lab.world.network)
    assert told["visits"][0]["steps"][-1] == {
        "what": "died",
        "reason": "admit:rate",
        "why": "The port has sent more than its max_rate.",
    }


def test_a_frame_that_goes_round_is_stopped(lab: Lab) -> None:
    from weft.controller.flow.actions import Output
    from weft.controller.flow.encode import Encoder
    from weft.controller.flow.flow import flow
    from weft.controller.pipeline.core import CLASSIFY

    world = World().switch("s1", [], ["f1", "f2"]).switch("s2", [], ["f1", "f2"])
    world.link(("s1", "f1"), ("s2", "f1")).link(("s1", "f2"), ("s2", "f2"))
    ring = Lab(world)
    for place in ("s1", "s2"):
        round_and_round = [flow(CLASSIFY, 900, Output(101), in_port=102), flow(CLASSIFY, 900, Output(102), in_port=101)]
        encoder = Encoder(world.compiler.pipeline)
        ring.fabric.apply(place, [encoder.entry(said, 1) for said in round_and_round], [])
    journey = ring.fabric.send(Endpoint("s1", "f1"), ASKS)
    assert journey.lost == "it goes round: 1000 switches have seen it"
