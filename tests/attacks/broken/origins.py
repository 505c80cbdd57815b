"""Broken: from which IP addresses a VIF may send, and who may answer as a DHCP server."""

from __future__ import annotations

from tests.attacks.broken.mutations import Broken, beside, gone, instead, moved, rematched, those, unmatched, widened
from weft.conformance.families import ADDRESSES, CONFIGURATION, NEIGHBOURS
from weft.controller.flow.actions import NEXT, Goto
from weft.controller.pipeline.core import ADDRESS, INSPECT

IPV4, LATER, WHOLE = 0x0800, 3, 0
STRICT = ("red1", "red3", "red5")
SERVER = "admit:dhcp-server"

BROKEN = (
    Broken("any IPv4 source", unmatched(those(ADDRESS, priority=100), "ipv4_src"), STRICT, ADDRESSES),
    Broken("IPv4 sources of a /24", widened(ADDRESS, "ipv4_src", 24), STRICT, ADDRESSES),
    Broken("any IPv6 source", unmatched(those(ADDRESS, priority=100), "ipv6_src"), STRICT, ADDRESSES),
    Broken("any link-local source", widened(ADDRESS, "ipv6_src", 10), STRICT, ADDRESSES),
    Broken("any MAC with any of one's addresses", unmatched(those(ADDRESS), "eth_src"), STRICT, ADDRESSES),
    Broken("IP is not looked at", instead(those(INSPECT, priority=60), Goto(ADDRESS), NEXT), STRICT, ADDRESSES),
    Broken(
        "sources of discovery are not looked at",
        instead(those(INSPECT, priority=110), Goto(ADDRESS), NEXT),
        STRICT,
        NEIGHBOURS,
    ),
    Broken(
        "later pieces are not looked at",
        beside(those(ADDRESS, eth_type=IPV4, priority=100), ADDRESS, 140, NEXT, eth_type=IPV4, ip_frag=LATER),
        STRICT,
        ADDRESSES,
    ),
    *(
        Broken(name, gone(those(ADDRESS, SERVER, **port)), STRICT, CONFIGURATION)
        for name, port in (
            ("DHCP servers", {"udp_src": 67}),
            ("DHCP servers on other ports", {"udp_dst": 68}),
            ("DHCPv6 servers", {"udp_src": 547}),
            ("DHCPv6 servers on other ports", {"udp_dst": 546}),
        )
    ),
    Broken(
        "only whole packets are a DHCP server's",
        rematched(those(ADDRESS, SERVER), ip_frag=WHOLE),
        STRICT,
        CONFIGURATION,
    ),
    Broken("datagrams that begin in a later piece", gone(those(ADDRESS, "admit:malformed")), STRICT, CONFIGURATION),
    Broken("DHCP servers come after one's own sources", moved(those(ADDRESS, SERVER), 90), STRICT, CONFIGURATION),
    Broken("requests from nobody to one", unmatched(those(ADDRESS), "ipv4_dst"), STRICT, ADDRESSES),
    Broken("requests from nobody in pieces", unmatched(those(ADDRESS, udp_dst=67), "ip_frag"), STRICT, ADDRESSES),
    Broken("anything from nobody", unmatched(those(ADDRESS), "udp_src", "udp_dst"), STRICT, ADDRESSES),
    Broken("detection of others' addresses", unmatched(those(ADDRESS), "nd_target"), STRICT, NEIGHBOURS),
    Broken("all of ICMPv6 from nobody", unmatched(those(ADDRESS, icmpv6_type=133), "icmpv6_type"), STRICT, ADDRESSES),
)
