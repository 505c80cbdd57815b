"""Networks and ports as Quantum shows them."""

from __future__ import annotations

from typing import Any

from weft.apps.quantum.tenants import Tenant
from weft.apps.quantum.versions import Version
from weft.controller.model.facts import Port, Segment
from weft.controller.service import Service

_OP_STATUS = {"ACTIVE": "UP", "BUILD": "PROVISIONING", "DOWN": "DOWN", "ERROR": "DOWN"}


class Views:
    """How one version shows what one tenant has."""

    def __init__(self, service: Service, version: Version, tenant: Tenant) -> None:
        self._service = service
        self._version = version
        self._tenant = tenant

    def network(self, segment: Segment) -> dict[str, Any]:
        """A network, without its ports."""
        return {"id": segment.id, "name": segment.name} | self._told(network_op_status(segment))

    def network_detail(self, segment: Segment) -> dict[str, Any]:
        """A network with all ports of it."""
        return self.network(segment) | {"ports": [self.port_detail(port) for port in self._tenant.ports(segment.id)]}

    def port(self, port: Port) -> dict[str, Any]:
        """A port, without what is plugged in."""
        shown = {"id": port.id, "state": state(port)}
        return shown | (self._told(port_op_status(self._service, port)) if self._version.op_status else {})

    def port_detail(self, port: Port) -> dict[str, Any]:
        """A port with what is plugged in, if something is."""
        attached = self._tenant.attachment(port.id)
        return self.port(port) | ({"attachment": {"id": attached}} if attached is not None else {})

    def _told(self, op_status: str) -> dict[str, str]:
        return {"op-status": op_status} if self._version.op_status else {}


def state(port: Port) -> str:
    """What is wanted of the port."""
    return "ACTIVE" if port.admin_up else "DOWN"


def port_op_status(service: Service, port: Port) -> str:
    """Whether frames pass: UP where the switches have proven it, PROVISIONING while they have not yet."""
    return _OP_STATUS[service.port_status(port.id).state]


def network_op_status(segment: Segment) -> str:
    """A network needs no switch to be there; it is up unless somebody has shut it."""
    return "UP" if segment.admin_up else "DOWN"
