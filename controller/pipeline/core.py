"""The pipeline of every Weft switch. Table ids have gaps for extensions and are never renumbered."""

from __future__ import annotations

from weft.controller.pipeline.reasons import REASONS
from weft.controller.pipeline.schema import Pipeline, Register, Table

SEGMENT = Register("segment", reg=0, low=0, high=23, doc="the segment that the frame is on")
PLANE = SEGMENT.part("plane", width=3, doc="which of the equal-cost paths its segment takes")
SOURCE = Register("source", reg=1, low=0, high=23, doc="the port that said it; 0 when it came over the fabric")
TAG = Register("tag", reg=2, low=0, high=23, doc="the segmentation id that its segment has on a wire")
DEST = Register("dest", reg=3, low=0, high=15, doc="the switch that it is for")
PORT = Register("port", reg=4, low=0, high=23, doc="the port that it is for")
COMMUNITY = Register("community", reg=5, low=0, high=15, doc="its sender's community of a private VLAN; 0 names none")
OPEN = Register("open", reg=5, low=16, high=16, doc="1: its sender is a promiscuous port of a private VLAN")
REASON = Register("reason", reg=6, low=0, high=7, doc="why it is dropped")

PLANES = 1 << PLANE.width
ISOLATED = 0xFFFF  # in COMMUNITY: a community that nobody accepts

CLASSIFY = Table(
    "classify",
    0,
    matches=("in_port", "vlan_vid", "eth_type"),
    writes=(SEGMENT, SOURCE, TAG, COMMUNITY, OPEN),
    next=("admit", "arrive"),
    doc="Where did this frame come from? The interface, and on a trunk the tag, say which port and segment.",
)
ARRIVE = Table(
    "arrive",
    8,
    matches=("vlan_vid",),
    writes=(SEGMENT, TAG, SOURCE),
    next=("origin",),
    doc="Which segment is a frame of the fabric on? Its tag says so, and is taken off.",
)
ORIGIN = Table(
    "origin",
    12,
    matches=(SEGMENT, "eth_src"),
    writes=(COMMUNITY, OPEN),
    next=("listen",),
    doc="Who on another switch has said it? Private VLANs want to know.",
)
ADMIT = Table(
    "admit",
    16,
    matches=(SOURCE, "eth_src", "eth_dst", "eth_type"),
    next=("listen", "inspect"),
    doc="May the VIF say this? Its MAC must be the port's, and what bridges say to bridges is not for VIFs.",
)
INSPECT = Table(
    "inspect",
    24,
    matches=(
        SOURCE,
        "eth_type",
        *("arp_op", "arp_spa", "arp_sha", "arp_tha"),
        *("ip_proto", "ip_frag", "ipv6_src", "icmpv6_type", "icmpv6_code", "nd_target", "nd_sll", "nd_tll"),
    ),
    next=("listen", "address"),
    question="admit",
    doc="Does what is inside agree? ARP senders, neighbour discovery, and types that may hide anything.",
)
ADDRESS = Table(
    "address",
    32,
    matches=(
        SOURCE,
        *("eth_src", "eth_type", "ip_proto", "ip_frag", "ipv4_src", "ipv4_dst", "ipv6_src"),
        *("udp_src", "udp_dst", "icmpv6_type", "nd_target"),
    ),
    next=("listen",),
    question="admit",
    doc="Is the IP source one of the port's addresses, and does only a DHCP server answer as one?",
)
LISTEN = Table(
    "listen",
    48,
    matches=(SEGMENT, "eth_dst"),
    writes=(PORT,),
    next=("forward", "receive"),
    doc="Does a promiscuous port here want a copy?",
)
FORWARD = Table(
    "forward",
    64,
    matches=(SEGMENT, "eth_dst"),
    writes=(DEST, PORT),
    next=("transit", "storm", "flood"),
    doc="Who is it for? The same on every switch.",
)
STORM = Table(
    "storm",
    72,
    matches=(SOURCE,),
    next=("flood",),
    doc="Has the port said too much to everybody?",
)
FLOOD = Table(
    "flood",
    80,
    matches=(SEGMENT,),
    writes=(PORT,),
    reads=(TAG,),
    next=("receive",),
    doc="Broadcast and multicast: to each local member, and along the segment's tree, never back.",
)
TRANSIT = Table(
    "transit",
    96,
    matches=(DEST, PLANE),
    reads=(TAG,),
    next=("receive",),
    doc="How does it get there? To the next hop with the segment's tag, or to a port here.",
)
RECEIVE = Table(
    "receive",
    104,
    matches=(PORT, SOURCE, SEGMENT, "eth_dst"),
    next=("deliver",),
    doc="May the port hear it? What is for one is for the one who has the address.",
)
DELIVER = Table(
    "deliver",
    112,
    matches=(PORT, SEGMENT, COMMUNITY, OPEN, "vlan_vid", "eth_type"),
    doc="May it leave here, by which interface, and with which tag?",
)
DROP = Table(
    "drop",
    120,
    matches=(REASON, SOURCE, PORT),
    doc="Why does it end here? Each port has a counter for each reason.",
)

CORE = Pipeline(
    (
        *(CLASSIFY, ARRIVE, ORIGIN, ADMIT, INSPECT, ADDRESS, LISTEN),
        *(FORWARD, STORM, FLOOD, TRANSIT, RECEIVE, DELIVER, DROP),
    ),
    drop=DROP,
    reason=REASON,
    reasons=REASONS,
)
