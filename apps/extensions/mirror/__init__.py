"""Mirrors: a port's frames are copied to another port, its tap, anywhere on the fabric."""

from __future__ import annotations

from typing import Any

from weft.apps.extensions.mirror.attributes import DIRECTION, TO
from weft.apps.extensions.mirror.stages import mirrored, taps
from weft.apps.extensions.mirror.tables import COPIES, HEARD, SAID, TAP, TAPPED
from weft.controller.extension import Extension, Inserted, Resource


def _mirrors(service: Any) -> Any:
    from weft.apps.extensions.mirror.resource import Mirrors

    return Mirrors(service)


def _commands() -> Any:
    from weft.apps.extensions.mirror.commands import commands

    return commands


MIRROR = Extension(
    name="Port mirroring",
    alias="mirror",
    description="Copies what a port says, hears, or both to another port, on the same switch or on another one.",
    updated="2012-11-24T00:00:00Z",
    attributes=(TO, DIRECTION),
    registers=(TAP,),
    tables=(
        Inserted(COPIES, before="arrive"),
        Inserted(SAID, after="admit"),
        Inserted(HEARD, after="receive"),
        Inserted(TAPPED),
    ),
    stages=(mirrored, taps),
    resources=(Resource("/mirrors", _mirrors),),
    commands=_commands,
)
