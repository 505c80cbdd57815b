"""What an API or an extension keeps of a fact: values by name that the model does not look into."""

from __future__ import annotations

import json
from typing import NamedTuple, Protocol

from weft.controller.model.rules import Malformed, check_name, check_names, check_text, check_time, entries

MOST_ATTRIBUTES = 32
LONGEST_VALUE = 16_384


class Attribute(NamedTuple):
    """One value: ``name`` begins with whose it is (``neutron:device``), ``value`` is a JSON text."""

    name: str
    value: str


class Noted(Protocol):
    """What is noted of a thing: by people, by extensions, and when it was made and changed."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Words for finding it again."""

    @property
    def description(self) -> str:
        """Whatever people say of it."""

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """What APIs and extensions keep of it."""

    @property
    def created_at(self) -> int:
        """When it was made."""

    @property
    def updated_at(self) -> int:
        """When it was changed last."""


def check_notes(thing: Noted) -> None:
    """What is noted of a thing is well formed."""
    check_names("tags", thing.tags)
    check_text("description", thing.description)
    check_attributes("attributes", thing.attributes)
    check_time("created_at", thing.created_at)
    check_time("updated_at", thing.updated_at)


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
