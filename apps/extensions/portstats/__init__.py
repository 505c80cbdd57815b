"""Port statistics: what has passed at many ports, the busiest first."""

from __future__ import annotations

from typing import Any

from weft.controller.extension import Extension, Resource


def _statistics(service: Any) -> Any:
    from weft.apps.extensions.portstats.resource import PortStats

    return PortStats(service)


def _commands() -> Any:
    from weft.apps.extensions.portstats.commands import commands

    return commands


PORTSTATS = Extension(
    name="Port statistics",
    alias="portstats",
    description="What has passed and what has died at ports, as their switches count it now, the busiest first.",
    updated="2012-11-24T00:00:00Z",
    resources=(Resource("/ports", _statistics),),
    commands=_commands,
)
