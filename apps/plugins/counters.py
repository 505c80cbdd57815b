"""Counters of all switches, whoever realises them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from weft.controller.contracts import Counters, Question, Reading


class AllCounters:
    """Asks each of those that can be asked; a switch is known to one of them."""

    def __init__(self, parts: Iterable[Counters]) -> None:
        self._parts = tuple(parts)

    def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Reading]:
        """Ask all these switches at once. Who is not known, or does not answer in time, is not in the answer."""
        return {switch: reading for part in self._parts for switch, reading in part.ask(questions).items()}


def counting(plugins: Iterable[object]) -> Iterator[Counters]:
    """The plug-ins that count."""
    return (cast(Counters, plugin) for plugin in plugins if hasattr(plugin, "ask"))
