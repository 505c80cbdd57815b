"""What indexes over facts are made of: dictionaries that hold nothing of what is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F")
K = TypeVar("K")
V = TypeVar("V")


def replace_entry(
    table: dict[K, V], before: F | None, after: F | None, key: Callable[[F], K | None], value: Callable[[F], V]
) -> None:
    """Let ``table`` say of ``after`` what it said of ``before``, without touching what somebody else put there."""
    if before is not None and (old := key(before)) is not None and table.get(old) == value(before):
        del table[old]
    if after is not None and (new := key(after)) is not None:
        table[new] = value(after)


def replace_member(
    table: dict[K, set[V]], before: F | None, after: F | None, key: Callable[[F], K | None], value: Callable[[F], V]
) -> None:
    """The same for a table of sets."""
    if before is not None:
        discard(table, key(before), value(before))
    if after is not None and (new := key(after)) is not None:
        add(table, new, value(after))


def add(table: dict[K, set[V]], key: K, member: V) -> None:
    """Put the member in."""
    table.setdefault(key, set()).add(member)


def discard(table: dict[K, set[V]], key: K | None, member: V) -> None:
    """Take the member out, and the set with it when it was the last."""
    if key is not None and key in table:
        table[key].discard(member)
        if not table[key]:
            del table[key]
