"""Port security, third part: IP sources, and who may answer as a DHCP server. At the level ``mac+ip`` alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from weft.controller.compile.audience import Placed, here
from weft.controller.compile.seats import Pair, Voice, seat, voice
from weft.controller.compile.stage import stage
from weft.controller.compile.stages.inner import (
    ICMPV6,
    IPV4,
    IPV6,
    ROUTER_SOLICITATION,
    SOLICITATION,
    UNKNOWN,
    within,
)
from weft.controller.compile.view import View
from weft.controller.flow.actions import NEXT, Drop
from weft.controller.flow.flow import Flow, flow
from weft.controller.pipeline.core import ADDRESS

UDP = 17
WHOLE, FIRST = 0, 1  # ip_frag: no fragment, and one that begins a packet; only these tell their ports
DHCP_SERVER, DHCP_CLIENT, DHCPV6_SERVER, DHCPV6_CLIENT = 67, 68, 547, 546
MLD_REPORTS = (131, 143)  # RFC 2710, RFC 3810

EVERYWHERE = (
    *(  # the ports are in a later piece, where no switch looks
        flow(ADDRESS, 200, Drop("malformed"), eth_type=ip, ip_proto=UDP, ip_frag=FIRST, udp_src=0)
        for ip in (IPV4, IPV6)
    ),
    *(  # clients listen to whoever sends to their port, from whichever port that comes
        flow(ADDRESS, 150, Drop("dhcp-server"), eth_type=ip, ip_proto=UDP, **port)
        for ip, port in (
            (IPV4, {"udp_src": DHCP_SERVER}),
            (IPV4, {"udp_dst": DHCP_CLIENT}),
            (IPV6, {"udp_src": DHCPV6_SERVER}),
            (IPV6, {"udp_dst": DHCPV6_CLIENT}),
        )
    ),
    flow(ADDRESS, 0, Drop("ip-source")),
)


@stage(id=27, per="port")
def address(view: View, port: str) -> Iterator[Placed]:
    """A VIF sends IP from its own addresses, or from none while it looks for one, and answers DHCP if it may."""
    at, may = seat(view, port), voice(view, port)
    if at is None or may is None or not at.places or may.level != "mac+ip":
        return
    for wish in (*_known(may), *_looking(may)):
        yield here(at.switch, wish._replace(match={"source": at.port_number, **wish.match}))


def _known(may: Voice) -> Iterator[Flow]:
    for ip in (IPV4, IPV6) if may.dhcp_server else ():  # what is wrong with it is not that it is a server's
        yield flow(ADDRESS, 155, Drop("ip-source"), eth_type=ip, ip_proto=UDP)
    for pair in may.pairs:
        own = _from(pair)
        yield flow(ADDRESS, 100, NEXT, **own)
        if may.dhcp_server:
            yield flow(ADDRESS, 160, NEXT, **own, ip_proto=UDP)


def _looking(may: Voice) -> Iterator[Flow]:
    """Who has no address yet asks for one (RFC 2131), sees whether it is free (RFC 4862), and joins groups."""
    asks: dict[str, Any] = {"ipv4_src": "0.0.0.0", "ipv4_dst": "255.255.255.255", "ip_frag": WHOLE}
    yield flow(ADDRESS, 160, NEXT, eth_type=IPV4, ip_proto=UDP, **asks, udp_src=DHCP_CLIENT, udp_dst=DHCP_SERVER)
    nobody: dict[str, Any] = {"eth_type": IPV6, "ipv6_src": UNKNOWN, "ip_proto": ICMPV6}
    for kind in (ROUTER_SOLICITATION, *MLD_REPORTS):
        yield flow(ADDRESS, 100, NEXT, **nobody, icmpv6_type=kind)
    for prefix in dict.fromkeys(pair.prefix for pair in may.pairs if pair.version == 6):
        yield flow(ADDRESS, 100, NEXT, **nobody, icmpv6_type=SOLICITATION, **within("nd_target", prefix))


def _from(pair: Pair) -> dict[str, Any]:
    if pair.version == 4:
        return {"eth_src": pair.mac, "eth_type": IPV4, **within("ipv4_src", pair.prefix)}
    return {"eth_src": pair.mac, "eth_type": IPV6, **within("ipv6_src", pair.prefix)}
