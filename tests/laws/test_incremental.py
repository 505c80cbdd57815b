"""Incremental equals from scratch: what was kept up to date through a history is what its end alone would give."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings

from tests.laws.histories import FOUNDATION, chances, histories
from tests.world import World
from weft.controller.compile.compiler import Compiler
from weft.controller.flow.entry import Entry, Identity
from weft.controller.model.commands import Command
from weft.controller.model.facts import Fact
from weft.controller.model.network import Network

Tables = dict[str, dict[Identity, Entry]]


def from_nothing(facts: list[Fact], shuffle: Random) -> Tables:
    """What the facts alone give: no index and no cache has seen their past, nor the order that they came in."""
    shuffle.shuffle(facts)
    network = Network(facts)
    compiler = Compiler(network)
    for _ in compiler.settle():
        pass
    assert compiler.complaints() == []
    return {str(switch.id): compiler.flows(str(switch.id)) for switch in network.of_kind("switch")}


@settings(max_examples=150, deadline=None)
@given(histories, chances)
def test_incremental_equals_from_scratch(history: list[list[Command]], chance: Random) -> None:
    world = World().do(*FOUNDATION)
    told: Tables = {switch: {} for switch in world.switches()}
    for batch in [[], *history]:
        for command in batch:
            world.granted(command)
            if chance.random() < 0.3:  # a compilation may be under way when the next command comes
                next(world.compiler.settle(), None)
        world.compile()
        for switch in world.compiler.changed():
            table = told.setdefault(switch, {})
            changes = [change for portion in world.compiler.take_changes(switch) for change in portion.items()]
            for identity, entry in changes:
                if entry is None:
                    table.pop(identity, None)
                else:
                    table[identity] = entry
        expected = from_nothing(world.facts(), chance)
        assert world.compiler.complaints() == []
        assert {s: world.compiler.flows(s) for s in world.switches()} == expected
        assert {s: told.get(s, {}) for s in world.switches()} == expected, "the changes that were told do not add up"
