"""Readers: each takes a value out of a request and returns it as Weft writes it, or raises ``Unfit`` with the reason.

Clients write one thing in several ways (``"true"``, ``"100"``, ``FA-16-3E-…``), and a reader understands them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from ipaddress import ip_address, ip_interface
from typing import Any

Reader = Callable[[Any], Any]

_TRUE, _FALSE = frozenset({"true", "1", "t", "yes", "y", "on"}), frozenset({"false", "0", "f", "no", "n", "off"})
_MAC = re.compile(r"[0-9A-Fa-f]{2}([:-]?[0-9A-Fa-f]{2}){5}")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")


class Unfit(ValueError):
    """The value is none of this attribute's; the text says why."""


def anything(value: Any) -> Any:
    """Whatever JSON can hold."""
    return value


def text(longest: int = 255) -> Reader:
    """A text of so many characters at most."""

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise Unfit(f"{value!r} is not a valid string")
        if len(value) > longest:
            raise Unfit(f"{value!r} exceeds maximum length of {longest}")
        return value

    return read


def name(value: Any) -> str:
    """A name: one line of at most 255 characters. Null means none."""
    found: str = text()("" if value is None else value)
    if any(ord(character) < 32 or ord(character) == 127 for character in found):
        raise Unfit(f"{value!r} contains a control character")
    return found


def identifier(value: Any) -> str:
    """The id of something: whether there is such a thing is another question."""
    if not isinstance(value, str) or not _IDENTIFIER.fullmatch(value):
        raise Unfit(f"{value!r} is not a valid UUID")
    return value


def boolean(value: Any) -> bool:
    """True or false, also as text or number."""
    if isinstance(value, bool):
        return value
    said = str(value).lower() if isinstance(value, str | int) else ""
    if said in _TRUE:
        return True
    if said in _FALSE:
        return False
    raise Unfit(f"{value!r} cannot be converted to boolean")


def whole(lowest: int | None = None, highest: int | None = None) -> Reader:
    """A whole number, also as text, between bounds that may be open."""

    def read(value: Any) -> int:
        said = value if isinstance(value, int) and not isinstance(value, bool) else None
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
            said = int(value)
        if said is None:
            raise Unfit(f"{value!r} is not an integer")
        if lowest is not None and said < lowest:
            raise Unfit(f"{said} is too small - must be at least {lowest}")
        if highest is not None and said > highest:
            raise Unfit(f"{said} is too large - must be no larger than {highest}")
        return said

    return read


def choice(*choices: Any) -> Reader:
    """One of a few values."""

    def read(value: Any) -> Any:
        if value not in choices or (isinstance(value, bool) and value not in [c for c in choices if c is value]):
            raise Unfit(f"{value!r} is not in {list(choices)}")
        return value

    return read


def number_choice(*choices: int) -> Reader:
    """One of a few numbers, also as text."""

    def read(value: Any) -> int:
        said: int = whole()(value)
        if said not in choices:
            raise Unfit(f"{said} is not in {list(choices)}")
        return said

    return read


def optional(reader: Reader) -> Reader:
    """The same, or null."""
    return lambda value: None if value is None else reader(value)


def mac(value: Any) -> str:
    """A MAC in any notation."""
    if not isinstance(value, str) or not _MAC.fullmatch(value):
        raise Unfit(f"{value!r} is not a valid MAC address")
    return bytes.fromhex(value.replace(":", "").replace("-", "")).hex(":")


def address(value: Any) -> str:
    """An IP address."""
    try:
        if not isinstance(value, str) or "%" in value:
            raise ValueError
        return str(ip_address(value))
    except ValueError:
        raise Unfit(f"{value!r} is not a valid IP address") from None


def prefix(value: Any) -> str:
    """A prefix with its length; what is set beyond the length is cleared."""
    try:
        if not isinstance(value, str) or "/" not in value or "%" in value:
            raise ValueError
        return str(ip_interface(value).network)
    except ValueError:
        raise Unfit(f"{value!r} is not a valid IP subnet") from None


def address_or_prefix(value: Any) -> str:
    """An IP address, or a prefix."""
    return prefix(value) if isinstance(value, str) and "/" in value else address(value)


def listed(reader: Reader) -> Reader:
    """A list of such; null means an empty one."""

    def read(value: Any) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list):
            raise Unfit(f"{value!r} is not a list")
        return [reader(item) for item in value]

    return read


def unlike(reader: Reader) -> Reader:
    """A list in which nothing is named twice."""
    each = listed(reader)

    def read(value: Any) -> list[Any]:
        found: list[Any] = each(value)
        for place, item in enumerate(found):
            if item in found[:place]:
                raise Unfit(f"Duplicate items in the list: {item!r}")
        return found

    return read


def record(required: dict[str, Reader], others: dict[str, Reader] | None = None) -> Reader:
    """An object with these members."""
    readers = required | (others or {})

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Unfit(f"{value!r} is not a dictionary")
        missing = [member for member in required if member not in value]
        unknown = [member for member in value if member not in readers]
        if missing or unknown:
            what = f"needs {', '.join(missing)}" if missing else f"has no {', '.join(map(repr, unknown))}"
            raise Unfit(f"{json.dumps(value)[:200]} is not one of these: it {what}")
        return {member: readers[member](item) for member, item in value.items()}

    return read


def mapping(value: Any) -> dict[str, Any]:
    """Any object; null and an empty text mean an empty one."""
    if value in (None, ""):
        return {}
    if not isinstance(value, dict):
        raise Unfit(f"{value!r} is not a dictionary")
    return value


def tag(value: Any) -> str:
    """A tag: a name of at most 255 characters, and not an empty one."""
    found = name(value) if value is not None else ""
    if not found:
        raise Unfit(f"{value!r} is not a valid tag")
    return found


def refusing(message: str, *accepted: Any) -> Reader:
    """Nothing but these values: what the attribute would mean is not there."""

    def read(value: Any) -> Any:
        if value not in accepted:
            raise Unfit(message)
        return value

    return read
