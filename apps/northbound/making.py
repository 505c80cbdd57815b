"""New things as commands: one of a kind, or several at once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from weft.apps.northbound.paths import COLLECTIONS, MOST_COMMANDS, NAMED_BY_PEOPLE
from weft.apps.northbound.problems import malformed
from weft.apps.northbound.shapes import creation, fields_of
from weft.controller.model.commands import Create


def new(kind: str, value: object, within: str = "") -> Create:
    """The command that makes what ``value`` describes, with an id in any case."""
    given = fields_of(creation(kind), value, within)
    if kind not in NAMED_BY_PEOPLE:
        given.setdefault("id", str(uuid4()))
    return Create(kind, given)


def is_list(kind: str, value: Any) -> bool:
    """Whether it describes several: in a list that stands alone, or in an object under the name of the collection."""
    return isinstance(value, list) or (isinstance(value, dict) and COLLECTIONS[kind] in value)


def several(kind: str, value: Any) -> tuple[list[Create], list[str]]:
    """The commands that make all that a list describes, and the place of each in the request."""
    name = COLLECTIONS[kind]
    if isinstance(value, dict):
        for other in value:
            if other != name:
                raise malformed(f"is not a field beside {name}", other)
        value, place = value[name], name
        if not isinstance(value, list):
            raise malformed("must be a list", name)
    else:
        place = ""
    if not 1 <= len(value) <= MOST_COMMANDS:
        raise malformed(f"must be a list of 1 to {MOST_COMMANDS}", place)
    places = [f"{place}[{number}]" for number in range(len(value))]
    return [new(kind, one, within) for one, within in zip(value, places, strict=True)], places
