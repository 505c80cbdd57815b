"""Port security, second part: what a frame claims inside must be true as well.

ARP (RFC 826), RARP (RFC 903) and neighbour discovery (RFC 4861) carry link-layer addresses. At the level ``mac+ip``
the IP addresses that they claim are looked at too. What a switch cannot look into is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from weft.controller.compile.audience import Placed, here
from weft.controller.compile.seats import Voice, seat, voice
from weft.controller.compile.stage import stage
from weft.controller.compile.view import View
from weft.controller.flow.actions import NEXT, Drop, Goto
from weft.controller.flow.flow import Flow, flow
from weft.controller.pipeline.core import ADDRESS, INSPECT

IPV4, ARP, RARP, IPV6 = 0x0800, 0x0806, 0x8035, 0x86DD
REQUEST, REPLY, REVERSE_REQUEST = 1, 2, 3
ICMPV6 = 58
ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT, SOLICITATION, ADVERTISEMENT, REDIRECT = range(133, 138)
UNKNOWN = "::"
NO_MAC = "00:00:00:00:00:00"
HIDING = (  # types that carry whole frames or packets which nobody looks into
    *(0x8100, 0x88A8, 0x9100, 0x9200, 0x9300, 0x8200),  # tags below or beside those that a switch reads
    *(0x8926, 0x893F),  # VN-Tag, E-Tag
    *(0x8847, 0x8848, 0x894F, 0x8863, 0x8864, 0x88E7, 0x6558, 0x22F3),  # MPLS, NSH, PPPoE, PBB, TEB, TRILL
    0x8870,  # LLC in a jumbo frame
    0x05FF,  # Open vSwitch's name for LLC without a known SNAP type: spanning trees, CDP, PVST+
)

EVERYWHERE = (
    *(flow(INSPECT, 200, Drop("ethertype"), eth_type=hiding) for hiding in HIDING),
    *(flow(INSPECT, 200, Drop("malformed"), eth_type=ip, ip_proto=0) for ip in (IPV4, IPV6)),  # it could not be read
    flow(INSPECT, 200, Drop("malformed"), eth_type=IPV6, ip_proto=ICMPV6, icmpv6_type=0),
    *(
        flow(INSPECT, 120, Drop("neighbour"), eth_type=IPV6, ip_proto=ICMPV6, icmpv6_type=kind, icmpv6_code=0,
             nd_target=UNKNOWN)
        for kind in (SOLICITATION, ADVERTISEMENT)
    ),
    *(
        flow(INSPECT, 90, Drop(why), eth_type=IPV6, ip_proto=ICMPV6, icmpv6_type=kind)
        for why, kinds in (
            ("neighbour", (ROUTER_SOLICITATION, SOLICITATION, ADVERTISEMENT)),
            ("router", (ROUTER_ADVERTISEMENT, REDIRECT)),
        )
        for kind in kinds
    ),
    *(flow(INSPECT, 90, Drop("arp-sender"), eth_type=arp) for arp in (ARP, RARP)),
    flow(INSPECT, 0, Drop("ethertype")),
)  # fmt: skip


@stage(id=26, per="port")
def inner(view: View, port: str) -> Iterator[Placed]:
    """What a VIF says of itself inside ARP and neighbour discovery is true; only a router speaks as one."""
    at, may = seat(view, port), voice(view, port)
    if at is None or may is None or not at.places or may.level not in ("mac+inner", "mac+ip"):
        return
    for wish in (*_arp(may), *_neighbours(may), *_others(may)):
        yield here(at.switch, wish._replace(match={"source": at.port_number, **wish.match}))


def _arp(may: Voice) -> Iterator[Flow]:
    """ARP with a true sender, and the announcement of a machine that has moved (RARP for itself)."""
    for operation in (REQUEST, REPLY):
        for sender in _senders(may, operation):
            yield flow(INSPECT, 100, NEXT, eth_type=ARP, arp_op=operation, **sender)
    for mac in may.macs:
        announced = {"arp_sha": mac, "arp_tha": mac}
        yield flow(INSPECT, 100, NEXT, eth_type=RARP, arp_op=REVERSE_REQUEST, **announced)


def _senders(may: Voice, operation: int) -> Iterator[dict[str, Any]]:
    if may.level == "mac+inner":
        yield from ({"arp_sha": mac} for mac in may.macs)
        return
    yield from ({"arp_sha": pair.mac, **within("arp_spa", pair.prefix)} for pair in may.pairs if pair.version == 4)
    if operation == REQUEST:  # a probe: who asks whether an address is free has none yet (RFC 5227)
        yield from ({"arp_sha": mac, "arp_spa": "0.0.0.0"} for mac in may.macs)


def _neighbours(may: Voice) -> Iterator[Flow]:
    """Neighbour discovery in one piece, with a link-layer address of the VIF's or none."""
    passed = _passed(may)
    for mac in (*may.macs, NO_MAC):
        yield _discovery(passed, SOLICITATION, nd_sll=mac)
    if may.level == "mac+inner":
        for mac in (*may.macs, NO_MAC):
            yield _discovery(passed, ADVERTISEMENT, nd_tll=mac)
    ours = [pair for pair in may.pairs if pair.version == 6]
    for pair in ours if may.level == "mac+ip" else ():
        for mac in (pair.mac, NO_MAC):
            yield _discovery(passed, ADVERTISEMENT, **within("nd_target", pair.prefix), nd_tll=mac)
    # No switch looks at the options of these three: whoever sends them must be who the options could be about.
    for source in dict.fromkeys((UNKNOWN, *(pair.prefix for pair in ours))):
        yield _discovery(passed, ROUTER_SOLICITATION, **within("ipv6_src", source))
    for kind in (ROUTER_ADVERTISEMENT, REDIRECT) if may.router else ():
        yield _discovery(passed, kind)


def _discovery(passed: Goto, kind: int, **match: Any) -> Flow:
    whole = {"eth_type": IPV6, "ip_proto": ICMPV6, "ip_frag": 0, "icmpv6_type": kind, "icmpv6_code": 0}
    return flow(INSPECT, 110, passed, **whole, **match)


def _others(may: Voice) -> Iterator[Flow]:
    """All else that hides nothing; at the level of IP addresses nothing but IP, whose source is looked at next."""
    if may.level == "mac+inner":
        yield flow(INSPECT, 10, NEXT)
    else:
        yield from (flow(INSPECT, 60, Goto(ADDRESS), eth_type=ip) for ip in (IPV4, IPV6))


def _passed(may: Voice) -> Goto:
    return Goto(ADDRESS) if may.level == "mac+ip" else NEXT


def within(field: str, prefix: str) -> dict[str, str]:
    """The match of a field inside the prefix; one of length 0 is no match at all."""
    return {} if prefix.endswith("/0") else {field: prefix}
