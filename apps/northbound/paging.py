"""Pages of a list that stay right while things are made and deleted: a marker is a place in an order, not a number.

Whoever follows the markers meets everything that was there all the time exactly once.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from functools import total_ordering
from heapq import nsmallest
from typing import Any, NamedTuple, TypeVar

from weft.apps.northbound.problems import refused
from weft.controller.model.commands import Refusal

T = TypeVar("T")
Place = tuple[Any, ...]
SLICE = 2000  # things looked at between two turns of everybody else
LONGEST_MARKER = 6000  # of two long names, in octets; a URL has more room
_NO_MARKER = Refusal("malformed", "marker", "must be a marker that a page before gave")


class Order(NamedTuple):
    """One key of a sorting: a field, and whether the greatest comes first."""

    field: str
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.field}" if self.descending else self.field


class Page(NamedTuple):
    """Part of a list, and the marker of the next part; None when there is none."""

    items: list[Any]
    marker: str | None


@total_ordering
class _Backwards:
    """A value in the opposite order."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Backwards) and bool(self.value == other.value)

    def __lt__(self, other: _Backwards) -> bool:
        return bool(other.value < self.value)


def place(values: Sequence[Any], orders: Sequence[Order]) -> Place:
    """``place(values, orders)`` is where something with these values stands; what has no value stands first."""
    known = ((value is not None, value) for value in values)
    return tuple(_Backwards(value) if order.descending else value for value, order in zip(known, orders, strict=True))


def marker_of(values: Sequence[Any], orders: Sequence[Order]) -> str:
    """The marker behind something with these values; nobody but ``values_of`` need understand it."""
    said = json.dumps([",".join(map(str, orders)), *values], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def values_of(marker: str, orders: Sequence[Order]) -> list[Any]:
    """The values in a marker of a list that is sorted so. Raises a 422 ``Problem`` where it is none.

    >>> values_of(marker_of(["a", 5], [Order("name", True), Order("id")]), [Order("name", True), Order("id")])
    ['a', 5]
    """
    try:
        if not marker.isascii():
            raise ValueError
        said: list[Any] = json.loads(base64.urlsafe_b64decode(marker + "=" * (-len(marker) % 4)))
        sorting, *values = said
    except (ValueError, TypeError, RecursionError):
        raise refused(_NO_MARKER) from None
    if sorting != ",".join(map(str, orders)) or len(values) != len(orders):
        raise refused(Refusal("malformed", "marker", "is of a list that is sorted otherwise"))
    return values


def page(
    items: Sequence[T],
    *,
    wanted: Callable[[T], bool] | None,
    values: Callable[[T], Sequence[Any]],
    orders: Sequence[Order],
    limit: int | None,
    marker: str | None,
    plain: bool,
    breathe: Callable[[], None],
) -> Page:
    """``page(items, …)`` returns the wanted items in order, at most ``limit`` behind ``marker``; it looks at each once.

    ``plain``: its values can be compared as they are. ``breathe`` is called now and then: whoever waits has a turn.
    """
    said = values_of(marker, orders) if marker is not None else None
    behind = None if said is None else tuple(said) if plain else place(said, orders)

    def found() -> Iterable[tuple[Place, int, T]]:
        for number, item in enumerate(items, 1):
            if number % SLICE == 0:
                breathe()
            if wanted is None or wanted(item):
                here = tuple(values(item)) if plain else place(values(item), orders)
                if behind is None or behind < here:
                    yield here, number, item

    try:
        kept = sorted(found()) if limit is None else nsmallest(limit + 1, found())
    except TypeError:  # its values are of other types than those of the list
        raise refused(_NO_MARKER) from None
    more = limit is not None and len(kept) > limit
    shown = [item for _, _, item in (kept[:limit] if more else kept)]
    return Page(shown, marker_of(values(shown[-1]), orders) if more else None)
