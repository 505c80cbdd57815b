"""What a plug-in can honour of the model. The rest is refused when somebody asks for it, and never ignored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from weft.controller.model.facts import TRANSPORTS, VIF_KINDS, Port, Segment
from weft.controller.model.traits import SECURITY_LEVELS

OPENVSWITCH = "openvswitch"
OPTIONAL_TRAITS = (  # fields of a port or a segment that ask something of a switch when they are not their default
    *("fixed_ips", "allowed_addresses", "router", "dhcp_server", "promiscuous", "trunk", "isolated"),
    *("max_rate", "burst", "max_broadcast", "vlan_transparent"),
)


class Capabilities(NamedTuple):
    """What a plug-in can honour: transports, kinds of VIF, levels of security, and traits by the names of their fields.

    It ``learns`` where it forwards as a bridge does, by the source addresses that it has seen, and so along trees
    alone. With ``flow_tables`` its items are the compiled flow entries; with ``openflow`` its switches come to the
    controller, and are known by their datapath ids.
    """

    transports: frozenset[str] = frozenset(TRANSPORTS)
    vif_kinds: frozenset[str] = frozenset(VIF_KINDS)
    security: frozenset[str] = frozenset(SECURITY_LEVELS)
    traits: frozenset[str] = frozenset(OPTIONAL_TRAITS)
    learns: bool = False
    flow_tables: bool = False
    openflow: bool = False


EVERYTHING = Capabilities(flow_tables=True, openflow=True)
OPENVSWITCH_ALONE: dict[str, Capabilities] = {OPENVSWITCH: EVERYTHING}


_MATTERS_FROM = {"allowed_addresses": 1, "router": 2, "fixed_ips": 3, "dhcp_server": 3}  # of SECURITY_LEVELS


class Demand(NamedTuple):
    """What a port asks of the switch that its VIF is on: the field that says so, and in words what it asks."""

    field: str
    words: str


def demands(port: Port, security: str, segments: list[Segment]) -> Iterator[Demand]:
    """``demands(port, security, segments)`` yields what the port asks of a switch, with its level and its segments.

    What has no meaning at that level asks nothing: whose addresses nobody checks may name as many as it likes.
    """
    level = SECURITY_LEVELS.index(security)
    for trait in OPTIONAL_TRAITS:
        if getattr(port, trait, None) and level >= _MATTERS_FROM.get(trait, 0):
            yield Demand(trait, trait)
    if any(segment.vlan_transparent for segment in segments):
        yield Demand("segment", "vlan_transparent")


def shortfalls(can: Capabilities, port: Port, security: str, segments: list[Segment]) -> Iterator[Demand]:
    """What the port asks for and the plug-in cannot honour."""
    if security not in can.security:
        yield Demand("security", f"security {security}")
    for segment in segments:
        if segment.transport not in can.transports:
            yield Demand("segment", f"transport {segment.transport}")
    if port.vif_kinds and can.vif_kinds.isdisjoint(port.vif_kinds):
        yield Demand("vif_kinds", f"VIFs of kind {', '.join(port.vif_kinds)}")
    yield from (demand for demand in demands(port, security, segments) if demand.words not in can.traits)
