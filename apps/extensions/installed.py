"""The extensions that are installed, by their entry points, and those of them that the operator has chosen."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weft.controller.compile.composed import Composed
    from weft.controller.extension import Extension


GROUP = "weft.extensions"
NONE = "none"


class ExtensionUnusable(Exception):
    """An extension that was chosen is not there, or is none; the message names it."""


def installed() -> dict[str, EntryPoint]:
    """The extensions that are installed, by the names of their entry points; nothing of them is imported."""
    return {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)}


def load(said: str) -> Extension:
    """The extension of that name, or ``NAME=module:attribute``, or of a file. Raises ``ExtensionUnusable``."""
    from weft.apps.stage_sets import imported
    from weft.controller.extension import Extension

    points = installed()
    name, _, place = said.partition("=")
    if name not in points and not place:
        raise ExtensionUnusable(f"there is no extension {name!r}; installed are: {', '.join(points) or NONE}")
    try:
        found = imported(place) if place else points[name].load()
    except Exception as error:  # whatever its modules do when they are imported
        raise ExtensionUnusable(f"extension {name!r} cannot be loaded: {type(error).__name__}: {error}") from error
    if not isinstance(found, Extension):
        raise ExtensionUnusable(f"extension {name!r} is {place or points[name].value}, which is no Extension")
    if found.alias != name:
        raise ExtensionUnusable(f"extension {name!r} has the alias {found.alias!r}: let both be the same")
    return found


def composed(names: Iterable[str]) -> Composed:
    """Weft with the extensions of these names; ``none`` is none of them. Raises ``ExtensionUnusable`` or ``Clash``."""
    from weft.controller.compile.stages import STAGES
    from weft.controller.extension import Clash, compose
    from weft.controller.pipeline.core import CORE

    chosen = tuple(dict.fromkeys(names))
    if chosen == (NONE,):
        chosen = ()
    try:
        return compose(CORE, STAGES, *map(load, chosen))
    except Clash as clash:
        raise ExtensionUnusable(f"the extensions {', '.join(chosen)} cannot be together: {clash}") from None
