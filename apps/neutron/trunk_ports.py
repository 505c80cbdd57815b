"""What ports say of trunks: those that have one, and those that one carries."""

from __future__ import annotations

from typing import Any

from weft.apps.neutron.asking import Asking
from weft.apps.neutron.faults import conflict
from weft.controller.model.facts import Port, Trunk

VLAN = "vlan"
SUBPORT = "trunk:subport"  # the device owner of ports that a trunk carries


def sub_ports(trunk: Trunk) -> list[dict[str, Any]]:
    """``sub_ports(trunk)`` returns what it carries, as clients see it."""
    return [{"port_id": sub.port, "segmentation_type": VLAN, "segmentation_id": sub.tag} for sub in trunk.subports]


def trunk_of(asking: Asking, port: Port) -> Trunk | None:
    """``trunk_of(asking, port)`` returns the trunk of a port, if the caller may see it."""
    trunk = asking.sight.fact("trunk", asking.service.network.trunks.of(port.id) or "")
    return trunk if isinstance(trunk, Trunk) else None


def trunk_details(asking: Asking, port: Port) -> dict[str, Any]:
    """``trunk_details(asking, port)`` returns what a port with a trunk that is in sight says of it; else nothing."""
    network, trunk = asking.service.network, trunk_of(asking, port)
    if trunk is None:
        return {}
    found = []
    for sub in sub_ports(trunk):
        vif = network.vif_in(sub["port_id"])
        found.append(sub | {"mac_address": vif.mac if vif is not None else ""})
    return {"trunk_details": {"trunk_id": trunk.id, "sub_ports": found}}


def as_subport(asking: Asking, port: Port) -> dict[str, Any]:
    """``as_subport(asking, port)`` returns what a port that a trunk carries says otherwise; nothing for any other."""
    network = asking.service.network
    if network.carrier(port.id) is None:
        return {}
    at = network.location(port.id)
    host = {"binding:host_id": at.switch, "binding:vif_type": "ovs"} if at is not None else {}
    return {"device_owner": SUBPORT} | host


def check_untrunked(asking: Asking, port: Port) -> None:
    """Raises a 409 ``Fault`` where a trunk has the port, or carries it."""
    network = asking.service.network
    own, carrier = network.trunks.of(port.id), network.carrier(port.id)
    if own is not None:
        message = f"Port {port.id} is currently a parent port for trunk {own}."
        raise conflict("PortInUseAsTrunkParent", message)
    if carrier is not None:
        raise conflict("PortInUseAsSubPort", f"Port {port.id} is currently a subport for trunk {carrier.trunk}.")
