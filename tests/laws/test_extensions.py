"""Whatever has happened before, and whoever is mirrored: tables follow the facts, and taps alone hear more."""

from __future__ import annotations

from itertools import chain
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.frames import Wires, speakers
from tests.laws.histories import FOUNDATION, NAMES, SEGMENTS, chances, histories
from tests.laws.test_frames import BROADCAST, STRANGER, arrived, plain
from tests.world import World
from weft.apps.extensions.installed import composed
from weft.controller.compile.compiler import Compiler
from weft.controller.compile.composed import ALONE, Composed
from weft.controller.model.commands import Command, Update
from weft.controller.model.network import Network

ALL = composed(("mirror", "qos", "portstats"))
names = st.sampled_from(NAMES)
said: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        lambda port, to, direction: Update("port", port, {"mirror:to": to, "mirror:direction": direction}),
        names,
        st.one_of(st.none(), names),
        st.sampled_from((None, "in", "out", "both")),
    ),
    st.builds(lambda port, rate: Update("port", port, {"qos:rate": rate}), names, st.sampled_from((None, 1, 1000))),
    st.builds(lambda kind, dscp: Update("segment", kind, {"qos:dscp": dscp}), st.sampled_from(SEGMENTS), st.just(46)),
)
mirrors = st.lists(
    st.builds(lambda port, to: Update("port", port, {"mirror:to": to}), names, names), min_size=2, max_size=6
)


def again(world: World, composed: Composed) -> World:
    """The same facts with other extensions, compiled from nothing."""
    other = World(composed)
    other.network = Network(world.facts(), world.network.revision, composed.attributes)
    other.compiler = Compiler(other.network, composed.stages, composed.pipeline, composed.guests)
    return other.compile()


@settings(max_examples=25, deadline=None)
@given(histories, st.lists(said, max_size=12), chances)
def test_incremental_equals_from_scratch(history: list[list[Command]], more: list[Command], chance: Random) -> None:
    world = World(ALL).do(*FOUNDATION)
    commands = [*chain(*history), *more]
    chance.shuffle(commands)
    for number, command in enumerate(commands):
        world.granted(command)
        if chance.random() < 0.3:
            next(world.compiler.settle(), None)
        if number % 8 == 7 or number == len(commands) - 1:
            world.compile()
            assert world.compiler.complaints() == []
            expected = again(world, ALL)
            assert {s: world.compiler.flows(s) for s in world.switches()} == {
                s: expected.compiler.flows(s) for s in world.switches()
            }


@settings(max_examples=25, deadline=None)
@given(histories, mirrors)
def test_nobody_but_taps_hears_anything_else(history: list[list[Command]], wanted: list[Command]) -> None:
    world = World(ALL).do(*FOUNDATION)
    for command in (*chain(*history), *wanted):
        world.granted(command)
    world.compile()
    assert world.compiler.complaints() == []
    mirrored, alone = Wires(world), Wires(again(world, ALONE))
    taps = {
        str(world.network.vif_at(place))
        for name in NAMES
        if world.network.naming.naming("mirror:to", name) and (place := world.network.location(name)) is not None
    }
    everybody = speakers(world)
    for sender in everybody:
        for dst in (BROADCAST, STRANGER, *sorted({mac for one in everybody for mac in one.macs})):
            for wires in (mirrored, alone):
                wires.send(sender.vif.id, dst, sender.vif.mac, vlans=sender.vlans, **plain(sender))
            more, usual = arrived(mirrored), arrived(alone)
            assert usual <= more, f"{sender} to {dst}: somebody hears less"
            assert {receiver for receiver, _ in more - usual} <= taps, f"{sender} to {dst}"
