"""Which fields of a fact one may set. Read off the facts, for the shapes of the API and for the options of the CLI."""

from __future__ import annotations

from dataclasses import MISSING, fields
from functools import cache
from typing import Any, NamedTuple, get_type_hints

from weft.controller.model.commands import GIVEN
from weft.controller.model.facts import KINDS

GIVEN_IF_MISSING = frozenset(
    {
        *((kind, "id") for kind in ("segment", "port", "vif", "subnet", "link", "security_group", "trunk")),
        *((kind, "project") for kind in ("segment", "port", "subnet", "security_group", "trunk")),
    }
)


class Settable(NamedTuple):
    """A field that one may set, and whether a new fact needs it."""

    name: str
    hint: Any
    required: bool
    default: Any = None  # what a new fact has where nobody says; None where Weft finds one


@cache
def settable(kind: str) -> tuple[Settable, ...]:
    """``settable(kind)`` returns the fields of that kind of fact that one may set, in their order."""
    hints = get_type_hints(KINDS[kind])
    return tuple(
        Settable(
            name=field.name,
            hint=hints[field.name],
            required=field.default is MISSING and (kind, field.name) not in GIVEN_IF_MISSING,
            default=field.default if field.default is not MISSING else None,
        )
        for field in fields(KINDS[kind])
        if field.name not in GIVEN
    )
