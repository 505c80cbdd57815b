"""``/v1.x/tenants/<tenant>/networks``: the networks of a tenant."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import falcon

from weft.apps.quantum.answers import answer
from weft.apps.quantum.bodies import read_object
from weft.apps.quantum.faults import NETWORK_IN_USE, Fault, bad_request
from weft.apps.quantum.filters import Filters
from weft.apps.quantum.tenants import Tenant
from weft.apps.quantum.versions import Version
from weft.apps.quantum.views import Views
from weft.controller.model.commands import Command, Create, Delete, Update
from weft.controller.service import Refused, Service


class Networks:
    """All networks: their ids, or with ``/detail`` what each is; and making one."""

    def __init__(self, service: Service, version: Version) -> None:
        self._service = service
        self._version = version

    def on_get(self, req: falcon.Request, resp: falcon.Response, tenant: str) -> None:
        """The ids."""
        found = Filters(self._service, Tenant(self._service, req, tenant), req).networks()
        answer(req, resp, self._version, {"networks": [{"id": network.id} for network in found]})

    def on_get_detail(self, req: falcon.Request, resp: falcon.Response, tenant: str) -> None:
        """The networks without their ports."""
        of = Tenant(self._service, req, tenant)
        views = Views(self._service, self._version, of)
        found = Filters(self._service, of, req).networks()
        answer(req, resp, self._version, {"networks": [views.network(network) for network in found]})

    def on_post(self, req: falcon.Request, resp: falcon.Response, tenant: str) -> None:
        """Make one. It has a name."""
        of = Tenant(self._service, req, tenant)
        fields = {"id": str(uuid4()), "name": _name(req), "project": of.name}
        self._service.submit([Create("segment", fields)], of.caller)
        resp.status = self._version.created
        answer(req, resp, self._version, {"network": {"id": fields["id"]}})


class Network:
    """One network."""

    def __init__(self, service: Service, version: Version) -> None:
        self._service = service
        self._version = version

    def on_get(self, req: falcon.Request, resp: falcon.Response, tenant: str, network: str) -> None:
        """Show it, without its ports."""
        of = Tenant(self._service, req, tenant)
        shown = Views(self._service, self._version, of).network(of.network(network))
        answer(req, resp, self._version, {"network": shown})

    def on_get_detail(self, req: falcon.Request, resp: falcon.Response, tenant: str, network: str) -> None:
        """Show it with its ports, and what is plugged into them."""
        of = Tenant(self._service, req, tenant)
        shown = Views(self._service, self._version, of).network_detail(of.network(network))
        answer(req, resp, self._version, {"network": shown})

    def on_put(self, req: falcon.Request, resp: falcon.Response, tenant: str, network: str) -> None:
        """Give it another name."""
        of = Tenant(self._service, req, tenant)
        found = of.network(network)
        self._service.submit([Update("segment", found.id, {"name": _name(req)})], of.caller)
        resp.status = falcon.HTTP_NO_CONTENT

    def on_delete(self, req: falcon.Request, resp: falcon.Response, tenant: str, network: str) -> None:
        """Delete it together with its ports, if nothing is plugged into any."""
        of = Tenant(self._service, req, tenant)
        found = of.network(network)
        in_use = Fault(NETWORK_IN_USE, f"Network {found.id} has ports that are in use")
        ports = of.ports(found.id)
        if any(of.attachment(port.id) is not None for port in ports):
            raise in_use
        commands: list[Command] = [Delete("port", port.id) for port in ports]
        try:
            self._service.submit([*commands, Delete("segment", found.id)], of.caller)
        except Refused as error:
            if error.refusal.reason == "conflict":  # ports of others are on it
                raise in_use from None
            raise
        resp.status = falcon.HTTP_NO_CONTENT


def _name(req: falcon.Request) -> str:
    """The name that the body gives a network, which must have one."""
    name: Any = (read_object(req, "network") or {}).get("name")
    if name is None or name == "":
        raise bad_request("is required", "name")
    if not isinstance(name, str):
        raise bad_request("must be a text", "name")
    return name
