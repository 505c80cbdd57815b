"""A flow table in which a frame is looked up without looking at each entry.

Entries that look at the same fields under the same masks are one dictionary, by the values that they want there. A
table has few such groups, and they are asked in the order of the highest priority that each may answer with.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from weft.controller.flow.decode import fields_of
from weft.controller.flow.entry import Entry

Looks = tuple[tuple[str, int], ...]  # the fields that an entry looks at, each with its mask
Values = tuple[int, ...]


class FlowTable:
    """The entries of one table."""

    def __init__(self) -> None:
        self._groups: dict[Looks, dict[Values, list[Entry]]] = {}
        self._highest: dict[Looks, int] = {}  # no entry of the group has a higher priority
        self._order: list[tuple[int, Looks, dict[Values, list[Entry]]]] | None = []

    def put(self, entry: Entry) -> None:
        """Hold the entry, in the place of one with the same priority and match."""
        looks, values = wanted_by(entry.match)
        alike = self._groups.setdefault(looks, {}).setdefault(values, [])
        alike[:] = sorted([entry, *(one for one in alike if one.priority != entry.priority)], key=lambda e: -e.priority)
        if entry.priority > self._highest.get(looks, -1):
            self._highest[looks] = entry.priority
            self._order = None

    def drop(self, entry: Entry) -> None:
        """Hold the entry no longer."""
        looks, values = wanted_by(entry.match)
        group = self._groups[looks]
        group[values] = [one for one in group[values] if one.priority != entry.priority]
        if not group[values]:
            del group[values]
        if not group:
            del self._groups[looks], self._highest[looks]
            self._order = None

    def hit(self, fields: Mapping[str, int]) -> Entry | None:
        """The entry of the highest priority that matches. Raises ``ValueError`` where one looks at another field."""
        if self._order is None:
            by_priority = sorted(self._highest.items(), key=lambda item: -item[1])
            self._order = [(highest, looks, self._groups[looks]) for looks, highest in by_priority]
        best: Entry | None = None
        for highest, looks, group in self._order:
            if best is not None and best.priority >= highest:
                break
            try:
                found = group.get(tuple([fields[name] & mask for name, mask in looks]))
            except KeyError as unknown:
                raise ValueError(f"a simulated frame has no field {unknown.args[0]}") from None
            if found is not None and (best is None or found[0].priority > best.priority):
                best = found[0]
        return best


@lru_cache(maxsize=1 << 16)  # most entries are the same on many switches
def wanted_by(match: bytes) -> tuple[Looks, Values]:
    """What the match of an entry looks at, and what it wants there."""
    said = [
        (field.name, mask if mask is not None else field.all_bits, value) for field, value, mask in fields_of(match)
    ]
    return tuple((name, mask) for name, mask, _ in said), tuple(value for *_, value in said)
