"""What each field means, and what its values look like, in the words of JSON Schema. The model refuses what is wrong.

A meaning is of a field of one kind (``segment.mtu``), or of that field wherever it is (``mtu``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from weft.controller.model.accounts import COUNTED, UNLIMITED
from weft.controller.model.fabric import ORIGINS, SWITCH_NUMBERS
from weft.controller.model.facts import PORT_NUMBERS, SEGMENT_NUMBERS, TRANSPORTS, VLAN_IDS
from weft.controller.model.security_groups import DIRECTIONS, ETHERTYPES, GROUPS, PROTOCOLS, RULES
from weft.controller.model.subnet import IPV6_MODES, MOST_POOLS, MOST_ROUTES, MOST_SERVERS
from weft.controller.model.trait_rules import (
    ADDRESSES,
    BROADCAST_RATES,
    BURSTS,
    FIXED_IPS,
    PARTIES,
    RATES,
    SUBPORTS,
    TIMES,
    VIF_KINDS,
    VLAN_TAGS,
)
from weft.controller.model.traits import SECURITY_LEVELS, TRAITS

Schema = Mapping[str, Any]


class Meaning(NamedTuple):
    """What a field means; ``schema`` is of its value, or of each of its values where it has a list."""

    doc: str = ""
    schema: Mapping[str, Any] = {}
    most: int | None = None  # values in a list


def whole(allowed: range) -> Schema:
    """A number of a range."""
    return {"type": "integer", "minimum": allowed[0], "maximum": allowed[-1]}


ID: Schema = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$"}
LABEL: Schema = {"type": "string", "maxLength": 255, "pattern": "^[^\\x00-\\x1f\\x7f]*$"}
NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[^\\x00-\\x1f\\x7f]*$"}
TEXT: Schema = {"type": "string", "maxLength": 1024, "pattern": "^[^\\x00]*$"}
ANY: Schema = {"type": "string", "pattern": "^[^\\x00]*$"}
MAC: Schema = {
    "type": "string",
    "pattern": "^[0-9a-fA-F][02468aceACE]([:-][0-9a-fA-F]{2}){5}$",
    "examples": ["02:00:00:00:00:01"],
}
ADDRESS: Schema = {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}], "examples": ["10.0.0.5"]}
PREFIX: Schema = {"type": "string", "pattern": "^[0-9a-fA-F:.]+(/[0-9]{1,3})?$", "examples": ["10.0.0.0/24"]}
PARTY: Schema = {
    "type": "string",
    "pattern": "^(project|role):[^\\x00-\\x1f\\x7f]{1,255}$",
    "examples": ["project:blue"],
}
PROTOCOL: Schema = {"type": "string", "anyOf": [{"enum": sorted(PROTOCOLS)}, {"pattern": "^[0-9]{1,3}$"}]}
WHEN: Schema = {"type": "integer", "minimum": 0, "maximum": TIMES[-1]}
SECONDS: Schema = {"type": "integer", "minimum": 0}

_TRAITS = {trait.name: trait.doc for trait in TRAITS}

MEANINGS: dict[str, Meaning] = {
    "id": Meaning("Its name for programs; made up where none is given.", ID),
    "switch.id": Meaning("The name of the switch.", NAME),
    "link.id": Meaning("Made of its two ends.", ANY),
    "quota.id": Meaning("The project that it is for; `*`: every project that has none of its own.", NAME),
    "name": Meaning("What people call it; may be empty.", LABEL),
    "vif.name": Meaning("What people call it.", TEXT),
    "subnet.name": Meaning("What people call it.", TEXT),
    "subnet.segment": Meaning("The segment whose ports have its addresses.", ID),
    "project": Meaning("Whose it is. Where none is given, the caller's; a port's is its segment's.", NAME),
    "number": Meaning("What it is called inside the switches; never shown on a wire.", whole(SEGMENT_NUMBERS)),
    "port.number": Meaning("What it is called inside the switches.", whole(PORT_NUMBERS)),
    "switch.number": Meaning("What it is called inside the switches.", whole(SWITCH_NUMBERS)),
    "revision": Meaning(
        "When it changed last: the revision of the whole model then; also its ETag.", {"type": "integer"}
    ),
    "created_at": Meaning("When it was made, in seconds since 1970 (UTC); 0: not known.", SECONDS),
    "updated_at": Meaning("When it changed last, in seconds since 1970 (UTC); 0: not known.", SECONDS),
    "attributes": Meaning("What extensions and other APIs keep of it, by name; each value is JSON."),
    "attribute.name": Meaning("Whose it is, and what it is.", NAME),
    "attribute.value": Meaning("A value, as JSON text.", ANY),
    "tags": Meaning("Words for finding it again.", NAME),
    "description": Meaning("Whatever people say of it.", TEXT),
    "admin_up": Meaning("Whether it is in use.", {"type": "boolean"}),
    "transport": Meaning("How its frames travel between switches; `local`: not at all.", {"enum": list(TRANSPORTS)}),
    "segmentation_id": Meaning("Its VLAN between switches; one is chosen where none is given.", whole(VLAN_IDS)),
    "mtu": Meaning("The longest packet, in octets.", whole(range(68, 65536))),
    "security": Meaning(_TRAITS["security"], {"enum": list(SECURITY_LEVELS)}),
    "segment.security": Meaning("The security of its ports that name none.", {"enum": list(SECURITY_LEVELS)}),
    "vlan_transparent": Meaning("Whether VLAN tags of the VIFs' own pass.", {"type": "boolean"}),
    "shared_with": Meaning("The projects that may have ports on it beside its own; `*`: every project.", NAME),
    "segment": Meaning("The segment that it is on.", ID),
    "subport.segment": Meaning("The segment that the tag stands for.", ID),
    "subport.tag": Meaning("A VLAN tag that the VIF uses.", whole(VLAN_TAGS)),
    "trunk": Meaning(_TRAITS["trunk"], most=SUBPORTS),
    "vif_kinds": Meaning(_TRAITS["vif_kinds"], {"enum": list(VIF_KINDS)}, len(VIF_KINDS)),
    "connect": Meaning(_TRAITS["connect"], {"anyOf": [{"const": "owner"}, PARTY]}, PARTIES),
    "offer": Meaning(_TRAITS["offer"]),
    "offer.to": Meaning("The project or role that it is offered to.", PARTY),
    "offer.vif_kind": Meaning("The kind of VIF that it is offered for.", {"enum": list(VIF_KINDS)}),
    "offer.expires": Meaning("Until when: seconds since 1970, or a time as RFC 3339 writes it.", whole(TIMES)),
    "bound_vif": Meaning("The VIF that it is kept for, since an offer was accepted.", ID),
    "fixed_ips": Meaning(_TRAITS["fixed_ips"], ADDRESS, FIXED_IPS),
    "allowed_addresses": Meaning(_TRAITS["allowed_addresses"], most=ADDRESSES),
    "allowedaddress.mac": Meaning("A MAC that may speak; none: the VIF's own.", MAC),
    "allowedaddress.prefix": Meaning("The addresses that may speak; none: the fixed IPs.", PREFIX),
    "security_groups": Meaning("The groups whose rules hold for it.", ID, GROUPS),
    "isolated": Meaning(
        f"{_TRAITS['isolated']} Or `community:N`, or `promiscuous`.",
        {"type": "string", "pattern": "^(isolated|promiscuous|community:[1-9][0-9]{0,4})$"},
    ),
    **{name: Meaning(_TRAITS[name], {"type": "boolean"}) for name in ("router", "dhcp_server", "promiscuous")},
    "max_rate": Meaning(f"{_TRAITS['max_rate']} In kbit/s.", whole(RATES)),
    "burst": Meaning(f"{_TRAITS['burst']} In kbit.", whole(BURSTS)),
    "max_broadcast": Meaning(f"{_TRAITS['max_broadcast']} In frames/s.", whole(BROADCAST_RATES)),
    "mac": Meaning("Its MAC address.", MAC),
    "vif_kind": Meaning("What sort of interface it is.", {"enum": list(VIF_KINDS)}),
    "device": Meaning("The machine that it is of.", TEXT),
    "device_owner": Meaning("What sort of machine that is.", TEXT),
    "switch": Meaning("The switch that it is at; none: nowhere yet.", NAME),
    "interface": Meaning("The interface of that switch.", NAME),
    "origin": Meaning("Whether somebody declared it, or it was discovered.", {"enum": list(ORIGINS)}),
    "dpid": Meaning(
        "Its datapath id, if it has one: 1 to 16 hexadecimal digits.", {"type": "string", "pattern": "^[0-9a-f]{1,16}$"}
    ),
    "plugin": Meaning("The plug-in that realises it.", NAME),
    "fabric_interfaces": Meaning("Its interfaces that lead to other switches.", NAME),
    "a": Meaning("One end."),
    "b": Meaning("The other end, on another switch."),
    "endpoint.switch": Meaning("A switch.", NAME),
    "endpoint.interface": Meaning("One of its fabric interfaces.", NAME),
    # subnets
    "cidr": Meaning("Its prefix.", PREFIX),
    "gateway_ip": Meaning("The address of its router, if it has one.", ADDRESS),
    "allocation_pools": Meaning("The ranges that addresses are given from.", most=MOST_POOLS),
    "pool.start": Meaning("The first address of a range.", ADDRESS),
    "pool.end": Meaning("The last address of a range.", ADDRESS),
    "dns_nameservers": Meaning("The name servers that its machines are told.", ADDRESS, MOST_SERVERS),
    "host_routes": Meaning("The routes that its machines are told.", most=MOST_ROUTES),
    "route.destination": Meaning("Where the route leads.", PREFIX),
    "route.nexthop": Meaning("The router of the route.", ADDRESS),
    "enable_dhcp": Meaning("Whether its machines may get their addresses by DHCP.", {"type": "boolean"}),
    "ipv6_ra_mode": Meaning("How routers announce it.", {"enum": list(IPV6_MODES)}),
    "ipv6_address_mode": Meaning("How its machines get their addresses.", {"enum": list(IPV6_MODES)}),
    # quotas
    "limits": Meaning("How many of each kind there may be; for a kind that is not named, `*` says.", most=len(COUNTED)),
    "limit.kind": Meaning("A kind of thing.", {"enum": list(COUNTED)}),
    "limit.most": Meaning("How many there may be; -1: no limit.", whole(range(UNLIMITED, 1 << 31))),
    "usage": Meaning("How many of each kind the project has now."),
    "effective": Meaning("How many of each kind the project may have, with what `*` says; -1: no limit."),
    # security groups, whose rules switches do not follow yet
    "rules": Meaning("What is allowed, in which direction; the rest is not. No switch follows it yet.", most=RULES),
    "stateful": Meaning("Whether the answers to what is allowed are allowed too.", {"type": "boolean"}),
    "securityrule.id": Meaning("Its name for programs.", ID),
    "securityrule.direction": Meaning("Whether it is about what a port is sent, or sends.", {"enum": list(DIRECTIONS)}),
    "securityrule.ethertype": Meaning("About which sort of packets it is.", {"enum": list(ETHERTYPES)}),
    "securityrule.protocol": Meaning("The protocol, by name or number; none: any.", PROTOCOL),
    "securityrule.port_range_min": Meaning("The first port of the far end, or an ICMP type.", whole(range(1 << 16))),
    "securityrule.port_range_max": Meaning("The last port of the far end, or an ICMP code.", whole(range(1 << 16))),
    "securityrule.remote_ip_prefix": Meaning("The far end's addresses; none: all.", PREFIX),
    "securityrule.remote_group": Meaning("The far end's security group.", ID),
    "securityrule.description": Meaning("Whatever people say of it.", TEXT),
    "securityrule.created_at": Meaning("When it was made, in seconds since 1970 (UTC); 0: not known.", WHEN),
    # trunks
    "port": Meaning("The port whose VIF it is: what has no tag is its.", ID),
    "subports": Meaning("The ports that share the VIF, each by a VLAN tag.", most=SUBPORTS),
    "carried.port": Meaning("A port, whose VIF has no place of its own.", ID),
    "carried.tag": Meaning("The tag that its frames have on the trunk's wire.", whole(VLAN_TAGS)),
    # what is known of it now
    "vif": Meaning("The VIF that is plugged in."),
    "effective_security": Meaning("The security that holds: its own, or the strictest of its segments'."),
    "status": Meaning("Whether frames pass, as far as the switches have proven it."),
    "connected": Meaning("Whether it has a session now."),
    "settled": Meaning("Whether it has acknowledged all that it should hold."),
    "problems": Meaning("What it has refused."),
    "software": Meaning("Which software it says that it is."),
    "interfaces": Meaning("Its interfaces as it said last."),
    "up": Meaning("Whether it carries frames: in use, and both ends have carrier."),
}


def meaning(kind: str, name: str) -> Meaning:
    """``meaning(kind, name)`` is what a field of a kind of fact means; ``name`` may be a path such as ``offer.to``."""
    return MEANINGS.get(f"{kind}.{name}") or MEANINGS.get(name) or MEANINGS.get(name.rpartition(".")[2]) or Meaning()
