"""Trunks: a port whose VIF serves other ports as well, each by a VLAN tag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

import falcon

from weft.apps.neutron import standard, values
from weft.apps.neutron.asking import Asking, asking_of
from weft.apps.neutron.attributes import given, settable, shown
from weft.apps.neutron.bodies import body_of
from weft.apps.neutron.collection import check_revision, found, submit
from weft.apps.neutron.faults import Fault, bad_request, conflict, invalid, not_found
from weft.apps.neutron.rendering import Renderer
from weft.apps.neutron.resource import Resource
from weft.apps.neutron.trunk_ports import VLAN, sub_ports
from weft.controller.model.commands import Command, Create, Refusal, Update
from weft.controller.model.facts import Fact, Port, Trunk
from weft.controller.model.trunks import Carried

INHERIT = "inherit"
_ADDED = values.listed(
    values.record(
        {"port_id": values.identifier},
        {"segmentation_type": values.choice(VLAN, INHERIT), "segmentation_id": values.whole(1, 4094)},
    )
)
_REMOVED = values.listed(
    values.record(
        {"port_id": values.identifier}, {"segmentation_type": values.anything, "segmentation_id": values.anything}
    )
)


class Trunks(Resource):
    """``/v2.0/trunks``."""

    name, collection, kind, missing = "trunk", "trunks", "trunk", "TrunkNotFound"
    attributes = (
        *standard.ATTRIBUTES,
        given("port_id", values.identifier),
        settable("admin_state_up", values.boolean, True),
        given("sub_ports", _ADDED, [], filter=False, sort=False),
        shown("status"),
    )

    def document(self, asking: Asking, fact: Trunk) -> dict[str, Any]:
        """The trunk, with what it carries."""
        return standard.document(fact) | {
            "port_id": fact.port,
            "admin_state_up": fact.admin_up,
            "sub_ports": sub_ports(fact),
            "status": _status(asking, fact),
        }

    def state(self, asking: Asking, fact: Trunk) -> tuple[object, ...]:
        """It tells whether frames pass."""
        return fact, _status(asking, fact)

    def candidates(self, asking: Asking, wanted: Mapping[str, list[str]]) -> Iterable[Fact]:
        """That of a port is known by it."""
        if "port_id" in wanted and "id" not in wanted:
            ids = (asking.service.network.trunks.of(port) or "" for port in dict.fromkeys(wanted["port_id"]))
            return (trunk for trunk in (self.find(asking, id) for id in ids) if trunk is not None)
        return super().candidates(asking, wanted)

    def create(self, asking: Asking, asked: dict[str, Any]) -> tuple[str, list[Command]]:
        """A trunk of a port that has none."""
        port = asking.sight.fact("port", asked["port_id"])
        if not isinstance(port, Port):
            raise _no_port(asked["port_id"])
        id = str(uuid4())
        fields = standard.fields(asked) | {
            "id": id,
            "project": asked["project_id"] or (port.project if asking.caller.operator else asking.project),
            "port": port.id,
            "admin_up": asked["admin_state_up"],
            "subports": carried(asking, asked["sub_ports"]),
        }
        return id, [Create("trunk", fields)]

    def change(self, asking: Asking, fact: Trunk, asked: dict[str, Any]) -> list[Command]:
        """Its name, description or state with other values."""
        fields = standard.fields(asked)
        if "admin_state_up" in asked:
            fields["admin_up"] = asked["admin_state_up"]
        return [Update("trunk", fact.id, fields)] if fields else []

    def routes(self, renderer: Renderer) -> Iterable[tuple[str, object]]:
        """What is carried is added to and taken from by actions of their own."""
        yield "add_subports", AddSubports(renderer)
        yield "remove_subports", RemoveSubports(renderer)
        yield "get_subports", GetSubports(renderer)

    def fault(self, refusal: Refusal, asked: Mapping[str, Any]) -> Fault:
        """What the model refuses of a trunk, as Neutron says it."""
        match refusal.reason, refusal.field.rpartition(".")[2]:
            case "not-found", "port":
                return _no_port(refusal.rule.split("'")[1] if "'" in refusal.rule else "")
            case "conflict", "port" if "is carried by" in refusal.rule:
                return conflict("PortInUseAsSubPort", f"Port is currently a subport of a trunk: {refusal.rule}.")
            case "conflict", "port" if "has trunk" in refusal.rule:
                return conflict(
                    "PortInUseAsTrunkParent", f"Port is currently a parent port of a trunk: {refusal.rule}."
                )
            case "conflict", "port":
                return conflict("PortInUse", f"Port is not eligible: {refusal.rule}.")
            case "conflict", "admin_up":
                return conflict("TrunkDisabled", f"Trunk {asked['id']} is currently disabled.")
            case "malformed", "tag" if "another port's" in refusal.rule:
                return conflict("DuplicateSubPort", f"segmentation_id already in use on the trunk: {refusal.rule}.")
            case "malformed", "port":
                return conflict("DuplicateSubPort", f"Port is named already: {refusal.rule}.")
            case _:
                return super().fault(refusal, asked)


class _Action:
    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._resource = renderer.resource

    def _set(self, req: falcon.Request, resp: falcon.Response, id: str, subports: tuple[Carried, ...]) -> None:
        asking = asking_of(req)
        trunk = found(asking, self._resource, id)
        check_revision(asking, self._resource, trunk, req)
        submit(asking, self._resource, [Update("trunk", id, {"subports": subports})], [{"id": id}])
        trunk = found(asking, self._resource, id)
        resp.data = self._renderer.one(asking, trunk, frozenset()).text.encode()


class AddSubports(_Action):
    """``…/add_subports``."""

    def on_put(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Let it carry these ports too."""
        asking = asking_of(req)
        trunk: Trunk = found(asking, self._resource, id)
        self._set(req, resp, id, (*trunk.subports, *carried(asking, _said(req, _ADDED))))


class RemoveSubports(_Action):
    """``…/remove_subports``."""

    def on_put(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Let it carry these ports no more."""
        trunk: Trunk = found(asking_of(req), self._resource, id)
        gone = [sub["port_id"] for sub in _said(req, _REMOVED)]
        known = {sub.port for sub in trunk.subports}
        for port in gone:
            if port not in known:
                message = f"SubPort on trunk {id} with parent port {port} could not be found."
                raise not_found("SubPortNotFound", message)
        self._set(req, resp, id, tuple(sub for sub in trunk.subports if sub.port not in gone))


class GetSubports(_Action):
    """``…/get_subports``."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """The ports that it carries."""
        resp.media = {"sub_ports": sub_ports(found(asking_of(req), self._resource, id))}


def carried(asking: Asking, said: list[dict[str, Any]]) -> tuple[Carried, ...]:
    """``carried(asking, said)`` returns the ports with their tags. Raises a ``Fault`` where one has none."""
    return tuple(Carried(sub["port_id"], _tag(asking, sub)) for sub in said)


def _tag(asking: Asking, sub: Mapping[str, Any]) -> int:
    kind = sub.get("segmentation_type")
    if kind == INHERIT:
        port = asking.sight.fact("port", sub["port_id"])
        segment = asking.service.network.segment(port.segment) if isinstance(port, Port) else None
        if not isinstance(port, Port):
            raise _no_port(sub["port_id"])
        if segment is None or segment.segmentation_id is None:
            raise invalid(f"port {sub['port_id']} has no segmentation id to inherit")
        return segment.segmentation_id
    if kind is None or "segmentation_id" not in sub:
        missing = "missing segmentation information. Must specify both segmentation_id and segmentation_type"
        raise bad_request(f"Invalid subport details '{dict(sub)}': {missing}")
    return int(sub["segmentation_id"])


def _said(req: falcon.Request, reader: values.Reader) -> list[dict[str, Any]]:
    body = body_of(req)
    if "sub_ports" not in body:
        raise bad_request("Failed to parse request. Required attribute 'sub_ports' not specified")
    try:
        said: list[dict[str, Any]] = reader(body["sub_ports"])
    except values.Unfit as error:
        raise bad_request(f"Invalid input for sub_ports. Reason: {error}.") from None
    return said


def _status(asking: Asking, trunk: Trunk) -> str:
    """ACTIVE where frames pass by all of its ports, DEGRADED where some are in error."""
    if not trunk.admin_up:
        return "DOWN"
    states = {asking.service.port_status(id).state for id in (trunk.port, *(sub.port for sub in trunk.subports))}
    if "ERROR" in states:
        return "DEGRADED"
    return next((state for state in ("DOWN", "BUILD") if state in states), "ACTIVE")


def _no_port(id: str) -> Fault:
    return not_found("PortNotFound", f"Port {id} could not be found.")
