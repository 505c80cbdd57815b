"""What an API or an extension keeps of a fact: values by name that the model does not look into."""

from __future__ import annotations

import json
from typing import NamedTuple

from weft.controller.model.rules import Malformed, check_name, entries

MOST_ATTRIBUTES = 32
LONGEST_VALUE = 16_384


class Attribute(NamedTuple):
    """One value: ``name`` begins with whose it is (``neutron:device``), ``value`` is a JSON text."""

    name: str
    value: str


def check_attributes(field: str, values: object) -> None:
    """A tuple of attributes, each name once, each value a JSON text."""
    seen: set[str] = set()
    for place, entry in entries(field, values, MOST_ATTRIBUTES):
        if not isinstance(entry, Attribute):
            raise Malformed(place, "must be a name and a value")
        check_name(f"{place}.name", entry.name)
        if entry.name in seen:
            raise Malformed(f"{place}.name", f"names {entry.name!r} twice")
        seen.add(entry.name)
        if not isinstance(entry.value, str) or len(entry.value) > LONGEST_VALUE:
            raise Malformed(f"{place}.value", f"must be a JSON text of at most {LONGEST_VALUE} characters")
        try:
            json.loads(entry.value)
        except ValueError:
            raise Malformed(f"{place}.value", "must be a JSON text") from None
