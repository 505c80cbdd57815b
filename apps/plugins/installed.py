"""The plug-ins that are installed: packages announce theirs as entry points of the group ``weft.plugins``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple

from weft.controller.contracts import Plugin

GROUP = "weft.plugins"
Factory = Callable[[Mapping[str, Any]], Plugin[Any]]


class PluginUnusable(Exception):
    """A plug-in that cannot be as somebody wants it; the message names it, and the rule."""


class Installed(NamedTuple):
    """A plug-in that a package brings."""

    name: str
    package: str
    version: str
    entry_point: EntryPoint

    def factory(self) -> Factory:
        """What makes it. Raises ``PluginUnusable``."""
        try:
            found = self.entry_point.load()
        except Exception as error:
            raise PluginUnusable(f"{self.name}: cannot be loaded: {type(error).__name__}: {error}") from error
        if not callable(found):
            raise PluginUnusable(f"{self.name}: {self.entry_point.value} must be a function that makes the plug-in")
        made: Factory = found
        return made


def installed() -> dict[str, Installed]:
    """Those that can be chosen, by name. Raises ``PluginUnusable`` where two packages bring one of the same name."""
    found: dict[str, Installed] = {}
    for point in sorted(entry_points(group=GROUP)):
        package, version = (point.dist.name, point.dist.version) if point.dist is not None else ("", "")
        one = Installed(point.name, package, version, point)
        other = found.setdefault(point.name, one)
        if other.entry_point.value != point.value:
            raise PluginUnusable(f"{one.name}: {other.package} and {package} both bring a plug-in of this name")
    return found
