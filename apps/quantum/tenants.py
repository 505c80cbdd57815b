"""What a tenant has, in Quantum's words: a network is a segment of the tenant, a port one of its ports on that."""

from __future__ import annotations

from collections.abc import Iterator

import falcon

from weft.apps.northbound.acting import caller_of
from weft.apps.quantum.callers import check_tenant
from weft.apps.quantum.faults import FORBIDDEN, NETWORK_NOT_FOUND, PORT_NOT_FOUND, Fault
from weft.controller.model.facts import Port, Segment, Vif
from weft.controller.model.visibility import target_of
from weft.controller.service import Service


class Tenant:
    """What the caller sees of one tenant. What is another's is not there, whatever others have opened to the tenant."""

    def __init__(self, service: Service, req: falcon.Request, name: str) -> None:
        self.caller = caller_of(req)
        check_tenant(self.caller, name)
        self.name = name
        self._sight = service.sight(self.caller)
        self._network = service.network  # for its indexes; what they name is looked up by sight

    def networks(self) -> Iterator[Segment]:
        """All networks of the tenant, in the order of their making."""
        found = (self.known_network(id) for id in tuple(self._network.ownership.of_project("segment", self.name)))
        return (segment for segment in found if segment is not None)

    def known_network(self, id: str) -> Segment | None:
        """The network of that id, if it is the tenant's."""
        found = self._fact("segment", id)
        return found if isinstance(found, Segment) else None

    def network(self, id: str) -> Segment:
        """The network of that id. Raises the fault."""
        found = self.known_network(id)
        if found is None:
            raise Fault(NETWORK_NOT_FOUND, f"Network {id} could not be found")
        return found

    def ports(self, network: str) -> list[Port]:
        """The tenant's ports on that network, sorted."""
        found = (self.known_port(id) for id in sorted(self._network.ports_of(network)))
        return [port for port in found if port is not None and port.segment == network]

    def known_port(self, id: str) -> Port | None:
        """The port of that id, if it is the tenant's."""
        found = self._fact("port", id)
        return found if isinstance(found, Port) else None

    def port(self, network: str, id: str) -> Port:
        """The port of that id on that network. Raises the fault."""
        self.network(network)
        found = self.known_port(id)
        if found is None or found.segment != network:
            raise Fault(PORT_NOT_FOUND, f"Port {id} could not be found on network {network}")
        return found

    def attachment(self, port: str) -> str | None:
        """The id of what is plugged into a port of the tenant's."""
        found = self._network.attachment(port)
        return found.vif if found is not None else None

    def vif(self, id: str) -> Vif | None:
        """The VIF of that id, if it is the tenant's."""
        found = self._fact("vif", id)
        return found if isinstance(found, Vif) else None

    def port_of(self, attachment: str) -> Port | None:
        """The port of the tenant's that has this attachment in it."""
        id = self._network.port_of_vif(attachment)
        return self.known_port(id) if id is not None else None

    def check_right(self, right: str, fact: Port) -> None:
        """Raises the fault where the policy does not give the caller that right for it."""
        caller = self._sight.caller
        if not caller.may(right, target_of(self._network, fact, caller)):
            raise Fault(FORBIDDEN, f"this is not allowed, by the policy {right}")

    def _fact(self, kind: str, id: str) -> Segment | Port | Vif | None:
        fact = self._sight.fact(kind, id)
        return fact if isinstance(fact, Segment | Port | Vif) and fact.project == self.name else None
