"""The head of a request, before anybody believes it. What two programs could read in two ways is refused (RFC 9112)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_LENGTH = re.compile(r"[0-9]{1,40}")
# Said twice, one program would take the first and another the last or both.
_ONCE = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "content-type", "authorization", "origin"),
        *("x-auth-token", "x-user-id", "x-project-id", "x-roles", "x-identity-status"),
    }
)


def fault(headers: Iterable[tuple[str, str]]) -> str | None:
    """``fault(headers)`` is the rule that the headers break, or None.

    >>> fault([("Host", "a"), ("Host", "b")]), fault([("Content-Length", "+5")]), fault([("Host", "a")])
    ('the header Host is given twice', 'Content-Length must be digits', None)
    """
    seen = set()
    for name, value in headers:
        if not _NAME.fullmatch(name):
            return "a header's name is not one"
        if any(character in value for character in "\r\n\0"):
            return f"the header {name[:40]} has a line break or a null character in it"
        lower = name.lower()
        if lower in _ONCE and lower in seen:
            return f"the header {name} is given twice"
        if lower == "content-length" and not _LENGTH.fullmatch(value):
            return "Content-Length must be digits"
        seen.add(lower)
    if "transfer-encoding" in seen and "content-length" in seen:
        return "Content-Length and Transfer-Encoding are given together"
    return None
