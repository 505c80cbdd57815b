"""A shadow that is worked on when there is time comes to what the facts alone give, also one that was promoted."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings

from tests.laws.histories import FOUNDATION, chances, histories
from tests.system.lifted import lifted
from weft.controller.compile.compiler import Compiler
from weft.controller.flow.entry import Entry, Identity
from weft.controller.model.commands import Command, Promote, Refusal
from weft.controller.model.decide import decide
from weft.controller.model.network import Network
from weft.controller.model.promotion import REAL
from weft.controller.shadow import Shadows

Tables = dict[str, dict[Identity, Entry]]


def tables(compiler: Compiler, network: Network) -> Tables:
    return {str(switch.id): compiler.flows(str(switch.id)) for switch in network.of_kind("switch")}


def from_nothing(network: Network) -> Shadows:
    """What the facts alone give."""
    fresh = Shadows(network, {"lifted": lifted})
    settle(fresh)
    return fresh


def settle(shadows: Shadows) -> None:
    """Bring all of them up to the facts."""
    for _ in shadows.running.compiler.settle():
        pass
    for _ in shadows.work():
        pass


@settings(max_examples=25, deadline=None)
@given(histories, chances)
def test_a_shadow_comes_to_what_the_facts_alone_give(history: list[list[Command]], chance: Random) -> None:
    network = Network()
    shadows = Shadows(network, {"lifted": lifted})

    def do(command: Command) -> None:
        try:
            changes = decide(network, command)
        except Refusal:
            return
        touched = network.apply(changes, network.revision + 1)
        shadows.running.compiler.touch(touched)
        shadows.touch(touched)

    for command in FOUNDATION:
        do(command)
    for batch in history:
        for command in batch:
            do(command)
            steps = shadows.work()
            for _ in range(chance.randrange(5)):  # and then something else is to be done
                next(steps, None)
        settle(shadows)
        if chance.random() < 0.3:
            do(Promote(chance.choice([REAL, "lifted"])))
            shadows.promote()
        assert shadows.running.name == network.promoted
    expected = from_nothing(network)
    for name in shadows.names:
        found, other = shadows.get(name), expected.get(name)
        assert found is not None
        assert other is not None
        assert found.compiler.complaints() == []
        assert tables(found.compiler, network) == tables(other.compiler, network), name
