"""Which set of stages the switches are to follow, where that is not the real one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from weft.controller.model.rules import Malformed, check_name

REAL = "core"  # the set that is Weft's own
ONLY = "stages"  # the id of the one such fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """The switches follow the set of stages of that name, and not the real one. There is one such fact at most."""

    kind: ClassVar[str] = "promotion"
    id: str = ONLY
    shadow: str
    revision: int = 0

    def __post_init__(self) -> None:
        if self.id != ONLY:
            raise Malformed("id", f"must be {ONLY!r}")
        check_name("shadow", self.shadow)
        if self.shadow == REAL:
            raise Malformed("shadow", f"{REAL!r} is what is followed when nothing else is said")
