"""``/v1.x/tenants/<tenant>/networks/<network>/ports``: the ports of a network."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import falcon

from weft.apps.quantum.answers import answer
from weft.apps.quantum.bodies import read_object
from weft.apps.quantum.faults import PORT_IN_USE, STATE_INVALID, Fault, bad_request
from weft.apps.quantum.filters import Filters
from weft.apps.quantum.tenants import Tenant
from weft.apps.quantum.versions import Version
from weft.apps.quantum.views import Views
from weft.controller.model.commands import Create, Delete, Update
from weft.controller.service import Service

_ADMIN_UP = {"ACTIVE": True, "DOWN": False}


class Ports:
    """All ports of a network: their ids, or with ``/detail`` how each is; and making one."""

    def __init__(self, service: Service, version: Version) -> None:
        self._service = service
        self._version = version

    def on_get(self, req: falcon.Request, resp: falcon.Response, tenant: str, network: str) -> None:
        """The ids."""
        of = Tenant(self._service, req, tenant)
        found = Filters(self._service, of, req).ports(of.network(network).id)
        answer(req, resp, self._version, {"ports": [{"id": port.id} for port in found]})

    def on_get_detail(self, req: falcon.Request, resp: falcon.Response, tenant: str, network: str) -> None:
        """The ports without what is plugged in."""
        of = Tenant(self._service, req, tenant)
        views = Views(self._service, self._version, of)
        found = Filters(self._service, of, req).ports(of.network(network).id)
        answer(req, resp, self._version, {"ports": [views.port(port) for port in found]})

    def on_post(self, req: falcon.Request, resp: falcon.Response, tenant: str, network: str) -> None:
        """Make one, which is down unless the body says something else."""
        of = Tenant(self._service, req, tenant)
        segment = of.network(network)
        given = read_object(req, "port") or {}
        admin_up = _admin_up(given["state"]) if given.get("state") is not None else False
        id = str(uuid4())
        fields = {"id": id, "name": "", "project": of.name, "segment": segment.id, "admin_up": admin_up}
        self._service.submit([Create("port", fields)], of.caller)
        resp.status = self._version.created
        answer(req, resp, self._version, {"port": {"id": id}})


class Port:
    """One port."""

    def __init__(self, service: Service, version: Version) -> None:
        self._service = service
        self._version = version

    def on_get(self, req: falcon.Request, resp: falcon.Response, tenant: str, network: str, port: str) -> None:
        """Show it, without what is plugged in."""
        of = Tenant(self._service, req, tenant)
        shown = Views(self._service, self._version, of).port(of.port(network, port))
        answer(req, resp, self._version, {"port": shown})

    def on_get_detail(self, req: falcon.Request, resp: falcon.Response, tenant: str, network: str, port: str) -> None:
        """Show it with what is plugged in."""
        of = Tenant(self._service, req, tenant)
        shown = Views(self._service, self._version, of).port_detail(of.port(network, port))
        answer(req, resp, self._version, {"port": shown})

    def on_put(self, req: falcon.Request, resp: falcon.Response, tenant: str, network: str, port: str) -> None:
        """Bring it up or down."""
        of = Tenant(self._service, req, tenant)
        found = of.port(network, port)
        wanted = (read_object(req, "port") or {}).get("state")
        if wanted is None:
            raise bad_request("is required", "state")
        self._service.submit([Update("port", found.id, {"admin_up": _admin_up(wanted)})], of.caller)
        resp.status = falcon.HTTP_NO_CONTENT

    def on_delete(self, req: falcon.Request, resp: falcon.Response, tenant: str, network: str, port: str) -> None:
        """Delete it, if nothing is plugged in."""
        of = Tenant(self._service, req, tenant)
        found = of.port(network, port)
        attached = of.attachment(found.id)
        if attached is not None:
            raise Fault(PORT_IN_USE, f"Port {found.id} has attachment {attached} in it")
        self._service.submit([Delete("port", found.id)], of.caller)
        resp.status = falcon.HTTP_NO_CONTENT


def _admin_up(state: Any) -> bool:
    if not isinstance(state, str) or state not in _ADMIN_UP:
        raise Fault(STATE_INVALID, f"state: must be ACTIVE or DOWN (got {state!r:.80})")
    return _ADMIN_UP[state]
