"""Flows such as any stage might say them: whatever the core's tables declare, at random."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from hypothesis import strategies as st

from weft.controller.compile.stages.base import GROUP, RESERVED
from weft.controller.flow.actions import (
    NEXT,
    POP_VLAN,
    PUSH_VLAN,
    Action,
    Apart,
    Copy,
    Drop,
    Goto,
    Load,
    Meter,
    Output,
    Resubmit,
    Set,
)
from weft.controller.flow.flow import UNTAGGED, Flow, flow, tagged
from weft.controller.flow.oxm import FRAGMENTS
from weft.controller.pipeline.core import ADDRESS, CORE, DROP, INSPECT, PORT, REASON, TAG
from weft.controller.pipeline.schema import Pipeline, Register, Table

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
MOSTLY = st.sampled_from((True, True, True, True, False))
OFPORTS = st.integers(1, 0xFEFF)  # the numbers that Open vSwitch gives
METER_IDS = range(1, 4)  # a switch must have them before it takes the flows
ARP, RARP, IPV4, IPV6 = 0x0806, 0x8035, 0x0800, 0x86DD
TCP, UDP, ICMPV6 = 6, 17, 58
SOLICITATION, ADVERTISEMENT = 135, 136


def _mac(number: int) -> str:
    return number.to_bytes(6, "big").hex(":")


def _masked(number: int, mask: int) -> tuple[str, str]:
    return _mac(number & mask), _mac(mask)


def _prefixes(network: type[IPv4Network | IPv6Network], bits: int) -> st.SearchStrategy[str]:
    made = st.builds(
        lambda number, length: str(network((number >> bits - length << bits - length, length))),
        st.integers(0, (1 << bits) - 1),
        st.integers(1, bits),
    )
    return made | made.map(lambda text: text.partition("/")[0])


macs = st.integers(0, (1 << 48) - 1).map(_mac)
masked_macs = macs | st.builds(_masked, st.integers(0, (1 << 48) - 1), st.integers(1, (1 << 48) - 1))
Values = dict[str, st.SearchStrategy[Any]]
ANY: Values = {
    "in_port": OFPORTS,
    "vlan_vid": st.just(UNTAGGED) | st.integers(0, 4095).map(tagged),
    "eth_type": st.sampled_from((IPV6, IPV6, ARP, RARP, IPV4, 0x05FF, 0x0600, 0x8847, 0xFFFF)),
    "eth_src": masked_macs,
    "eth_dst": masked_macs | st.sampled_from((GROUP, *RESERVED)),
    **dict.fromkeys(("arp_spa", "arp_tpa", "ipv4_src", "ipv4_dst"), _prefixes(IPv4Network, 32)),
    **dict.fromkeys(("ipv6_src", "ipv6_dst", "nd_target"), _prefixes(IPv6Network, 128)),
    **dict.fromkeys(("arp_sha", "arp_tha", "nd_sll", "nd_tll"), masked_macs),
    **dict.fromkeys(("udp_src", "udp_dst", "tcp_src", "tcp_dst"), st.integers(0, 0xFFFF)),
    "vlan_pcp": st.integers(0, 7),
    "arp_op": st.integers(0, 255),
    "ip_proto": st.sampled_from((ICMPV6, ICMPV6, UDP, TCP, 0, 255)),
    "ip_frag": st.sampled_from((0, 1, 3, *FRAGMENTS)),
    "icmpv6_type": st.sampled_from((SOLICITATION, ADVERTISEMENT, 0, 134)),
    "icmpv6_code": st.sampled_from((0, 0, 0, 1)),
    "output": OFPORTS,
}
FEW: Values = {  # so few that frames meet flows
    "in_port": st.integers(1, 2),
    "vlan_vid": st.sampled_from((UNTAGGED, tagged(2))),
    "eth_type": st.sampled_from((0x88B5, 0x88CC)),
    "eth_src": st.sampled_from((A, B)),
    "eth_dst": st.sampled_from((A, B, GROUP)),
    "output": st.integers(1, 4),
}


DECIDING = ("vlan_vid", "eth_type", "ip_proto", "icmpv6_type", "icmpv6_code", "ip_frag")  # which others there can be
LOOK = Table("look", 0, matches=tuple(name for name in ANY if name != "output"))
LOOKING = Pipeline((LOOK,))


def matchable(known: Mapping[str, Any]) -> frozenset[str]:
    """The fields that a switch lets a flow match beside these, which say what sort of frame it is."""
    eth_type, protocol, kind = (known.get(name) for name in ("eth_type", "ip_proto", "icmpv6_type"))
    names = {"in_port", "eth_src", "eth_dst", "eth_type", "vlan_vid"}
    if eth_type in (ARP, RARP):
        names |= {"arp_op", "arp_spa", "arp_tpa", "arp_sha", "arp_tha"}
    if eth_type in (IPV4, IPV6):
        names |= {"ip_proto", "ip_frag"}
        names |= {"ipv4_src", "ipv4_dst"} if eth_type == IPV4 else {"ipv6_src", "ipv6_dst"}
        if known.get("ip_frag") not in (3, "later"):
            names |= {"udp_src", "udp_dst"} if protocol == UDP else set()
            names |= {"tcp_src", "tcp_dst"} if protocol == TCP else set()
    if eth_type == IPV6 and protocol == ICMPV6:
        names |= {"icmpv6_type", "icmpv6_code"}
        if kind in (SOLICITATION, ADVERTISEMENT) and not known.get("icmpv6_code"):
            names |= {"nd_target", "nd_sll" if kind == SOLICITATION else "nd_tll"}
    return frozenset(names | ({"vlan_pcp"} if known.get("vlan_vid", UNTAGGED) != UNTAGGED else set()))


def _value(matched: Register | str, values: Values) -> st.SearchStrategy[Any]:
    if isinstance(matched, str):
        return values[matched]
    return st.integers(0, 1 if values is FEW else (1 << matched.width) - 1)


def _match(draw: st.DrawFn, table: Table, values: Values) -> dict[str, Any]:
    names = {m if isinstance(m, str) else m.name: m for m in table.matches}
    match: dict[str, Any] = {}
    for name in DECIDING:
        if values is ANY and name in names and name in matchable(match) and draw(MOSTLY):
            match[name] = draw(_value(name, values))
    others = names.keys() - set(DECIDING if values is ANY else ())
    possible = matchable(match) & values.keys()
    rest = [name for name in sorted(others) if isinstance(names[name], Register) or name in possible]
    some = draw(st.lists(st.sampled_from(rest), unique=True, max_size=1 if values is FEW else None)) if rest else []
    return match | {name: draw(_value(names[name], values)) for name in some}


@st.composite
def looks(draw: st.DrawFn) -> Flow:
    """A flow that looks at any fields of a frame that a switch lets it look at together."""
    return flow(LOOK, draw(st.integers(0, 65535)), Output(1), **_match(draw, LOOK, ANY))


@st.composite
def flows(draw: st.DrawFn, values: Values = ANY) -> Flow:
    """A flow that its table declares, and that a switch with the meters takes."""
    table = draw(st.sampled_from(CORE.tables if values is FEW else (*CORE.tables, *[INSPECT, ADDRESS] * 3)))
    match, priority = _match(draw, table, values), draw(st.integers(0, 65535))
    reason = draw(st.sampled_from(CORE.reasons))
    if table == DROP:
        return flow(table, priority, Drop(reason.name), **match | {REASON.name: reason.number})
    has_tag = match.get("vlan_vid", UNTAGGED) != UNTAGGED
    actions = _actions(draw, table, has_tag, values)
    if draw(st.integers(0, 5)) == 0:
        actions = [*(action for action in actions if not isinstance(action, Goto)), Drop(reason.name)]
    return flow(table, priority, *actions, **match)


def _actions(draw: st.DrawFn, table: Table, has_tag: bool, values: Values) -> list[Action]:
    actions: list[Action] = [Meter(draw(st.sampled_from(METER_IDS)))] if draw(st.integers(0, 3)) == 0 else []
    loads = [Load(register, draw(_value(register, values))) for register in table.writes]
    actions += (load for load in loads if draw(st.booleans()))
    if has_tag and draw(st.booleans()):  # Open vSwitch takes no tag off where there may be none
        actions.append(POP_VLAN)
    if draw(st.integers(0, 3)) == 0:
        tag = draw(st.integers(0, 4095).map(tagged))
        writes = [Set("vlan_vid", tag), Copy(TAG, "vlan_vid")]
        actions += (PUSH_VLAN, draw(st.sampled_from(writes if TAG in table.reads else writes[:1])))
    later = [CORE.table_by_name[name] for name in table.next]
    for target in draw(st.lists(st.sampled_from(later), max_size=2)) if later else ():
        copied = (*((Load(PORT, 1),) if PORT in table.writes else ()), Resubmit(target))
        actions += (Apart(copied),) if draw(st.booleans()) else copied
    actions += map(Output, draw(st.lists(values["output"], max_size=2)))
    if later and draw(st.integers(0, 3)):
        actions.append(draw(st.sampled_from([NEXT, *map(Goto, later)])))
    return actions or [Output(1)]
