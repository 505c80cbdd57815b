"""What a Nexus holds now, as its object model tells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from weft.apps.plugins.nexus import vlan_lists
from weft.apps.plugins.nexus.session import Found, Session
from weft.controller.contracts import Unreachable

_CHANNEL = re.compile(r"sys/intf/aggr-\[(po[0-9]+)\]")
_PARENT = re.compile(r"(sys/intf/(?:phys|aggr)-\[[^]]+\])/")


@dataclass
class VlanState:
    """A VLAN that there is."""

    name: str
    encapsulation: str
    active: bool


@dataclass
class InterfaceState:
    """A switchport, or what may be one."""

    kind: str
    dn: str
    mode: str
    access: int | None
    trunk: frozenset[int]
    shut: bool
    switched: bool
    carrier: bool = False
    bundled: bool = False  # in a port channel, which has its VLANs

    @property
    def ready(self) -> bool:
        """Whether it has carrier, or is shut as one that nobody uses, and would be up again for whoever comes."""
        return self.carrier or (self.shut and self.mode == "access" and self.access == 1)

    @property
    def open(self) -> bool:
        """Whether it is left to carry every VLAN that there may be, as people's trunks often are."""
        return self.trunk >= vlan_lists.USABLE


@dataclass
class State:
    """All of a switch that matters here. ``channel_by_vpc`` are the port channels of virtual ones, by their number."""

    vlans: dict[int, VlanState] = field(default_factory=dict)
    interfaces: dict[str, InterfaceState] = field(default_factory=dict)
    channel_by_vpc: dict[int, str] = field(default_factory=dict)
    peer_links: set[str] = field(default_factory=set)


def read(session: Session, vlans: bool = True) -> State:
    """``read(session)`` asks the switch. Raises ``Unreachable``, also where it tells what cannot be."""
    state = State()
    try:
        for found in session.below("sys/bd", ("l2BD",)) if vlans else ():
            number = _vlan(found.attributes.get("fabEncap", ""))
            if number is not None:
                state.vlans[number] = VlanState(
                    found.attributes.get("name", ""),
                    found.attributes.get("accEncap", "unknown"),
                    found.attributes.get("adminSt", "active") == "active",
                )
        kinds = ("l1PhysIf", "ethpmPhysIf", "pcAggrIf", "ethpmAggrIf", "pcRsMbrIfs")
        _read_interfaces(state, session.below("sys/intf", kinds))
        for found in session.below("sys/vpc", ("vpcRsVpcConf", "vpcPeerLink")):
            _read_vpc(state, found)
    except ValueError as error:
        raise Unreachable(f"{session.url}: it tells what cannot be: {error}") from None
    return state


def _read_interfaces(state: State, objects: list[Found]) -> None:
    by_dn: dict[str, InterfaceState] = {}
    for found in objects:
        if found.kind in ("l1PhysIf", "pcAggrIf"):
            one = by_dn[found.dn] = _interface(found)
            state.interfaces[found.attributes.get("id", "")] = one
    for found in objects:
        if found.kind in ("ethpmPhysIf", "ethpmAggrIf"):
            parent = _PARENT.match(found.dn)
            if parent is not None and parent[1] in by_dn:
                by_dn[parent[1]].carrier = found.attributes.get("operSt") == "up"
        elif found.kind == "pcRsMbrIfs" and found.attributes.get("tDn") in by_dn:
            by_dn[found.attributes["tDn"]].bundled = True


def _interface(found: Found) -> InterfaceState:
    given = found.attributes
    return InterfaceState(
        found.kind,
        found.dn,
        given.get("mode", ""),
        _vlan(given.get("accessVlan", "")),
        vlan_lists.read(given.get("trunkVlans", "")),
        given.get("adminSt") == "down",
        given.get("layer") == "Layer2",
    )


def _read_vpc(state: State, found: Found) -> None:
    if found.kind == "vpcPeerLink":
        state.peer_links.add(found.attributes.get("id", ""))
        return
    number = re.search(r"/if-\[([0-9]{1,5})\]/", found.dn)
    channel = _CHANNEL.fullmatch(found.attributes.get("tDn", ""))
    if number is not None and channel is not None:
        state.channel_by_vpc[int(number[1])] = channel[1]


def _vlan(text: str) -> int | None:
    """The number in ``vlan-N``; None where it is something else."""
    number = text.removeprefix("vlan-")
    return int(number) if number != text and number.isdecimal() and len(number) < 5 else None
