"""Broken: what a frame may claim inside."""

from __future__ import annotations

from tests.attacks.broken.mutations import Broken, beside, gone, moved, those, unmatched, widened
from weft.conformance.families import LAWFUL, NEIGHBOURS, RESOLUTION, SHAPES, TAGS, WRAPPING
from weft.controller.flow.actions import NEXT
from weft.controller.pipeline.core import INSPECT

ARP, RARP, IPV4, IPV6 = 0x0806, 0x8035, 0x0800, 0x86DD
ADVERTISEMENT = 136
INSIDE, STRICT = ("red2", "red8"), ("red1", "red3")  # at the levels mac+inner and mac+ip

BROKEN_RESOLUTION = (
    Broken("any ARP sender MAC", unmatched(those(INSPECT, eth_type=ARP), "arp_sha"), INSIDE, RESOLUTION),
    Broken("any ARP sender address", unmatched(those(INSPECT, eth_type=ARP), "arp_spa"), STRICT, RESOLUTION),
    Broken("ARP sender addresses of a /24", widened(INSPECT, "arp_spa", 24), STRICT, RESOLUTION),
    Broken("any ARP operation", unmatched(those(INSPECT, eth_type=ARP), "arp_op"), INSIDE, RESOLUTION),
    Broken(
        "ARP replies are not inspected",
        beside(those(INSPECT, eth_type=ARP, arp_op=1), INSPECT, 105, NEXT, eth_type=ARP, arp_op=2),
        INSIDE,
        RESOLUTION,
    ),
    Broken("ARP that cannot be read", gone(those(INSPECT, "admit:arp-sender", eth_type=ARP)), INSIDE, RESOLUTION),
    Broken("RARP is not inspected", gone(those(INSPECT, "admit:arp-sender", eth_type=RARP)), INSIDE, RESOLUTION),
    Broken("RARP for another target", unmatched(those(INSPECT, eth_type=RARP), "arp_tha"), INSIDE, RESOLUTION),
    Broken("RARP of another sender", unmatched(those(INSPECT, eth_type=RARP), "arp_sha"), INSIDE, RESOLUTION),
)
BROKEN_WRAPPING = (
    *(
        Broken(name, gone(those(INSPECT, "admit:ethertype", eth_type=ethertype)), INSIDE, WRAPPING + TAGS)
        for name, ethertype in (
            *(("MPLS", 0x8847), ("NSH", 0x894F), ("PPPoE", 0x8864), ("backbone bridging", 0x88E7)),
            *(("9100", 0x9100), ("VN-Tag", 0x8926), ("LLC without SNAP", 0x05FF)),
        )
    ),
    Broken("two guests' tags", gone(those(INSPECT, "admit:ethertype", eth_type=0x8100)), ("blue3",), TAGS),
    Broken("what hides comes after the rest", moved(those(INSPECT, "admit:ethertype"), 5), INSIDE, WRAPPING),
    Broken(
        "all types at mac+ip",
        beside(those(INSPECT, eth_type=IPV4, priority=60), INSPECT, 5, NEXT),
        STRICT,
        LAWFUL,
    ),
    Broken("headers that go on in a later piece", gone(those(INSPECT, ip_proto=0)), INSIDE, NEIGHBOURS + SHAPES),
)
BROKEN_NEIGHBOURS = (
    Broken("any source link-layer option", unmatched(those(INSPECT), "nd_sll"), INSIDE, NEIGHBOURS),
    Broken("any target link-layer option", unmatched(those(INSPECT), "nd_tll"), INSIDE, NEIGHBOURS),
    Broken(
        "any advertised target",
        unmatched(those(INSPECT, icmpv6_type=ADVERTISEMENT), "nd_target"),
        STRICT,
        NEIGHBOURS,
    ),
    Broken("a link-layer option twice", gone(those(INSPECT, nd_target="::")), INSIDE, NEIGHBOURS),
    Broken("discovery in pieces", unmatched(those(INSPECT, eth_type=IPV6), "ip_frag"), INSIDE, NEIGHBOURS),
    Broken("discovery with another code", unmatched(those(INSPECT), "icmpv6_code"), INSIDE, NEIGHBOURS),
    Broken("discovery that no rule knows", gone(those(INSPECT, "admit:neighbour", priority=90)), INSIDE, NEIGHBOURS),
    Broken("router advertisements", gone(those(INSPECT, "admit:router", icmpv6_type=134)), INSIDE, NEIGHBOURS),
    Broken("redirects", gone(those(INSPECT, "admit:router", icmpv6_type=137)), INSIDE, NEIGHBOURS),
    Broken("router solicitations of anybody", unmatched(those(INSPECT), "ipv6_src"), INSIDE, NEIGHBOURS),
    Broken("ICMPv6 that begins in a later piece", gone(those(INSPECT, icmpv6_type=0)), INSIDE, NEIGHBOURS),
)
BROKEN = BROKEN_RESOLUTION + BROKEN_WRAPPING + BROKEN_NEIGHBOURS
