"""Exactly what read something that has changed is evaluated again, and nobody ever sees an old answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.world import World
from weft.controller.compile.incremental import Failed, Incremental
from weft.controller.compile.view import View, query
from weft.controller.model.commands import Command, Create, Delete, Update
from weft.controller.model.decide import decide

evaluated: list[str] = []


@query
def size(view: View, segment: str) -> int:
    """A number that says little of a segment's MTU."""
    evaluated.append(f"size {segment}")
    found = view.segment(segment)
    if found is None:
        raise LookupError(segment)
    return found.mtu // 1000


@query
def larger(view: View, one: str, other: str) -> str:
    """The larger one of two segments."""
    evaluated.append(f"larger {one} {other}")
    return one if size(view, one) >= size(view, other) else other


@query
def asks_ahead(view: View) -> str:
    """Asks what is declared after it."""
    return declared_late(view)


@query
def declared_late(view: View) -> str:
    """Answers nothing of interest."""
    return "late"


class Watching:
    """Values that follow a network, and all that was told of them."""

    def __init__(self) -> None:
        self.world = World().segment("red", mtu=1500).segment("blue", mtu=2500)
        self.incremental = Incremental(self.world.network)
        self.told: list[tuple[str, Any, Any]] = []

    def watch(self, name: str, function: Any, rank: int = 0) -> Watching:
        """Keep ``function(view)`` evaluated."""

        def run(view: View) -> Any:
            evaluated.append(name)
            return function(view)

        self.incremental.watch(name, rank, run, lambda before, after: self.told.append((name, before, after)))
        return self

    def do(self, command: Command) -> Watching:
        """Do the command, and say what it touched."""
        network = self.world.network
        self.incremental.touch(network.apply(decide(network, command), network.revision + 1))
        return self

    def settle(self) -> list[str]:
        """What is evaluated until all values hold."""
        evaluated.clear()
        for _ in self.incremental.settle():
            pass
        assert self.incremental.settled
        return list(evaluated)


@pytest.fixture
def net() -> Iterator[Watching]:
    yield Watching()
    evaluated.clear()


def mtu(segment: str, value: int) -> Command:
    """Give a segment another MTU."""
    return Update("segment", segment, {"mtu": value})


def test_a_query_is_evaluated_once_however_many_ask_it(net: Watching) -> None:
    net.watch("a", lambda view: size(view, "red")).watch("b", lambda view: size(view, "red") + 1)
    assert net.settle() == ["a", "size red", "b"]
    assert net.told == [("a", None, 1), ("b", None, 2)]


def test_nothing_is_evaluated_where_nothing_was_read(net: Watching) -> None:
    net.watch("a", lambda view: size(view, "red")).settle()
    assert net.do(mtu("blue", 9000)).settle() == []


def test_where_a_query_answers_as_before_nobody_who_asked_it_runs_again(net: Watching) -> None:
    net.watch("a", lambda view: larger(view, "red", "blue")).settle()
    assert net.do(mtu("red", 1700)).settle() == ["size red"]
    assert net.do(mtu("red", 2000)).settle() == ["size red", "larger red blue", "a"]
    assert net.do(mtu("red", 3000)).settle() == ["size red", "larger red blue"]
    assert net.told == [("a", None, "blue"), ("a", "blue", "red")]


def test_nobody_sees_an_old_answer(net: Watching) -> None:
    """What asks two queries, one of which asks the other, runs after both, and once."""
    net.watch("pair", lambda view: (larger(view, "red", "blue"), size(view, "red"))).settle()
    assert net.do(mtu("red", 3500)).settle() == ["size red", "larger red blue", "pair"]
    assert net.told[-1] == ("pair", ("blue", 1), ("red", 3))


def test_lower_ranks_run_first(net: Watching) -> None:
    net.watch("later", lambda view: size(view, "red"), rank=1).watch("sooner", lambda view: size(view, "red"))
    assert net.settle() == ["sooner", "size red", "later"]
    assert net.do(mtu("red", 3000)).settle() == ["size red", "sooner", "later"]


def test_what_reads_otherwise_now_no_longer_follows_what_it_read_before(net: Watching) -> None:
    net.watch("a", lambda view: size(view, "blue") if size(view, "red") > 1 else 0).settle()
    assert net.do(mtu("blue", 9000)).settle() == []
    assert net.do(mtu("red", 2000)).settle() == ["size red", "a", "size blue"]
    assert net.do(mtu("blue", 3000)).settle() == ["size blue", "a"]
    net.do(mtu("red", 1000)).settle()
    assert net.do(mtu("blue", 9000)).settle() == []


def test_a_query_that_nobody_asks_any_more_is_forgotten(net: Watching) -> None:
    net.watch("a", lambda view: larger(view, "red", "blue")).settle()
    net.incremental.unwatch("a")
    assert net.told[-1] == ("a", "blue", None)
    assert net.do(mtu("red", 9000)).settle() == []
    net.watch("b", lambda view: size(view, "red"))
    assert net.settle() == ["b", "size red"], "an answer was remembered that nobody kept up to date"
    assert net.told[-1] == ("b", None, 9)


def test_what_is_not_watched_any_more_does_not_run(net: Watching) -> None:
    net.watch("a", lambda view: size(view, "red"))
    net.incremental.unwatch("a")
    assert (net.settle(), net.told) == ([], []), "it never had a value"


def test_a_failure_is_the_value_of_what_failed_and_of_nothing_else(net: Watching) -> None:
    net.watch("a", lambda view: size(view, "green")).watch("b", lambda view: size(view, "red")).settle()
    assert net.told == [("a", None, Failed("QueryFailed: size: LookupError: green")), ("b", None, 1)]
    assert net.incremental.value("a") is None
    net.do(Create("segment", {"id": "green", "name": "green", "project": "p", "mtu": 4000})).settle()
    assert net.told[-1][2] == 4
    net.do(Delete("segment", "green")).settle()
    assert net.told[-1][1:] == (4, Failed("QueryFailed: size: LookupError: green"))


def test_changes_may_come_between_two_steps(net: Watching) -> None:
    net.watch("a", lambda view: size(view, "red")).watch("b", lambda view: size(view, "red"))
    steps = net.incremental.settle()
    next(steps)
    net.do(mtu("red", 3000))
    assert not net.incremental.settled
    for _ in steps:
        pass
    assert net.incremental.settled
    assert [net.incremental.value(name) for name in "ab"] == [3, 3]


def test_a_query_may_ask_only_those_declared_before_it(net: Watching) -> None:
    net.watch("a", asks_ahead).settle()
    assert net.told == [
        ("a", None, Failed("RuntimeError: query asks_ahead asks declared_late, which is declared after it"))
    ]
