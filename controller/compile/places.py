"""What is wanted of places without flow tables: each is one evaluation, of what its plug-in desires there.

An evaluation is run again when something that it read has changed, and the difference is arithmetic. Where it fails,
what was wanted before is wanted still: forwarding that nobody can judge is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from weft.controller.compile.incremental import Failed
from weft.controller.compile.view import View

Desired = Callable[[View, str], Iterator[Any]]
PORTION = 1000  # items that are handed over in one step


class Places:
    """The items that are wanted of each place, and what has changed of them since somebody asked."""

    def __init__(self) -> None:
        self._items: dict[str, dict[Any, Any]] = {}
        self._changed: dict[str, dict[Any, Any]] = {}

    def __contains__(self, switch: str) -> bool:
        return switch in self._items

    def replace(self, switch: str, after: Mapping[Any, Any] | None) -> None:
        """These items are wanted of the place now, by identity; None: it is gone."""
        before = self._items.pop(switch, {})
        if after is None:
            self._changed.pop(switch, None)
            return
        self._items[switch] = dict(after)
        changed = self._changed.setdefault(switch, {})
        changed |= dict.fromkeys(before.keys() - after.keys())
        changed |= {identity: item for identity, item in after.items() if before.get(identity) != item}
        if not changed:
            del self._changed[switch]

    def changed(self) -> tuple[str, ...]:
        """The places that something else is wanted of."""
        return tuple(self._changed)

    def take_changes(self, switch: str) -> Iterator[dict[Any, Any]]:
        """What is wanted otherwise of a place since this was asked last: the item, or None. In portions."""
        changes = iter(self._changed.pop(switch, {}).items())
        while portion := dict(islice(changes, PORTION)):
            yield portion

    def forget_changes(self, switch: str) -> None:
        """Nobody wants to know what has changed there."""
        self._changed.pop(switch, None)

    def items(self, switch: str) -> dict[Any, Any]:
        """All that is wanted of a place, by identity."""
        return dict(self._items.get(switch, {}))


def wanted_of(desired: Desired, switch: str) -> Callable[[View], dict[Any, Any]]:
    """The evaluation: the items by identity. Raises ``ValueError`` where two of them are rivals."""

    def wanted(view: View) -> dict[Any, Any]:
        items: dict[Any, Any] = {}
        for item in desired(view, switch):
            if items.setdefault(item.identity, item) != item:
                raise ValueError(f"two items are wanted at {item.identity}: {items[item.identity]} and {item}")
        return items

    return wanted


def succeeded(value: Any) -> bool:
    """Whether the evaluation came to something."""
    return value is not None and not isinstance(value, Failed)
