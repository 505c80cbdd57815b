"""``…/ports/<port>/attachment``: what is plugged into a port. An attachment is a VIF, and its id is the VIF's.

One that is not there is made when it is plugged in, and goes when it is taken out.
"""

from __future__ import annotations

import falcon

from weft.apps.quantum.answers import answer
from weft.apps.quantum.bodies import read_object
from weft.apps.quantum.faults import ALREADY_ATTACHED, PORT_IN_USE, Fault, bad_request
from weft.apps.quantum.tenants import Tenant
from weft.apps.quantum.versions import Version
from weft.controller.model.attached import attached_vif, is_attached
from weft.controller.model.commands import Command, Create, Delete, Plug, Unplug
from weft.controller.service import Refused, Service


class Attachment:
    """Show it, plug it in, or take it out."""

    def __init__(self, service: Service, version: Version) -> None:
        self._service = service
        self._version = version

    def on_get(self, req: falcon.Request, resp: falcon.Response, tenant: str, network: str, port: str) -> None:
        """Show it; without an id where there is none."""
        of = Tenant(self._service, req, tenant)
        found = of.attachment(of.port(network, port).id)
        answer(req, resp, self._version, {"attachment": {"id": found} if found is not None else {}})

    def on_put(self, req: falcon.Request, resp: falcon.Response, tenant: str, network: str, port: str) -> None:
        """Plug it in; done again, it changes nothing."""
        of = Tenant(self._service, req, tenant)
        found = of.port(network, port)
        id = _id(req)
        current = of.attachment(found.id)
        if current not in (None, id):
            raise Fault(PORT_IN_USE, f"Port {found.id} has attachment {current} in it")
        elsewhere = Fault(ALREADY_ATTACHED, f"Attachment {id} is in use, and cannot be plugged into port {found.id}")
        known = of.vif(id)
        if known is not None and of.port_of(id) not in (None, found):
            raise elsewhere
        commands: list[Command] = [Create("vif", attached_vif(id, of.name))] if known is None else []
        try:
            self._service.submit([*commands, Plug(found.id, id)], of.caller)
        except Refused as error:
            if (error.refusal.reason, error.refusal.field) in (("conflict", "id"), ("conflict", "vif")):
                raise elsewhere from None  # it is another's, of whom nothing is said
            raise
        resp.status = falcon.HTTP_NO_CONTENT

    def on_delete(self, req: falcon.Request, resp: falcon.Response, tenant: str, network: str, port: str) -> None:
        """Take it out, if there is one."""
        of = Tenant(self._service, req, tenant)
        found = of.port(network, port)
        current = of.attachment(found.id)
        if current is not None:
            vif = of.vif(current)
            made = vif is not None and is_attached(vif)
            commands: list[Command] = [Delete("vif", current)] if made else []
            self._service.submit([Unplug(found.id), *commands], of.caller)
        resp.status = falcon.HTTP_NO_CONTENT


def _id(req: falcon.Request) -> str:
    """The id that the body gives an attachment, which must have one."""
    id = (read_object(req, "attachment") or {}).get("id")
    if id is None:
        raise bad_request("is required", "id")
    if not isinstance(id, str):
        raise bad_request("must be a text", "id")
    return id
