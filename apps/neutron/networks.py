"""Networks: a network is a segment. Where it is on the wire, only the operator sees and says."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from weft.apps.neutron import standard, values
from weft.apps.neutron.asking import Asking
from weft.apps.neutron.attributes import given, inner, settable, shown
from weft.apps.neutron.faults import Fault, conflict, invalid
from weft.apps.neutron.kept import keep, kept
from weft.apps.neutron.resource import Resource
from weft.controller.model.accounts import EVERYBODY
from weft.controller.model.commands import Command, Create, Delete, Refusal, Update
from weft.controller.model.facts import TRANSPORTS, Segment
from weft.controller.model.traits import DEFAULT_SECURITY
from weft.controller.model.visibility import shares

PHYSICAL_NETWORK = "fabric"  # there is one, and it is the fabric's
SEE_WIRE, SET_WIRE = "get_segment:segmentation_id", "set_segment:segmentation_id"
LEAST_MTU = 68
_KEPT = ("availability_zone_hints", "dns_domain")


def mtu(value: Any) -> int:
    """An MTU; 0 leaves it to the network."""
    said: int = values.whole(0, 65535)(value)
    if 0 < said < LEAST_MTU:
        raise values.Unfit(f"{said} is too small - must be at least {LEAST_MTU}")
    return said or 1500


class Networks(Resource):
    """``/v2.0/networks``."""

    name, collection, kind, missing = "network", "networks", "segment", "NetworkNotFound"
    told_by_fact = standard.TOLD_BY_FACT
    attributes = (
        *standard.ATTRIBUTES,
        settable("admin_state_up", values.boolean, True),
        shown("status"),
        settable("shared", values.boolean, False, set_by="set_segment:everybody"),
        inner("subnets"),
        settable("mtu", mtu, 1500),
        settable("port_security_enabled", values.boolean, True),
        given("provider:network_type", values.optional(values.text(32)), None, set_by=SET_WIRE, seen_by=SEE_WIRE),
        given("provider:physical_network", values.optional(values.text()), None, set_by=SET_WIRE, seen_by=SEE_WIRE),
        given("provider:segmentation_id", values.optional(values.whole()), None, set_by=SET_WIRE, seen_by=SEE_WIRE),
        settable("router:external", values.boolean, False),
        settable("is_default", values.optional(values.boolean), False),
        given("availability_zone_hints", values.listed(values.text()), [], filter=False, sort=False),
        inner("availability_zones"),
        shown("ipv4_address_scope"),
        shown("ipv6_address_scope"),
        settable("qos_policy_id", values.refusing("there are no QoS policies", None), None),
        given("vlan_transparent", values.optional(values.boolean), None),
        settable("dns_domain", values.optional(values.text()), ""),
        shown("l2_adjacency", values.boolean),
    )

    def document(self, asking: Asking, fact: Segment) -> dict[str, Any]:
        """The segment as a network."""
        notes = kept(fact.attributes)
        return standard.document(fact) | {
            "admin_state_up": fact.admin_up,
            "status": "ACTIVE" if fact.admin_up else "DOWN",
            "shared": shares(fact, asking.caller.project) or EVERYBODY in fact.shared_with,
            "subnets": list(asking.service.network.subnets_of(fact.id)),
            "mtu": fact.mtu,
            "port_security_enabled": fact.security != "none",
            "provider:network_type": fact.transport,
            "provider:physical_network": PHYSICAL_NETWORK if fact.transport == "vlan" else None,
            "provider:segmentation_id": fact.segmentation_id,
            "router:external": False,
            "is_default": False,
            "availability_zone_hints": notes.get("availability_zone_hints", []),
            "availability_zones": [],
            "ipv4_address_scope": None,
            "ipv6_address_scope": None,
            "qos_policy_id": None,
            "vlan_transparent": fact.vlan_transparent,
            "dns_domain": notes.get("dns_domain", ""),
            "l2_adjacency": True,
        }

    def state(self, asking: Asking, fact: Segment) -> tuple[object, ...]:
        """It names its subnets, and says whether it is shared with who asks."""
        return fact, asking.service.network.subnets_of(fact.id), shares(fact, asking.caller.project)

    def create(self, asking: Asking, asked: dict[str, Any]) -> tuple[str, list[Command]]:
        """A segment, with an id on the wire that is asked for or given."""
        id = str(uuid4())
        fields = self._fields(asked, asked["shared"], (), ())
        fields |= _wire(asked) | {"id": id, "project": asked["project_id"] or asking.project}
        fields["vlan_transparent"] = bool(asked["vlan_transparent"])
        return id, [Create("segment", fields)]

    def change(self, asking: Asking, fact: Segment, asked: dict[str, Any]) -> list[Command]:
        """Its fields with other values."""
        fields = self._fields(asked, None, fact.shared_with, fact.attributes)
        if "port_security_enabled" in asked and asked["port_security_enabled"] == (fact.security != "none"):
            del fields["security"]  # which may be another level than the default
        return [Update("segment", fact.id, fields)] if fields else []

    def delete(self, asking: Asking, fact: Segment) -> list[Command]:
        """A network takes its subnets with it."""
        subnets = asking.service.network.subnets_of(fact.id)
        return [*(Delete("subnet", subnet) for subnet in subnets), Delete("segment", fact.id)]

    def _fields(
        self, asked: dict[str, Any], everybody: bool | None, shared_with: tuple[str, ...], notes: tuple[Any, ...]
    ) -> dict[str, Any]:
        if asked.get("router:external") or asked.get("is_default"):
            what = "router:external" if asked.get("router:external") else "is_default"
            raise invalid(f"{what}: there are no external networks")
        fields = standard.fields(asked)
        for name, field in (("admin_state_up", "admin_up"), ("mtu", "mtu")):
            if name in asked:
                fields[field] = asked[name]
        everybody = asked.get("shared", everybody)
        if everybody is not None and everybody != (EVERYBODY in shared_with):
            fields["shared_with"] = (EVERYBODY, *shared_with) if everybody else tuple(set(shared_with) - {EVERYBODY})
        if "port_security_enabled" in asked:
            fields["security"] = DEFAULT_SECURITY if asked["port_security_enabled"] else "none"
        changed = {name: asked[name] or None for name in _KEPT if name in asked}
        if any(changed.values()) or notes:
            fields["attributes"] = keep(notes, changed)
        return fields

    def fault(self, refusal: Refusal, asked: Mapping[str, Any]) -> Fault:
        """What the model refuses of a segment, as Neutron says it."""
        match refusal.reason, refusal.field:
            case "conflict", "segmentation_id":
                vlan = f"The VLAN {asked['provider:segmentation_id']} on physical network {PHYSICAL_NETWORK} is in use"
                return conflict("VlanIdInUse", f"Unable to create the network. {vlan}.")
            case "exhausted", "vlan":
                message = "Unable to create the network. No tenant network is available for allocation."
                return Fault(HTTPStatus.SERVICE_UNAVAILABLE, "NoNetworkAvailable", message)
            case "conflict", "id":
                message = f"Unable to complete operation on network {asked['id']}. {refusal.rule}."
                return conflict("NetworkInUse", message)
            case "conflict", "shared_with":
                whose = f"Unable to reconfigure sharing settings for network {asked['id']}. {refusal.rule}."
                return conflict("InvalidSharedSetting", whose)
            case _:
                return super().fault(refusal, asked)


def _wire(asked: dict[str, Any]) -> dict[str, Any]:
    """Transport and id on the wire. Raises a 400 ``Fault`` where the fabric has no such thing."""
    transport, physical = asked["provider:network_type"], asked["provider:physical_network"]
    wire_id = asked["provider:segmentation_id"]
    if transport is None:
        if physical is not None or wire_id is not None:
            raise invalid("network_type required")
        return {}
    if transport not in TRANSPORTS:
        raise invalid(f"network_type value '{transport}' not supported, these are: {', '.join(TRANSPORTS)}")
    if transport == "local" and (physical is not None or wire_id is not None):
        what = "physical_network" if physical is not None else "segmentation_id"
        raise invalid(f"{what} prohibited for local provider network")
    if physical not in (None, PHYSICAL_NETWORK):
        raise invalid(
            f"physical_network '{physical}' unknown for VLAN provider network, the one there is: {PHYSICAL_NETWORK}"
        )
    return {"transport": transport} | ({"segmentation_id": wire_id} if wire_id is not None else {})
