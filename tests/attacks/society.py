"""Who is there: every port of a fabric with its traits, as the attacks, the machine and the controller are all told.

One society lives on every fabric: each of its ports stands for a profile, and all are there at once. What is said of it
here is written down once, and turned into commands for the controller; the machine reads nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from weft.conformance.machine.society import Society, Station
from weft.controller.model.commands import Command, Create, Delete, Plug, Unplug, Update
from weft.controller.model.traits import AllowedAddress, Subport
from weft.topologies.fabric import Fabric

RED, BLUE, CLEAR, GREEN, PRIVATE = "red", "blue", "clear", "green", "private"
VIRTUAL_MAC = "00:00:5e:00:01:0a"  # VRRP (RFC 5798, section 7.3)
VIRTUAL_IP = "10.0.9.9"
BEHIND, BEHIND6 = "10.1.0.0/24", "2001:db8:1::/64"  # addresses of machines behind a VIF

# What each host is for. Four switches with eight hosts of each tenant make four neighbours a switch; the n-th host of
# every tenant has the same MAC and the same addresses.
ROLES: dict[str, dict[str, Any]] = {
    "red1": {"profile": "mac+ip", "level": "mac+ip"},
    "red2": {"profile": "mac+inner"},
    "red3": {
        "profile": "mac+ip, allowed",
        "level": "mac+ip",
        "allowed": ((VIRTUAL_MAC, f"{VIRTUAL_IP}/32"), (None, BEHIND), (None, BEHIND6)),
    },
    "red4": {"profile": "none", "level": "none"},
    "red5": {
        "profile": "mac+ip, router",
        "level": "mac+ip",
        "router": True,
        "allowed": ((VIRTUAL_MAC, f"{VIRTUAL_IP}/32"),),
    },
    "red6": {"profile": "mac", "level": "mac"},
    "red7": {"profile": "mac+ip, dhcp_server", "level": "mac+ip", "dhcp_server": True},
    "red8": {"profile": "mac+inner, trunk", "trunk": ((100, GREEN), (4094, CLEAR))},
    "red9": {"profile": "mac, trunk", "level": "mac", "trunk": ((100, GREEN),)},
    "red10": {"profile": "mac+inner, router", "router": True},
    "red11": {"profile": "promiscuous", "promiscuous": True},
    "red13": {"profile": "mac+ip, no address", "level": "mac+ip", "addresses": ()},
    "red14": {"profile": "mac+ip, trunk", "level": "mac+ip", "trunk": ((7, GREEN),)},
    "red15": {"profile": "mac+ip, second MAC", "level": "mac+ip", "allowed": (("02:00:00:00:aa:01", None),)},
    "blue2": {"allowed": (("02:00:00:00:bb:02", None),)},  # a MAC that no other segment knows
    "blue3": {"segment": CLEAR, "profile": "mac+inner, transparent"},
    "blue4": {"segment": CLEAR, "profile": "mac+ip, transparent", "level": "mac+ip"},
    "blue6": {"segment": CLEAR, "profile": "mac, transparent", "level": "mac"},
    "blue7": {"segment": GREEN},
    "blue9": {"segment": PRIVATE, "profile": "isolated", "isolated": "isolated"},
    "blue10": {"segment": PRIVATE, "profile": "community:7", "isolated": "community:7"},
    "blue11": {"segment": PRIVATE, "profile": "community of none"},
    "blue12": {"segment": PRIVATE, "profile": "open to all", "isolated": "promiscuous"},
    "blue13": {"segment": PRIVATE, "profile": "isolated, mac+ip", "isolated": "isolated", "level": "mac+ip"},
    "blue14": {"segment": PRIVATE, "isolated": "community:7"},
    "blue15": {"segment": PRIVATE, "isolated": "community:8"},
    "blue16": {"segment": PRIVATE, "profile": "isolated, promiscuous", "isolated": "isolated", "promiscuous": True},
}
HOSTS = 32


def traits(station: Station) -> dict[str, Any]:
    """What is asked of the controller for it."""
    return {
        "security": station.level,
        "fixed_ips": station.addresses,
        "allowed_addresses": tuple(AllowedAddress(*pair) for pair in station.allowed),
        "router": station.router,
        "dhcp_server": station.dhcp_server,
        "promiscuous": station.promiscuous,
        "trunk": tuple(Subport(*pair) for pair in station.trunk),
        "isolated": station.isolated,
    }


def society(fabric: Fabric) -> Society:
    """The society, on the switches where the fabric's hosts are. The fabric must have ``HOSTS`` hosts."""
    stations = {}
    for host in fabric.hosts:
        number = int(host.name.removeprefix(host.tenant))
        role = {"segment": host.tenant, "addresses": (host.ip4, f"2001:db8::{number:x}"), **ROLES.get(host.name, {})}
        stations[host.name] = Station(host.name, host.at.switch, host.mac, **role)
    assert len(stations) == HOSTS, f"the society has {HOSTS} stations, the fabric {len(stations)} hosts"
    return Society(stations, frozenset({CLEAR}))


def commands(there: Society) -> Iterator[Command]:
    """What a controller must be asked that knows the fabric with the tenants' segments alone."""
    for segment in (CLEAR, GREEN, PRIVATE):
        transparent = segment in there.transparent
        own = {"id": segment, "name": segment, "project": BLUE, "vlan_transparent": transparent, "shared_with": (RED,)}
        yield Create("segment", own)
    moved = [station for station in there.stations.values() if not station.name.startswith(station.segment)]
    for station in moved:
        yield Unplug(station.name)
        yield Delete("port", station.name)
    for station in moved:
        own = {"id": station.name, "name": station.name, "segment": station.segment, "project": BLUE}
        yield Create("port", own | traits(station))
        yield Plug(station.name, f"{station.name}-eth0")
    for station in there.stations.values():
        if station not in moved:
            yield Update("port", station.name, traits(station))
