"""Filters of lists: exact values of what there is to know, all of which must hold. Both versions have them.

Somebody who names only filters that Quantum does not know gets an empty list, and beside known ones they do not count.
So the original has it, and so clients that were written for it are never told of more than they have asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import falcon

from weft.apps.quantum.tenants import Tenant
from weft.apps.quantum.views import network_op_status, port_op_status, state
from weft.controller.model.facts import Port, Segment
from weft.controller.service import Service

T = TypeVar("T")


class Filters:
    """The filters of one request, over what one tenant has."""

    def __init__(self, service: Service, tenant: Tenant, req: falcon.Request) -> None:
        self._service = service
        self._tenant = tenant
        self._wanted = {name: value if isinstance(value, str) else value[-1] for name, value in req.params.items()}

    def networks(self) -> list[Segment]:
        """The networks of the tenant for which all filters hold."""
        by_name: dict[str, Callable[[Segment, str], bool]] = {
            "name": lambda network, name: network.name == name,
            "op-status": lambda network, status: network_op_status(network) == status,
            "port-op-status": lambda network, status: self._some(network, lambda p: self._op_status(p) == status),
            "port-state": lambda network, wanted: self._some(network, lambda port: state(port) == wanted),
            "has-attachment": lambda network, has: self._some(network, self._attached) == _true(has),
            "attachment": lambda network, it: self._some(network, lambda port: self._tenant.attachment(port.id) == it),
            "port": lambda network, it: self._some(network, lambda port: port.id == it),
        }
        return _filtered(self._candidates(), by_name, self._wanted)

    def ports(self, network: str) -> list[Port]:
        """The ports of the tenant on a network for which all filters hold."""
        by_name: dict[str, Callable[[Port, str], bool]] = {
            "state": lambda port, wanted: state(port) == wanted,
            "op-status": lambda port, status: self._op_status(port) == status,
            "has-attachment": lambda port, has: self._attached(port) == _true(has),
            "attachment": lambda port, it: self._tenant.attachment(port.id) == it,
        }
        return _filtered(self._tenant.ports(network), by_name, self._wanted)

    def _candidates(self) -> list[Segment]:
        """What names a port or an attachment is looked up, so that nobody's ports are all gone through for it."""
        if "port" in self._wanted:
            port = self._tenant.known_port(self._wanted["port"])
        elif "attachment" in self._wanted:
            port = self._tenant.port_of(self._wanted["attachment"])
        else:
            return list(self._tenant.networks())
        network = self._tenant.known_network(port.segment) if port is not None else None
        return [network] if network is not None else []

    def _some(self, network: Segment, holds: Callable[[Port], bool]) -> bool:
        return any(map(holds, self._tenant.ports(network.id)))

    def _attached(self, port: Port) -> bool:
        return self._tenant.attachment(port.id) is not None

    def _op_status(self, port: Port) -> str:
        return port_op_status(self._service, port)


def _filtered(found: list[T], by_name: Mapping[str, Callable[[T, str], bool]], wanted: Mapping[str, str]) -> list[T]:
    known = [(by_name[name], value) for name, value in wanted.items() if name in by_name]
    if wanted and not known:
        return []
    return [one for one in found if all(holds(one, value) for holds, value in known)]


def _true(text: str) -> bool:
    return text.lower() == "true"
