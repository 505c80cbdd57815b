"""Ports: a port of Neutron's is a port and the VIF that is plugged into it, with one id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import uuid4

from weft.apps.neutron import addressing, bindings, standard
from weft.apps.neutron.addressing import Addressing, subnets_of
from weft.apps.neutron.asking import Asking
from weft.apps.neutron.faults import Fault, conflict, invalid, not_found
from weft.apps.neutron.kept import keep, kept
from weft.apps.neutron.macs import mac_in_use, new_mac
from weft.apps.neutron.pairs import allowed, pairs
from weft.apps.neutron.port_attributes import ATTRIBUTES
from weft.apps.neutron.resource import Resource
from weft.apps.neutron.security_groups import default_groups
from weft.apps.neutron.subnets import network_of
from weft.apps.neutron.trunk_ports import as_subport, check_untrunked, trunk_details, trunk_of
from weft.controller.model.commands import Command, Create, Delete, Plug, Refusal, Unplug, Update
from weft.controller.model.facts import Fact, Port, Segment, Vif
from weft.controller.model.traits import DEFAULT_SECURITY, strictest
from weft.controller.model.visibility import shares

WITH_ADDRESSES = "mac+ip"  # the security of a port that has some
_SECURED = frozenset({"port_security_enabled", "allowed_address_pairs", "security_groups"})
_KEPT = ("extra_dhcp_opts", "dns_name")

DefaultGroups = Callable[[Asking, str], list[str]]  # the security groups of a new port of a project


class Ports(Resource):
    """``/v2.0/ports``. ``groups_by_default`` says in which security groups a port is of which nobody says it."""

    name, collection, kind, missing = "port", "ports", "port", "PortNotFound"
    told_by_fact = standard.TOLD_BY_FACT | {"network_id": "segment"}
    told_by_candidates = frozenset({"device_id"})
    attributes = ATTRIBUTES

    def __init__(self, groups_by_default: DefaultGroups = default_groups) -> None:
        self._addressing = Addressing()
        self._default_groups = groups_by_default

    # shown

    def document(self, asking: Asking, fact: Port) -> dict[str, Any]:
        """The port, and the VIF in it."""
        network, notes, vif = asking.service.network, kept(fact.attributes), vif_in(asking, fact)
        addresses = addressing.described(subnets_of(asking, fact.segment), fact.fixed_ips)
        document = standard.document(fact) | {
            "revision_number": self.revision(asking, fact),
            "network_id": fact.segment,
            "admin_state_up": fact.admin_up,
            "status": asking.service.port_status(fact.id).state,
            "mac_address": vif.mac if vif is not None else "",
            "fixed_ips": addresses,
            "device_id": vif.device if vif is not None else "",
            "device_owner": vif.device_owner if vif is not None else "",
            "allowed_address_pairs": pairs(fact.allowed_addresses, vif.mac if vif is not None else ""),
            "port_security_enabled": network.security(fact) != "none",
            "security_groups": list(fact.security_groups),
            "extra_dhcp_opts": notes.get("extra_dhcp_opts", []),
            "dns_name": notes.get("dns_name", ""),
            "dns_assignment": [],
            "qos_policy_id": None,
            "qos_network_policy_id": None,
            "resource_request": None,
            "ip_allocation": "immediate" if addresses else "none",
        }
        if vif is not None:
            document["updated_at"] = standard.time_text(max(fact.updated_at, vif.updated_at))
        document |= bindings.described(network, fact, vif, bindings.binding_of(notes), asking.service.plugins)
        return document | trunk_details(asking, fact) | as_subport(asking, fact)

    def state(self, asking: Asking, fact: Port) -> tuple[object, ...]:
        """What the document tells besides the port: the VIF, whether frames pass, and which subnets there are."""
        network, id = asking.service.network, fact.id
        carrier = network.carrier(id)
        return (
            fact,
            network.attachment(id),
            vif_in(asking, fact),
            asking.service.port_status(id, asking.settled).state,
            subnets_of(asking, fact.segment),
            fact.security or network.security(fact),
            network.count("switch"),
            carrier,
            network.location(id) if carrier is not None else None,
            trunk_of(asking, fact),
        )

    def revision(self, asking: Asking, fact: Port) -> int:
        """What changes the VIF changes the port."""
        vif, attachment = vif_in(asking, fact), asking.service.network.attachment(fact.id)
        others = (other.revision for other in (vif, attachment) if other is not None)
        return max(fact.revision, *others, 0)

    def candidates(self, asking: Asking, wanted: Mapping[str, list[str]]) -> Iterable[Fact]:
        """Those of a network are known by it, and those of a machine by their VIFs."""
        if "network_id" in wanted and "id" not in wanted:
            ids = {id for segment in wanted["network_id"] for id in asking.service.network.ports_of(segment)}
            wanted = {**wanted, "id": sorted(ids)}
        found = super().candidates(asking, wanted)
        if "device_id" in wanted:
            devices = frozenset(wanted["device_id"])
            return (fact for fact in found if isinstance(fact, Port) and _device(asking, fact) in devices)
        return found

    def matches(self, document: Mapping[str, Any], name: str, said: list[str]) -> bool | None:
        """Fixed IPs are asked for by subnet or address."""
        if name == "mac_address":
            return document[name] in [value.lower() for value in said]
        if name != "fixed_ips":
            return None
        wanted: dict[str, set[str]] = {}
        for part, text in addressing.wanted_addresses(said):
            if part not in ("subnet_id", "ip_address", "ip_address_substr"):
                raise invalid(f"'{part}' is not a valid filter of fixed_ips")
            wanted.setdefault(part, set()).add(text)
        found = document[name]
        substrings = wanted.pop("ip_address_substr", set())
        if substrings and not any(text in ip["ip_address"] for ip in found for text in substrings):
            return False
        return all(any(ip[part] in texts for ip in found) for part, texts in wanted.items())

    # made and changed

    def create(self, asking: Asking, asked: dict[str, Any]) -> tuple[str, list[Command]]:
        """A port and a VIF of one id, the one in the other."""
        segment = network_of(asking, asked["network_id"])
        id, project = str(uuid4()), self._project(asking, asked, segment)
        mac = asked.get("mac_address") or new_mac(asking, segment.id)
        if (segment.id, mac) in asking.promised:
            raise mac_in_use(segment.id, mac)
        asking.promised.add((segment.id, mac))
        addresses = self._addressing.give(asking, segment.id, mac, asked.get("fixed_ips"))
        enabled = asked.get("port_security_enabled", segment.security != "none")
        groups = asked.get("security_groups")
        if groups is None:
            groups = self._default_groups(asking, project) if enabled else []
        binding = bindings.changed(bindings.Binding(), asked)
        notes = bindings.notes_of(binding) | _noted(asked)
        port = standard.fields(asked) | {
            "id": id,
            "project": project,
            "segment": segment.id,
            "admin_up": asked["admin_state_up"],
            "security": _level(segment, enabled, addresses),
            "fixed_ips": addresses,
            "allowed_addresses": allowed(asked["allowed_address_pairs"], mac),
            "security_groups": tuple(groups),
            "attributes": keep((), notes),
        }
        _check_security(enabled, asked["allowed_address_pairs"], groups)
        vif: dict[str, Any] = {
            "id": id,
            "project": project,
            "mac": mac,
            "vif_kind": bindings.vif_kind(binding.vnic_type),
            "device": asked["device_id"],
            "device_owner": asked["device_owner"],
        }
        vif |= binding.place(asking.service.network) or {}
        port.setdefault("name", "")
        return id, [Create("port", port), Create("vif", vif), Plug(id, id)]

    def change(self, asking: Asking, fact: Port, asked: dict[str, Any]) -> list[Command]:
        """The port and its VIF with other values."""
        network, vif = asking.service.network, vif_in(asking, fact)
        notes = kept(fact.attributes)
        before = bindings.binding_of(notes)
        after = bindings.changed(before, asked)
        of_vif = bindings.moved(network, before, after)
        if after.vnic_type != before.vnic_type:
            of_vif["vif_kind"] = bindings.vif_kind(after.vnic_type)
        for name, field in (("device_id", "device"), ("device_owner", "device_owner")):
            if name in asked:
                of_vif[field] = asked[name]
        old_mac = vif.mac if vif is not None else ""
        mac = old_mac
        if "mac_address" in asked:
            mac = of_vif["mac"] = asked["mac_address"] or new_mac(asking, fact.segment)
        of_port = self._changed(asking, fact, asked, old_mac, mac)
        attributes = keep(fact.attributes, bindings.notes_of(after) | _noted(asked))
        if attributes != fact.attributes:
            of_port["attributes"] = attributes
        commands: list[Command] = [Update("port", fact.id, of_port)] if of_port else []
        if vif is not None:
            commands += [Update("vif", vif.id, of_vif)] if of_vif else []
        elif any(of_vif.values()):  # nobody is plugged in yet
            made = {"id": fact.id, "project": fact.project, "mac": mac or new_mac(asking, fact.segment)}
            commands += [Create("vif", {"vif_kind": "tap"} | of_vif | made), Plug(fact.id, fact.id)]
        return commands

    def delete(self, asking: Asking, fact: Port) -> list[Command]:
        """The port, and the VIF that was made with it."""
        check_untrunked(asking, fact)
        attachment = asking.service.network.attachment(fact.id)
        commands: list[Command] = [Unplug(fact.id)] if attachment is not None else []
        if attachment is not None and attachment.vif == fact.id:
            commands.append(Delete("vif", fact.id))
        return [*commands, Delete("port", fact.id)]

    def _changed(self, asking: Asking, fact: Port, asked: dict[str, Any], old_mac: str, mac: str) -> dict[str, Any]:
        """The fields of the port that change."""
        fields = standard.fields(asked)
        if "admin_state_up" in asked:
            fields["admin_up"] = asked["admin_state_up"]
        addresses = fact.fixed_ips
        if "fixed_ips" in asked:
            said = asked["fixed_ips"]
            addresses = self._addressing.give(asking, fact.segment, mac or old_mac, said, fact.fixed_ips, fact.id)
        elif mac != old_mac and old_mac:
            addresses = addressing.following(subnets_of(asking, fact.segment), addresses, old_mac, mac)
        if addresses != fact.fixed_ips:
            fields["fixed_ips"] = addresses
        if "allowed_address_pairs" in asked:
            fields["allowed_addresses"] = allowed(asked["allowed_address_pairs"], mac)
        before = asking.service.network.security(fact)
        enabled = asked.get("port_security_enabled", before != "none")
        follows = "fixed_ips" in fields and fact.security in (DEFAULT_SECURITY, WITH_ADDRESSES)
        segment = asking.service.network.segment(fact.segment)
        if segment is not None and (enabled != (before != "none") or follows):
            fields["security"] = _level(segment, enabled, addresses)
        groups = asked.get("security_groups", list(fact.security_groups))
        if "security_groups" in asked:
            fields["security_groups"] = tuple(groups)
        if not _SECURED.isdisjoint(asked):
            _check_security(enabled, asked.get("allowed_address_pairs", list(fact.allowed_addresses)), groups)
        return fields

    def _project(self, asking: Asking, asked: dict[str, Any], segment: Segment) -> str:
        """Whose a port is: who makes it, unless the segment is not theirs and they may act for its owner."""
        if asked["project_id"]:
            return str(asked["project_id"])
        own = asking.caller.project
        if own is None or (asking.caller.operator and own != segment.project and not shares(segment, own)):
            return segment.project
        return own

    def fault(self, refusal: Refusal, asked: Mapping[str, Any]) -> Fault:
        """What the model refuses of a port or a VIF, as Neutron says it."""
        match refusal.reason, refusal.field:
            case "conflict", "mac":
                return conflict("MacAddressInUse", f"The mac address is in use: {refusal.rule}.")
            case "conflict", field if field.startswith("fixed_ips"):
                return conflict("IpAddressInUse", f"The IP address is in use: {refusal.rule}.")
            case "not-found", field if field.startswith("security_groups"):
                return not_found("SecurityGroupNotFound", f"Security group does not exist: {refusal.rule}.")
            case "conflict" | "not-found", "switch" | "interface":
                return conflict("PortBindingError", f"The port cannot be bound there: {refusal.rule}.")
            case _:
                return super().fault(refusal, asked)


def vif_in(asking: Asking, port: Port) -> Vif | None:
    """The VIF that is plugged into the port, if the caller may see it."""
    network = asking.service.network
    attachment = network.attachment(port.id)
    vif = network.vif(attachment.vif) if attachment is not None else None
    if vif is None or asking.caller.operator or vif.project == port.project == asking.caller.project:
        return vif
    return vif if asking.sight.may_see(vif) else None


def _device(asking: Asking, port: Port) -> str:
    """The machine whose VIF is in the port, as the caller is shown it."""
    vif = vif_in(asking, port)
    return vif.device if vif is not None else ""


def _level(segment: Segment, enabled: bool, addresses: tuple[str, ...]) -> str:
    """The security of a port: with addresses, it speaks from them alone, and never less strictly than its segment."""
    if not enabled:
        return "none"
    return strictest([segment.security, WITH_ADDRESSES if addresses else DEFAULT_SECURITY])


def _noted(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: asked[name] or None for name in _KEPT if name in asked}


def _check_security(enabled: bool, allowed_pairs: list[Any], groups: list[str]) -> None:
    if not enabled and allowed_pairs:
        message = "Port Security must be enabled in order to have allowed address pairs on a port."
        raise conflict("AddressPairAndPortSecurityRequired", message)
    if not enabled and groups:
        message = "Port has security group associated. Cannot disable port security until security group is removed."
        raise conflict("PortSecurityPortHasSecurityGroup", message)
