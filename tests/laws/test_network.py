"""Indexes say what the facts say, and whatever reads differently after a change was said to be touched."""

from __future__ import annotations

from hypothesis import given, settings

from tests.answers import answers, scanned
from tests.laws.histories import FOUNDATION, histories
from tests.world import World
from weft.controller.model.commands import Command, Refusal
from weft.controller.model.decide import decide
from weft.controller.model.facts import Key


@settings(max_examples=100, deadline=None)
@given(histories)
def test_an_index_says_what_the_facts_say(history: list[list[Command]]) -> None:
    world = World()
    ever = set()
    for batch in [FOUNDATION, *history]:
        for command in batch:
            world.granted(command)
        ever |= set(world.facts())
        found = answers(world.network, ever)
        assert found == scanned(world.facts(), found)


@settings(max_examples=100, deadline=None)
@given(histories)
def test_what_reads_differently_was_touched(history: list[list[Command]]) -> None:
    world = World().do(*FOUNDATION)
    network = world.network
    for batch in history:
        for command in batch:
            try:
                changes = decide(network, command)
            except Refusal:
                continue
            about = [*world.facts(), *(change.after for change in changes if change.after is not None)]
            before = answers(network, about)
            touched = network.apply(changes, network.revision + 1)
            after = answers(network, about)
            different = {question for question, answer in after.items() if answer != before[question]}
            assert {key for key in different if isinstance(key, Key)} <= touched


@settings(max_examples=100, deadline=None)
@given(histories)
def test_what_is_undone_has_never_been(history: list[list[Command]]) -> None:
    world = World().do(*FOUNDATION)
    network, revision = world.network, world.network.revision
    facts, done = world.facts(), []
    for batch in history:
        for command in batch:
            try:
                changes = decide(network, command)
            except Refusal:
                continue
            done += changes
            network.apply(changes, revision)
    about = {*facts, *world.facts()}
    network.apply([change.inverse for change in reversed(done)], revision)
    assert set(world.facts()) == set(facts)
    found = answers(network, about)
    assert found == scanned(facts, found)
