"""The fields of facts as arguments and options: read off the facts, so that a new field is one of the CLI at once."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

import typer

from weft.apps.cli.notation import READ_BY_TYPE
from weft.apps.northbound.fields import Settable, settable
from weft.controller.model.commands import FIXED_BY_KIND
from weft.controller.model.declared import EXTENSIBLE

ATTRIBUTES = "attributes"
ARGUMENTS = {
    "segment": ("name",),
    "port": ("name",),
    "vif": ("name",),
    "subnet": ("segment", "cidr"),
    "switch": ("id",),
    "link": ("a", "b"),
    "quota": ("id",),
    "security_group": ("name",),
    "trunk": ("port",),
}
ONE_OF = {  # what the option of a list is called, since each one is given by itself
    "allocation_pools": "pool",
    "allowed_addresses": "allowed-address",
    "dns_nameservers": "dns-nameserver",
    "fabric_interfaces": "fabric-interface",
    "fixed_ips": "fixed-ip",
    "host_routes": "host-route",
    "limits": "limit",
    "rules": "rule",
    "security_groups": "security-group",
    "subports": "subport",
    "tags": "tag",
    "vif_kinds": "vif-kind",
}
HELP = {
    "a": "One end, SWITCH:INTERFACE.",
    "admin_up": "Whether it is in use.",
    "allocation_pools": "Addresses that ports are given: FIRST-LAST. May be repeated.",
    "allowed_addresses": "What else may speak: MAC, PREFIX or MAC=PREFIX. May be repeated.",
    "b": "The other end, SWITCH:INTERFACE.",
    "attributes": "A field of an extension, NAME=VALUE such as mirror:to=ID; without a value: none. May be repeated.",
    "burst": "How much may come at once on top of max-rate, in kbit.",
    "cidr": "Its prefix, such as 10.0.0.0/24.",
    "connect": "Who may plug a VIF in: owner, project:NAME or role:NAME. May be repeated.",
    "description": "A text for people.",
    "device_owner": "What sort of machine that is.",
    "device": "The machine or container that the VIF belongs to.",
    "dhcp_server": "Whether it may answer DHCP and DHCPv6.",
    "dns_nameservers": "A name server that machines are told. May be repeated.",
    "dpid": "The datapath id, of a switch that has one: 1 to 16 hexadecimal digits.",
    "enable_dhcp": "Whether machines may get their addresses by DHCP.",
    "fabric_interfaces": "An interface that leads to another switch. May be repeated.",
    "fixed_ips": "An IP address of the VIF. May be repeated.",
    "gateway_ip": "The address of its router.",
    "host_routes": "A route that machines are told: PREFIX=NEXTHOP. May be repeated.",
    "id": "An id of your own choice.",
    "interface": "The interface that the VIF is.",
    "ipv6_address_mode": "How machines get their addresses: slaac, dhcpv6-stateful or dhcpv6-stateless.",
    "ipv6_ra_mode": "How routers announce it: slaac, dhcpv6-stateful or dhcpv6-stateless.",
    "isolated": "Private VLAN: isolated, community:NUMBER or promiscuous.",
    "limits": "How many of a kind there may be, KIND=NUMBER; -1 is no limit. May be repeated.",
    "mac": "The MAC, such as 02:00:00:00:00:01.",
    "max_broadcast": "The most broadcast and multicast frames that it may send, in frames/s.",
    "max_rate": "The most that it may send, and the most that it is sent, in kbit/s.",
    "mtu": "The largest packet, in bytes.",
    "name": "What people call it.",
    "offer": "Who may plug a VIF in, of which kind, until when: project:blue,veth,2030-01-01T00:00:00Z.",
    "plugin": "The plug-in that realises the switch.",
    "port": "The port whose VIF it is, by id or name.",
    "project": "The project that it belongs to.",
    "promiscuous": "Whether it hears every frame of its segment that its switch sees.",
    "router": "Whether it may send router advertisements and redirects.",
    "rules": "What is allowed: id=ID,direction=ingress,protocol=tcp,port_range_min=80,…. May be repeated.",
    "security": "What a VIF may claim to be: none, mac, mac+inner or mac+ip. A port without has its segment's.",
    "security_groups": "A security group that it is in, by id. May be repeated.",
    "segment": "The segment, by id or name.",
    "segmentation_id": "The VLAN on the fabric's links; chosen where it is not given.",
    "shared_with": "A project that may have ports on it, too. May be repeated.",
    "stateful": "Whether the answers to what is allowed are allowed too.",
    "subports": "A port that it carries, by a VLAN tag: TAG=PORT. May be repeated.",
    "switch": "The switch that the VIF is at.",
    "tags": "A tag. May be repeated.",
    "transport": "How it crosses the fabric: vlan or local.",
    "trunk": "A VLAN tag of the VIF's own, and the segment that it stands for: TAG=SEGMENT. May be repeated.",
    "vif_kind": "What sort of interface it is.",
    "vif_kinds": "A kind of VIF that it takes; without any, all. May be repeated.",
    "vlan_transparent": "Whether VLAN tags of the VIFs' own pass.",
}


def creating(kind: str) -> list[inspect.Parameter]:
    """The parameters that make one: what names it as arguments, the rest as options."""
    own = [_parameter(field, field.required, field.name in ARGUMENTS[kind]) for field in _typed(kind)]
    return [*own, *_extended(kind)]


def changing(kind: str) -> list[inspect.Parameter]:
    """The parameters that change one: an option for each field that may change."""
    changeable = (field for field in _typed(kind) if field.name not in FIXED_BY_KIND[kind])
    return [*(_parameter(field, required=False, argument=False) for field in changeable), *_extended(kind)]


def _typed(kind: str) -> Iterator[Settable]:
    """The fields that people type; what an API or extension keeps of a thing is not theirs."""
    return (field for field in settable(kind) if field.name != "attributes")


def _extended(kind: str) -> Iterator[inspect.Parameter]:
    """The option by which whatever extensions declare is given, where they may declare anything."""
    if kind in EXTENSIBLE:
        info = typer.Option("--attribute", metavar="NAME=VALUE", help=HELP[ATTRIBUTES], show_default=False)
        annotation = Annotated[list[str] | None, info]
        yield inspect.Parameter(ATTRIBUTES, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=None)


def _declared(texts: list[str]) -> Iterator[tuple[str, Any]]:
    """The fields of extensions that options give: what reads as JSON is that, and all else is a text."""
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or ":" not in name:
            raise typer.BadParameter(
                f"must be NAME=VALUE, such as mirror:to=ID, not {text!r}", param_hint=["--attribute"]
            )
        try:
            yield name, json.loads(value) if value else None
        except ValueError:
            yield name, value


def document(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were given, as the API reads them. An empty text says: none."""
    fields = {field.name: field for field in settable(kind)}
    told = {name: value for name, value in given.items() if value is not None}
    declared = dict(_declared(told.pop(ATTRIBUTES, [])))
    return {name: _value(kind, fields[name], value) for name, value in told.items()} | declared


def _parameter(field: Settable, required: bool, argument: bool) -> inspect.Parameter:
    hint, help = _type(field), HELP.get(field.name, "")
    info: Any
    if argument:
        info = typer.Argument(help=help)
    elif hint is bool:
        info = typer.Option(f"{_option(field.name)}/--no-{_option(field.name)[2:]}", help=help, show_default=False)
    else:
        metavar = "<int>" if _is_count(field) else None
        info = typer.Option(_option(field.name), help=help, show_default=False, metavar=metavar)
    return inspect.Parameter(
        field.name,
        inspect.Parameter.KEYWORD_ONLY,
        annotation=Annotated[hint if required else hint | None, info],
        default=inspect.Parameter.empty if required else None,
    )


def _type(field: Settable) -> Any:
    """What the command line reads for a field. A number that there may be none of is a text, which may be empty."""
    if get_origin(field.hint) is tuple:
        return list[str]
    return field.hint if field.hint in (bool, int) else str


def _is_count(field: Settable) -> bool:
    """Whether it is a number that there may be none of; a datapath id is no number to people."""
    return field.hint == int | None and field.name != "dpid"


def _option(name: str) -> str:
    return f"--{ONE_OF.get(name) or name.replace('_', '-')}"


def _value(kind: str, field: Settable, value: Any) -> Any:
    try:
        if isinstance(value, list):
            return [_one(field, item) for item in value if item]
        return _one(field, value)
    except ValueError as error:
        hint = field.name if field.name in ARGUMENTS[kind] else _option(field.name)
        raise typer.BadParameter(str(error), param_hint=[hint]) from None


def _one(field: Settable, value: Any) -> Any:
    """One value of the field, out of its text."""
    types = (field.hint, *get_args(field.hint))
    if value == "" and type(None) in types:
        return None
    if _is_count(field):
        return _whole(value)
    read = next((READ_BY_TYPE[type_] for type_ in types if type_ in READ_BY_TYPE), None)
    return value if read is None else read(value)


def _whole(text: str) -> int:
    if not text.isascii() or not text.removeprefix("-").isdecimal() or len(text) > 18:
        raise ValueError(f"must be a whole number, not {text!r}")
    return int(text)
