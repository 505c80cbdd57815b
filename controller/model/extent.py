"""How much one transaction may be, so that deciding it keeps nobody else waiting for long."""

from __future__ import annotations

from collections.abc import Sequence

from weft.controller.model.commands import Refusal
from weft.controller.model.documents import field_names
from weft.controller.model.network import Change

MOST_ENTRIES = 6_000  # of lists, in all that a transaction makes or changes; 51,200 addresses took 2.6 to 6.6 s


def extent(changes: Sequence[Change]) -> int:
    """``extent(changes)`` counts the entries of all lists in the facts that there will be: addresses, rules, tags."""
    return sum(
        len(value)
        for change in changes
        if change.after is not None
        for name in field_names(change.after.kind)
        if isinstance(value := getattr(change.after, name), tuple)
    )


def check_extent(entries: int) -> None:
    """Raises a ``Refusal`` where a transaction has come to more entries than one may have."""
    if entries > MOST_ENTRIES:
        rule = f"one transaction may bring {MOST_ENTRIES} list entries at most (addresses, tags, …): make several"
        raise Refusal("exhausted", "", rule)
