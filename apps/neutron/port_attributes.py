"""What a port consists of, as Neutron's clients know it."""

from __future__ import annotations

from weft.apps.neutron import bindings, standard, values
from weft.apps.neutron.attributes import Attribute, given, inner, settable, shown

PLACE, SEE_PLACE = "set_vif:place", "get_vif:place"
_FIXED_IP = values.record({}, {"subnet_id": values.optional(values.identifier), "ip_address": values.address})
_PAIR = values.record({"ip_address": values.address_or_prefix}, {"mac_address": values.mac})
_DHCP_OPTION = values.record(
    {"opt_name": values.text()},
    {"opt_value": values.optional(values.text(1024)), "ip_version": values.number_choice(4, 6)},
)
ATTRIBUTES: tuple[Attribute, ...] = (
    *(a for a in standard.ATTRIBUTES if a.name != "tags"),
    Attribute("tags", values.unlike(values.tag), post=True, default=[], sort=False),
    given("network_id", values.identifier),
    settable("admin_state_up", values.boolean, True),
    shown("status"),
    settable("mac_address", values.optional(values.mac)),
    settable("fixed_ips", values.listed(_FIXED_IP), sort=False),
    settable("device_id", values.text(), ""),
    settable("device_owner", values.text(), ""),
    settable("allowed_address_pairs", values.listed(_PAIR), [], filter=False, sort=False),
    settable("port_security_enabled", values.boolean),
    settable("security_groups", values.unlike(values.identifier), sort=False),
    settable("binding:host_id", values.optional(values.text()), "", set_by=PLACE, seen_by=SEE_PLACE),
    settable("binding:profile", values.mapping, {}, set_by=PLACE, seen_by=SEE_PLACE, filter=False, sort=False),
    settable("binding:vnic_type", values.choice(*bindings.VNIC_TYPES), "normal"),
    shown("binding:vif_type", seen_by=SEE_PLACE),
    inner("binding:vif_details", seen_by=SEE_PLACE),
    settable("extra_dhcp_opts", values.listed(_DHCP_OPTION), [], filter=False, sort=False),
    settable("dns_name", values.optional(values.text()), ""),
    inner("dns_assignment"),
    settable("qos_policy_id", values.refusing("there are no QoS policies", None), None),
    shown("qos_network_policy_id"),
    inner("resource_request"),
    shown("ip_allocation"),
    inner("trunk_details"),
)
