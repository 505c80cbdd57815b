"""A watch as Python values: what has changed, revision by revision, for as long as one listens."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

Document = dict[str, Any]


class Event(NamedTuple):
    """What a watch tells: ``name`` is ``changes``, ``status`` or ``end``; ``id`` is the revision to go on from."""

    name: str
    id: int
    data: Document


def events(lines: Iterable[str], id: int = 0) -> Iterator[Event | int]:
    """The events in the lines of a stream of server-sent events; a number tells how far it has come without one.

    >>> list(events(["id: 5", "event: changes", 'data: {"revision": 5}', "", ": still here", "", "id: 7", ""]))
    [Event(name='changes', id=5, data={'revision': 5}), 5, 7]
    """
    name, data, seen = "message", [], id
    for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif field == "id":
            seen = int(value)
        elif not line:
            if data:
                yield Event(name, seen, json.loads("\n".join(data)))
            else:
                yield seen
            name, data = "message", []
