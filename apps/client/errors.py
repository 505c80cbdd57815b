"""What may come instead of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Problem(Exception):
    """What the controller answered instead: the members of its problem document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.type = str(document.get("type", "about:blank"))
        self.title = str(document.get("title", ""))
        self.status = int(document.get("status", 0))
        self.detail = str(document.get("detail", "") or self.title)
        self.field: str | None = document.get("field")
        self.rule: str | None = document.get("rule")
        self.remedy: str | None = document.get("remedy")
        self.instance: str | None = document.get("instance")
        super().__init__(f"{self.detail} ({self.status} {self.title})")

    def saying(self, detail: str) -> Problem:
        """The same problem, told in other words."""
        members = ("type", "title", "status", "field", "rule", "remedy", "instance")
        return Problem({**{name: getattr(self, name) for name in members}, "detail": detail})


class NotActive(Exception):
    """What was asked for is done, durably, but the switches have not acknowledged all of it in the time given.

    ``document`` is the answer, ``state`` how far they have come (build, down or error), ``reason`` why no further.
    """

    def __init__(self, state: str, reason: str, document: dict[str, Any]) -> None:
        super().__init__(f"it is done, but not yet active: {reason or state}")
        self.state = state
        self.reason = reason
        self.document = document


class Unreachable(Exception):
    """No controller answered at that address."""


class BadAddress(Unreachable):
    """No controller can be at such an address. The message is the rule that it breaks."""
