"""``/v1/plugins``: by what ports are realised here, and what of the model each of that can honour."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, ClassVar

import falcon

from weft.apps.northbound.description.operations import Answer, Operation, Operations
from weft.apps.northbound.description.shown_extending import ShownPlugin, ShownPlugins
from weft.apps.northbound.seeing import missing, require, sight_of
from weft.controller.model.capabilities import OPTIONAL_TRAITS, Capabilities
from weft.controller.model.facts import TRANSPORTS, VIF_KINDS
from weft.controller.model.traits import SECURITY_LEVELS
from weft.controller.service import Service

_RIGHT = "get_plugins"


class PluginList:
    """All plug-ins in force."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="list_plugins",
            group="fabric",
            summary="List the plug-ins",
            doc="Those in force. A port is realised by the plug-in of the switch that its VIF is at, and what that one "
            "cannot honour is refused when it is asked for.",
            answers={200: Answer("They.", ShownPlugins)},
            refusals=(403,),
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """By their names."""
        require(sight_of(self._service, req), _RIGHT)
        known = self._service.network.capabilities
        resp.media = {"plugins": [shown(name, known[name]) for name in sorted(known)]}


class OnePlugin:
    """A plug-in in force."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="show_plugin",
            group="fabric",
            summary="Show a plug-in",
            answers={200: Answer("It.", ShownPlugin)},
            refusals=(403, 404),
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """What it can honour."""
        require(sight_of(self._service, req), _RIGHT)
        can = self._service.network.capabilities.get(name)
        if can is None:
            raise missing("plugin", name)
        resp.media = shown(name, can)


def shown(name: str, can: Capabilities) -> dict[str, Any]:
    """The document of a plug-in."""
    return {
        "name": name,
        "transports": _those(TRANSPORTS, can.transports),
        "vif_kinds": _those(VIF_KINDS, can.vif_kinds),
        "security": _those(SECURITY_LEVELS, can.security),
        "traits": _those(OPTIONAL_TRAITS, can.traits),
        "learns": can.learns,
        "flow_tables": can.flow_tables,
        "openflow": can.openflow,
    }


def _those(order: Iterable[str], chosen: Collection[str]) -> list[str]:
    return [word for word in order if word in chosen]
