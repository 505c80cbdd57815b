"""Bindings: at which interface of which switch the VIF of a port is, and how it got there.

``binding:host_id`` names a switch. With ``binding:profile: {"interface": NAME}`` it puts the VIF there at once;
without, the VIF comes when an interface of a switch says that it is for the port (``external_ids:iface-id``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from weft.controller.contracts import Connection, Connects
from weft.controller.model.facts import Port, Vif
from weft.controller.model.network import Network

VNIC_TYPES = ("normal", "direct", "macvtap", "baremetal", "direct-physical", "virtio-forwarder", "vdpa")
INTERFACE = "interface"
_KIND_BY_VNIC_TYPE = {"direct": "sriov", "direct-physical": "physical", "baremetal": "physical"}
_DETAILS = {
    "connectivity": "l2",
    "port_filter": False,
    "ovs_hybrid_plug": False,
    "datapath_type": "system",
    "bound_drivers": {"0": "weft"},
}
_OVS, _FAILED, _UNBOUND = Connection("ovs", _DETAILS), Connection("binding_failed", {}), Connection("unbound", {})


class Binding(NamedTuple):
    """What was asked for."""

    host: str = ""
    profile: dict[str, Any] = {}  # noqa: RUF012 (never changed)
    vnic_type: str = "normal"

    @property
    def interface(self) -> str | None:
        """The interface that the profile names."""
        name = self.profile.get(INTERFACE)
        return name if isinstance(name, str) and name else None

    def place(self, network: Network) -> dict[str, str | None] | None:
        """Where the VIF is to be; None where that is not said, so that claims decide."""
        if self.interface is None or network.switch(self.host) is None:
            return None
        return {"switch": self.host, "interface": self.interface}


def binding_of(notes: dict[str, Any]) -> Binding:
    """What was asked for of a port that keeps these notes."""
    return Binding(notes.get("host", ""), notes.get("profile", {}), notes.get("vnic_type", "normal"))


def notes_of(binding: Binding) -> dict[str, Any]:
    """What a port keeps of what was asked for."""
    vnic_type = binding.vnic_type if binding.vnic_type != "normal" else None
    return {"host": binding.host or None, "profile": binding.profile or None, "vnic_type": vnic_type}


def changed(binding: Binding, asked: dict[str, Any]) -> Binding:
    """The binding, with what is asked for."""
    return Binding(
        asked.get("binding:host_id", binding.host) or "",
        asked.get("binding:profile", binding.profile) or {},
        asked.get("binding:vnic_type", binding.vnic_type),
    )


def moved(network: Network, before: Binding, after: Binding) -> dict[str, str | None]:
    """The fields of the VIF that a changed binding changes. Who was put somewhere by a profile leaves with it."""
    old, new = before.place(network), after.place(network)
    if old == new:
        return {}
    return new if new is not None else {"switch": None, "interface": None}


def vif_kind(vnic_type: str) -> str:
    """The kind of VIF that a machine has for such a port."""
    return _KIND_BY_VNIC_TYPE.get(vnic_type, "tap")


def described(
    network: Network, port: Port, vif: Vif | None, binding: Binding, plugins: Mapping[str, Any]
) -> dict[str, Any]:
    """The binding as clients see it: where the VIF is, or where it is to be; and how it is connected there."""
    host = vif.switch if vif is not None and vif.switch is not None else binding.host
    kind = vif.vif_kind if vif is not None else vif_kind(binding.vnic_type)
    how = _connection(network, host, port.segment, kind, plugins) if host else _UNBOUND
    return {
        "binding:host_id": host,
        "binding:profile": binding.profile,
        "binding:vnic_type": binding.vnic_type,
        "binding:vif_type": how.kind,
        "binding:vif_details": dict(how.details),
    }


def _connection(network: Network, host: str, segment: str, kind: str, plugins: Mapping[str, Any]) -> Connection:
    switch = network.switch(host)
    if switch is None:
        return _FAILED
    plugin = plugins.get(switch.plugin)
    return plugin.connection(host, segment, kind) if isinstance(plugin, Connects) else _OVS
