"""``/v1/ext/mirror/mirrors``: which ports are mirrored to which, and whether their taps hear it."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import falcon
from pydantic import BaseModel, ConfigDict, Field

from weft.apps.extensions.mirror.attributes import DIRECTION, TO
from weft.apps.northbound.description.operations import Answer, Operation, Operations
from weft.apps.northbound.seeing import sight_of
from weft.controller.model.attributes import Attribute
from weft.controller.model.declared import Named, value_of
from weft.controller.model.facts import Key, Port
from weft.controller.model.network import Network
from weft.controller.service import Service

WHOLE = ConfigDict(extra="forbid")


class ShownMirror(BaseModel):
    """A port that is mirrored."""

    model_config = WHOLE
    port: str = Field(description="The port whose frames are copied.")
    to: str = Field(description="The port that hears the copies.")
    direction: Literal["in", "out", "both"] = Field(description="Which frames, as the port's machine sees them.")
    state: Literal["ACTIVE", "DOWN"] = Field(description="Whether copies can come to the tap.")
    reason: str = Field(description="Why not; empty where they can.")


class AllMirrors(BaseModel):
    """The mirrors."""

    model_config = WHOLE
    mirrors: list[ShownMirror] = Field(description="Those of the ports that the caller may see.")


class Mirrors:
    """The ports that are mirrored."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="list_mirrors",
            group="mirror",
            summary="Show which ports are mirrored",
            doc="To mirror a port, set its `mirror:to`.",
            answers={200: Answer("The mirrors.", AllMirrors)},
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """All of them that the caller may see."""
        sight, network = sight_of(self._service, req), self._service.network
        found = (fact for fact in sight.all("port") if isinstance(fact, Port) and _names(fact.attributes))
        resp.media = {"mirrors": [self._document(network, port) for port in found]}

    def _document(self, network: Network, port: Port) -> dict[str, Any]:
        named = value_of(port.attributes, TO)
        reason = self._service.compiler.quarantined({Key("port", port.id)}) or standing(network, port, named)
        return {
            "port": port.id,
            "to": named.id if isinstance(named, Named) else "",
            "direction": value_of(port.attributes, DIRECTION),
            "state": "DOWN" if reason else "ACTIVE",
            "reason": reason,
        }


def _names(attributes: tuple[Attribute, ...]) -> bool:
    return any(attribute.name == TO.name for attribute in attributes)


def standing(network: Network, port: Port, named: Named | None) -> str:
    """``standing(network, port, named)`` says why copies of the port cannot come to its tap; empty where they can."""
    tap = network.port(named.id) if named is not None else None
    if named is None or tap is None or tap.number != named.number:
        return "the tap has been deleted"
    segment = network.segment(tap.segment)
    for one, what in ((port, "the port"), (tap, "the tap")):
        place = network.location(one.id)
        if network.attachment(one.id) is None:
            return f"{what} has no VIF"
        if place is None or network.interface(place) is None:
            return f"the VIF in {what} is nowhere yet"
        if not one.admin_up:
            return f"{what} is administratively down"
    if segment is None or not segment.admin_up:
        return "the tap's segment is administratively down"
    here, there = network.location(port.id), network.location(tap.id)
    if here is not None and there is not None and here.switch != there.switch:
        if segment.segmentation_id is None:
            return "the tap is on another switch, and its segment does not cross the fabric"
        if network.addresses(segment.id).ports != {tap.id}:
            return f"the tap is on another switch, and is not alone on segment {segment.id!r}, whose tag copies need"
    return ""
