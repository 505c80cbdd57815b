"""What a single value must be. Each check raises ``Malformed``, which names the field and the rule."""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,255}")
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")


class Malformed(ValueError):
    """A value that breaks a rule. ``field`` is its path, ``rule`` a sentence about what it must be."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule


def check_identifier(field: str, value: object) -> None:
    """An id: 1 to 64 of letters, digits and ``_.:-``, the first a letter or digit."""
    if not isinstance(value, str) or not _IDENTIFIER.fullmatch(value):
        raise Malformed(field, f"must be 1 to 64 letters, digits or _.:- (got {value!r})")


def check_name(field: str, value: object) -> None:
    """A name: 1 to 255 characters, none of them a control character."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Malformed(field, f"must be 1 to 255 characters, none a control character (got {value!r})")


def check_names(field: str, values: object) -> None:
    """A tuple of names, none twice."""
    if not isinstance(values, tuple):
        raise Malformed(field, "must be a list of names")
    for value in values:
        check_name(field, value)
    if len(set(values)) != len(values):
        raise Malformed(field, "names something twice")


def check_text(field: str, value: object) -> None:
    """A text of at most 1,024 characters."""
    if not isinstance(value, str) or len(value) > 1024:
        raise Malformed(field, "must be a text of at most 1024 characters")


def check_flag(field: str, value: object) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise Malformed(field, f"must be true or false (got {value!r})")


def check_range(field: str, value: object, allowed: range) -> None:
    """A whole number inside a range."""
    if not isinstance(value, int) or isinstance(value, bool) or value not in allowed:
        raise Malformed(field, f"must be a whole number from {allowed[0]} to {allowed[-1]} (got {value!r})")


def check_mac(field: str, value: object) -> None:
    """The MAC of one station: lower-case hexadecimal with colons, no group address, not all zero (IEEE 802, 8.2)."""
    if not isinstance(value, str) or not _MAC.fullmatch(value):
        raise Malformed(field, f"must be a MAC such as 02:00:00:00:00:01 (got {value!r})")
    if int(value[:2], 16) & 1:
        raise Malformed(field, f"must be the address of one station, and {value} is a group address")
    if value == "00:00:00:00:00:00":
        raise Malformed(field, "must not be all zero")


def normal_mac(text: str) -> str:
    """The MAC as facts hold it: lower case, colons.

    >>> normal_mac("02-00-00-00-00-0A")
    '02:00:00:00:00:0a'
    """
    return text.strip().lower().replace("-", ":")
