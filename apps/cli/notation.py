"""Values with parts as the command line writes them: what a command prints, an option reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from weft.apps.cli.times import told
from weft.controller.model.accounts import Limit
from weft.controller.model.facts import Endpoint
from weft.controller.model.security_groups import SecurityRule
from weft.controller.model.subnet import Pool, Route
from weft.controller.model.traits import AllowedAddress, Offer, Subport
from weft.controller.model.trunks import Carried

_NUMBERS = ("port_range_min", "port_range_max", "created_at")
_MAC = re.compile(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}")


def end(text: str) -> dict[str, Any]:
    """One end of a link. Raises ``ValueError``, as all of these do, with the rule.

    >>> end("s1:eth1")
    {'switch': 's1', 'interface': 'eth1'}
    """
    switch, colon, interface = text.partition(":")
    if not colon:
        raise ValueError(f"must be SWITCH:INTERFACE, not {text!r}")
    return {"switch": switch, "interface": interface}


def offer(text: str) -> dict[str, Any]:
    """Whom a port is offered to, for which kind of VIF, and until when. A project's name may have commas.

    >>> offer("project:blue,veth,2030-01-01T00:00:00Z")
    {'to': 'project:blue', 'vif_kind': 'veth', 'expires': '2030-01-01T00:00:00Z'}
    """
    parts = text.rsplit(",", 2)
    if len(parts) < 3:
        raise ValueError(f"must be TO,VIF_KIND,EXPIRES, such as project:blue,veth,2030-01-01T00:00:00Z, not {text!r}")
    to, vif_kind, expires = (part.strip() for part in parts)
    return {"to": to, "vif_kind": vif_kind, "expires": int(expires) if _is_number(expires) else expires}


def allowed_address(text: str) -> dict[str, Any]:
    """A MAC, a prefix, or both.

    >>> allowed_address("02:00:00:00:00:aa=10.0.0.0/24"), allowed_address("2001:db8::/64")
    ({'mac': '02:00:00:00:00:aa', 'prefix': '10.0.0.0/24'}, {'prefix': '2001:db8::/64'})
    """
    mac, equals, prefix = text.partition("=")
    if equals:
        return {"mac": mac, "prefix": prefix}
    return {"mac": text} if _MAC.fullmatch(text) else {"prefix": text}


def subport(text: str) -> dict[str, Any]:
    """A VLAN tag, and the segment that it stands for.

    >>> subport("100=red")
    {'tag': 100, 'segment': 'red'}
    """
    tag, equals, segment = text.partition("=")
    if not equals or not _is_number(tag):
        raise ValueError(f"must be TAG=SEGMENT, such as 100=red, not {text!r}")
    return {"tag": int(tag), "segment": segment}


def pool(text: str) -> dict[str, Any]:
    """A range of addresses.

    >>> pool("10.0.0.10-10.0.0.99")
    {'start': '10.0.0.10', 'end': '10.0.0.99'}
    """
    start, dash, end = text.partition("-")
    if not dash:
        raise ValueError(f"must be FIRST-LAST, such as 10.0.0.10-10.0.0.99, not {text!r}")
    return {"start": start, "end": end}


def route(text: str) -> dict[str, Any]:
    """A prefix, and the router that leads to it.

    >>> route("192.0.2.0/24=10.0.0.1")
    {'destination': '192.0.2.0/24', 'nexthop': '10.0.0.1'}
    """
    destination, equals, nexthop = text.partition("=")
    if not equals:
        raise ValueError(f"must be PREFIX=NEXTHOP, such as 192.0.2.0/24=10.0.0.1, not {text!r}")
    return {"destination": destination, "nexthop": nexthop}


def limit(text: str) -> dict[str, Any]:
    """A kind of thing, and how many there may be.

    >>> limit("port=500"), limit("vif=-1")
    ({'kind': 'port', 'most': 500}, {'kind': 'vif', 'most': -1})
    """
    kind, equals, most = text.partition("=")
    if not equals or not _is_number(most.removeprefix("-")):
        raise ValueError(f"must be KIND=NUMBER, such as port=500, not {text!r}")
    return {"kind": kind, "most": int(most)}


def carried(text: str) -> dict[str, Any]:
    """A VLAN tag, and the port that a trunk carries by it.

    >>> carried("100=web1")
    {'port': 'web1', 'tag': 100}
    """
    tag, equals, port = text.partition("=")
    if not equals or not _is_number(tag):
        raise ValueError(f"must be TAG=PORT, such as 100=web1, not {text!r}")
    return {"port": port, "tag": int(tag)}


def security_rule(text: str) -> dict[str, Any]:
    """What a rule of a security group says, part by part. A part of a text has no comma.

    >>> security_rule("id=web,direction=ingress,protocol=tcp,port_range_min=80,port_range_max=80")["port_range_max"]
    80
    """
    parts = [part.partition("=") for part in text.split(",")]
    if not all(equals and name.strip() in SecurityRule._fields for name, equals, _ in parts):
        raise ValueError(f"must be id=ID,direction=ingress and the like, not {text!r}")
    said = {name.strip(): value for name, _, value in parts}
    return {name: int(value) if _is_number(value) and name in _NUMBERS else value for name, value in said.items()}


READ_BY_TYPE: dict[Any, Callable[[str], dict[str, Any]]] = {
    Endpoint: end,
    Offer: offer,
    AllowedAddress: allowed_address,
    Subport: subport,
    Pool: pool,
    Route: route,
    Limit: limit,
    Carried: carried,
    SecurityRule: security_rule,
}


def spelled(field: str, value: Any) -> Any:
    """``spelled(field, value)`` returns the value of that field as its option reads it, or as it is where none does.

    >>> spelled("trunk", [{"tag": 100, "segment": "red"}]), spelled("name", "web")
    (['100=red'], 'web')
    """
    match field, value:
        case "created_at" | "updated_at" | "expires", int() if value:
            return told(value)
        case "offer", {"to": to, "vif_kind": vif_kind, "expires": expires}:
            return f"{to},{vif_kind},{told(expires)}"
        case "allowed_addresses", list():
            return ["=".join(filter(None, (pair["mac"], pair["prefix"]))) for pair in value]
        case "trunk", list():
            return [f"{subport['tag']}={subport['segment']}" for subport in value]
        case "allocation_pools", list():
            return [f"{pool['start']}-{pool['end']}" for pool in value]
        case "host_routes", list():
            return [f"{route['destination']}={route['nexthop']}" for route in value]
        case "subports", list():
            return [f"{carried['tag']}={carried['port']}" for carried in value]
        case "rules", list():
            return [
                ",".join(f"{part}={said}" for part, said in rule.items() if said not in (None, "")) for rule in value
            ]
        case "limits", list():
            return [f"{limit['kind']}={limit['most']}" for limit in value]
    return value


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18
