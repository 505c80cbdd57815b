"""Runs exactly what read something that has changed.

Queries and stage instances are *evaluations*; each remembers its value and what it read. A change of facts makes the
evaluations that read them due. They run in the order of their ranks, so that whatever an evaluation asks is up to
date before it runs; and where a query answers as before, nobody who asked it runs again.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import count
from typing import Any, NamedTuple

from weft.controller.compile.view import QUERIES, Asked, Read, View
from weft.controller.model.facts import Key
from weft.controller.model.network import Network

Node = Hashable  # an Asked, or whatever the compiler names its own evaluations by
_ABSENT = object()


class Evaluation(NamedTuple):
    """How a value is come by: after those of lower rank, by this function, and who is told when it is another."""

    rank: int
    function: Callable[[View], Any]
    changed: Callable[[Any, Any], None] | None


class Failed(NamedTuple):
    """In place of a value: evaluating it raised this."""

    error: str


class QueryFailed(Exception):
    """A query has no answer, because evaluating it raised."""


class Incremental:
    """Values that follow the network, each computed by a pure function of a ``View``."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._values: dict[Node, Any] = {}
        self._reads: dict[Node, frozenset[Read]] = {}
        self._readers: dict[Read, set[Node]] = {}
        self._due: dict[Node, Evaluation] = {}
        self._queue: list[tuple[int, int, Node]] = []
        self._order = count()
        self._functions: dict[Node, Evaluation] = {}
        self._given: dict[Key, Any] = {}

    def watch(
        self, node: Node, rank: int, function: Callable[[View], Any], changed: Callable[[Any, Any], None]
    ) -> None:
        """Keep ``function(view)`` evaluated, and tell ``changed(before, after)`` whenever its value is another.

        ``rank`` counts from 0 behind all queries. ``before`` is None the first time.
        """
        self._functions[node] = Evaluation(len(QUERIES) + rank, function, changed)
        self._make_due(node)

    def unwatch(self, node: Node) -> None:
        """Forget the evaluation; ``changed`` is told None for what it was."""
        changed = self._functions.pop(node).changed
        before = self._forget(node)
        if changed is not None and before is not None:
            changed(before, None)

    def watches(self, node: Node) -> bool:
        """Whether it is being kept evaluated."""
        return node in self._functions

    def touch(self, keys: Iterable[Read]) -> None:
        """These facts read differently now: whoever read them is due."""
        for key in keys:
            for node in self._readers.get(key, ()):
                self._make_due(node)

    def give(self, key: Key, value: Any) -> None:
        """Whoever reads that key finds this from now on. Evaluations that give run before those that read."""
        if self._given.get(key) != value:
            self._given[key] = value
            self.touch((key,))

    def given(self, key: Key) -> Any:
        """What was given under that key; None where nothing was."""
        return self._given.get(key)

    @property
    def settled(self) -> bool:
        """Whether every value holds now."""
        return not self._due

    def settle(self) -> Iterator[None]:
        """Run what is due, one evaluation a step. The values hold when it has run out."""
        while self._queue:
            _, _, node = heapq.heappop(self._queue)
            if node in self._due:
                self._run(node)
                yield

    def value(self, node: Node) -> Any:
        """What the evaluation came to; None while it has no value."""
        value = self._values.get(node)
        return None if isinstance(value, Failed) else value

    def reads(self, node: Node) -> frozenset[Read]:
        """What the evaluation read."""
        return self._reads.get(node, frozenset())

    def answer(self, asked: Asked) -> Any:
        """The answer of a query, now: evaluated when nobody has asked it before, or when it is due."""
        if asked not in self._values or asked in self._due:
            self._run(asked)
        value = self._values[asked]
        if isinstance(value, Failed):
            raise QueryFailed(f"{asked.query.name}: {value.error}")
        return value

    def _make_due(self, node: Node) -> None:
        if node not in self._due:
            self._due[node] = self._function(node)
            heapq.heappush(self._queue, (self._due[node].rank, next(self._order), node))

    def _function(self, node: Node) -> Evaluation:
        if isinstance(node, Asked):
            return Evaluation(node.query.rank, lambda view: node.query.answer(view, *node.arguments), None)
        return self._functions[node]

    def _run(self, node: Node) -> None:
        _, function, changed = self._due.pop(node) if node in self._due else self._function(node)
        reads: set[Read] = set()
        try:
            after = function(View(self._network, self, reads))
        except Exception as error:  # contained: it is the value of this evaluation, and of nothing else
            after = Failed(f"{type(error).__name__}: {error}")
        _check_ranks(node, reads)
        before = self._values.get(node, _ABSENT)
        self._values[node] = after
        self._reread(node, frozenset(reads))
        if before is not _ABSENT and before == after:
            return
        if isinstance(node, Asked):
            if before is not _ABSENT:
                self.touch((node,))
        elif changed is not None:
            changed(None if before is _ABSENT else before, after)

    def _reread(self, node: Node, reads: frozenset[Read]) -> None:
        before = self._reads.get(node, frozenset())
        self._reads[node] = reads
        for key in reads - before:
            self._readers.setdefault(key, set()).add(node)
        for key in before - reads:
            self._unread(key, node)

    def _unread(self, key: Read, node: Node) -> None:
        """``node`` reads ``key`` no more. A query that nobody asks any more is forgotten."""
        readers = self._readers[key]
        readers.discard(node)
        if not readers:
            del self._readers[key]
            if isinstance(key, Asked):
                self._forget(key)

    def _forget(self, node: Node) -> Any:
        self._due.pop(node, None)
        for key in self._reads.pop(node, frozenset()):
            self._unread(key, node)
        return self._values.pop(node, None)


def _check_ranks(node: Node, reads: set[Read]) -> None:
    if isinstance(node, Asked):
        for read in reads:
            if isinstance(read, Asked) and read.query.rank >= node.query.rank:
                raise RuntimeError(f"query {node.query.name} asks {read.query.name}, which is declared after it")
