"""Whose things are, what they are called, and to whom they are open: the indexes that reading asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from weft.controller.model.accounts import EVERYBODY
from weft.controller.model.indexing import add, discard

OWNED = frozenset({"segment", "port", "vif", "subnet", "security_group", "trunk"})


class Ownership:
    """Things by project and by name, in the order of their making."""

    def __init__(self) -> None:
        self._by_project: dict[tuple[str, str], dict[str, None]] = {}
        self._by_name: dict[tuple[str, str], dict[str, None]] = {}
        self._shared: dict[str, set[str]] = {}  # segments, by the project that they are shared with
        self._shares: Counter[str] = Counter()  # how many shares a project has given, over all of its segments
        self._open: set[str] = set()  # ports that others than their owner may come to

    def of_project(self, kind: str, project: str) -> Iterable[str]:
        """The ids of a project's things of a kind."""
        return self._by_project.get((kind, project), {}).keys()

    def count(self, kind: str, project: str) -> int:
        """How many things of a kind a project has."""
        return len(self._by_project.get((kind, project), ()))

    def projects(self, kind: str) -> Iterator[str]:
        """The projects that have things of a kind."""
        return (project for of, project in self._by_project if of == kind)

    def named(self, kind: str, name: str) -> Iterable[str]:
        """The ids of the things of a kind that are called so."""
        return self._by_name.get((kind, name), {}).keys()

    def shared_with(self, project: str) -> set[str]:
        """The segments that are shared with that project, or with everybody."""
        return self._shared.get(project, set()) | self._shared.get(EVERYBODY, set())

    def shared_segments(self) -> set[str]:
        """The segments that are shared with anybody."""
        return set().union(*self._shared.values())

    def count_shares(self, project: str) -> int:
        """With how many others a project's segments are shared, each by itself."""
        return self._shares[project]

    def open_ports(self) -> Iterable[str]:
        """The ports that are offered, or that name somebody in ``connect``."""
        return self._open

    def replace(self, before: Any, after: Any) -> None:
        """Forget what was said of ``before``, and remember what is said of ``after``."""
        if (before and (before.project, before.name)) != (after and (after.project, after.name)):
            for fact, remember in ((before, False), (after, True)):
                if fact is not None:
                    _put(self._by_project, (fact.kind, fact.project), fact.id, remember)
                    _put(self._by_name, (fact.kind, fact.name), fact.id, remember)
        kind = (after or before).kind
        if kind == "segment":
            for project in before.shared_with if before is not None else ():
                discard(self._shared, project, before.id)
            for project in after.shared_with if after is not None else ():
                add(self._shared, project, after.id)
            self._shares[(after or before).project] += _shares(after) - _shares(before)
        elif kind == "port":
            if after is not None and (after.offer or after.bound_vif or any(who != "owner" for who in after.connect)):
                self._open.add(after.id)
            else:
                self._open.discard((after or before).id)


def _shares(segment: Any) -> int:
    return len(segment.shared_with) if segment is not None else 0


def _put(table: dict[tuple[str, str], dict[str, None]], key: tuple[str, str], id: str, remember: bool) -> None:
    if remember:
        table.setdefault(key, {})[id] = None
        return
    ids = table[key]
    del ids[id]
    if not ids:
        del table[key]
