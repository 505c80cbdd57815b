"""Documents as they are sent, kept for as long as nothing that they show has changed.

Most of a list's cost is the writing of it, and from one list to the next hardly anything changes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from time import monotonic
from typing import Any, NamedTuple

import eventlet

from weft.apps.neutron.asking import Asking
from weft.apps.neutron.resource import Resource
from weft.controller.model.facts import Fact

MOST_KEPT = 20_000  # documents of a resource
_SLICE = 200  # documents between two turns of everybody else
_LONGEST = 0.005  # seconds between them: some documents are a hundred times as long as others


class Rendered(NamedTuple):
    """A document, with what lists are filtered by although nobody is shown it, and the JSON of what is shown."""

    document: dict[str, Any]
    text: str
    unshown: frozenset[str] = frozenset()


class Renderer:
    """The documents of one resource, each with the state of which it was made, for each sort of audience."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self._unshown = frozenset(attribute.name for attribute in resource.attributes if not attribute.visible)
        self._shelf: dict[tuple[str, frozenset[str]], tuple[tuple[object, ...], Rendered]] = {}

    def hidden(self, asking: Asking) -> frozenset[str]:
        """The attributes that this caller is not shown."""
        return frozenset(a.name for a in self.resource.attributes if a.seen_by and not asking.may(a.seen_by))

    def one(self, asking: Asking, fact: Fact, hidden: frozenset[str]) -> Rendered:
        """The document of one member, without what is hidden."""
        state = self.resource.state(asking, fact)
        place = (str(fact.id), hidden)
        known = self._shelf.get(place)
        if known is not None and known[0] == state:
            return known[1]
        document = self.resource.document(asking, fact)
        for name in hidden:
            document.pop(name, None)
        shown = {name: value for name, value in document.items() if name not in self._unshown}
        rendered = Rendered(document, json.dumps(shown), self._unshown)
        if len(self._shelf) >= MOST_KEPT:
            del self._shelf[next(iter(self._shelf))]
        self._shelf[place] = state, rendered
        return rendered

    def many(self, asking: Asking, facts: Sequence[Fact], hidden: frozenset[str]) -> list[Rendered]:
        """The documents of many, but for those that go while others have their turn."""
        found, began = [], monotonic()
        for number, fact in enumerate(facts, 1):
            if number % _SLICE == 0 or monotonic() - began > _LONGEST:
                eventlet.sleep(0)
                asking.settled.clear()
                began = monotonic()
            try:
                found.append(self.one(asking, fact, hidden))
            except KeyError:
                continue
        return found


def cut(member: Rendered, fields: frozenset[str]) -> str:
    """The JSON of those fields of the document; all of it where none are named."""
    if not fields:
        return member.text
    shown = fields - member.unshown
    return json.dumps({name: value for name, value in member.document.items() if name in shown})
