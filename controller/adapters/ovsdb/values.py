"""Values as OVSDB writes them in JSON (RFC 7047, section 5.1). Each function raises ``Garbage`` for anything else."""

from __future__ import annotations

from typing import Any

LONGEST_TEXT = 1100  # characters; what is longer is cut, and still too long for every field of the model


class Garbage(ValueError):
    """What no Open vSwitch database says; the text is a sentence that says why."""


def text(value: Any) -> str:
    """A <string>, cut where it is longer than anything that the model takes."""
    if not isinstance(value, str):
        raise Garbage(f"{shown(value)} is where a text should be")
    return value[:LONGEST_TEXT]


def members(value: Any) -> list[Any]:
    """The members of a <set>. A set of one may be written as that one.

    >>> members(["set", []]), members(["set", [1, 2]]), members("one"), members(["uuid", "u"])
    ([], [1, 2], ['one'], [['uuid', 'u']])
    """
    if isinstance(value, list) and len(value) == 2 and value[0] == "set":
        found = value[1]
        if not isinstance(found, list):
            raise Garbage(f"{shown(found)} is where the members of a set should be")
        return found
    return [value]


def uuids(value: Any) -> tuple[str, ...]:
    """The rows that a <set> of references leads to."""
    found = members(value)
    for each in found:
        if not (isinstance(each, list) and len(each) == 2 and each[0] == "uuid" and is_uuid(each[1])):
            raise Garbage(f"{shown(each)} is where a reference to a row should be")
    return tuple(each[1] for each in found)


def texts_by_text(value: Any) -> dict[str, str]:
    """A <map> from texts to texts.

    >>> texts_by_text(["map", [["iface-id", "web"]]])
    {'iface-id': 'web'}
    """
    if not (isinstance(value, list) and len(value) == 2 and value[0] == "map" and isinstance(value[1], list)):
        raise Garbage(f"{shown(value)} is where a map should be")
    for pair in value[1]:
        if not (isinstance(pair, list) and len(pair) == 2):
            raise Garbage(f"{shown(pair)} is where a pair of a map should be")
    return {text(key): text(found) for key, found in value[1]}


def is_uuid(value: Any) -> bool:
    """Whether it is a text as long as a UUID's."""
    return isinstance(value, str) and len(value) == 36


def shown(value: Any) -> str:
    """A part of the value, for a message about it."""
    whole = ascii(value) if not isinstance(value, (list, dict)) else f"a {type(value).__name__} of {len(value)}"
    return whole if len(whole) <= 60 else f"{whole[:60]}…"
