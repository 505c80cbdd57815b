"""The pipeline of every Weft switch. Table ids have gaps for extensions and are never renumbered."""

from __future__ import annotations

from weft.controller.pipeline.schema import Pipeline, Register, Table

SEGMENT = Register("segment", reg=0, low=0, high=23, doc="the segment that the frame is on")
PLANE = SEGMENT.part("plane", width=3, doc="which of the equal-cost paths its segment takes")
SOURCE = Register("source", reg=1, low=0, high=23, doc="the port that said it; 0 when it came over the fabric")
TAG = Register("tag", reg=2, low=0, high=23, doc="the segmentation id that its segment has on a wire")
DEST = Register("dest", reg=3, low=0, high=15, doc="the switch that it is for")
PORT = Register("port", reg=4, low=0, high=23, doc="the port that it is for")

PLANES = 1 << PLANE.width

CLASSIFY = Table(
    "classify",
    0,
    matches=("in_port", "vlan_vid", "eth_type"),
    writes=(SEGMENT, SOURCE, TAG),
    next=("admit", "arrive"),
    doc="Where did this frame come from? A VIF speaks untagged; what comes from anywhere else is dropped.",
)
ARRIVE = Table(
    "arrive",
    8,
    matches=("vlan_vid",),
    writes=(SEGMENT, TAG),
    next=("forward",),
    doc="Which segment is a frame of the fabric on? Its tag says so, and is taken off.",
)
ADMIT = Table(
    "admit",
    16,
    matches=(SOURCE, "eth_src", "eth_dst", "eth_type"),
    next=("forward",),
    doc="May the VIF say this? Everything that its port does not allow is dropped.",
)
FORWARD = Table(
    "forward",
    64,
    matches=(SEGMENT, "eth_dst"),
    writes=(DEST, PORT),
    next=("transit", "flood"),
    doc="Who is it for? The same on every switch.",
)
FLOOD = Table(
    "flood",
    80,
    matches=(SEGMENT,),
    writes=(PORT,),
    reads=(TAG,),
    next=("deliver",),
    doc="Broadcast and multicast: to each local member, and along the segment's tree, never back.",
)
TRANSIT = Table(
    "transit",
    96,
    matches=(DEST, PLANE),
    reads=(TAG,),
    next=("deliver",),
    doc="How does it get there? To the next hop with the segment's tag, or to a port here.",
)
DELIVER = Table(
    "deliver",
    112,
    matches=(PORT,),
    doc="May it leave here, and by which interface?",
)

CORE = Pipeline((CLASSIFY, ARRIVE, ADMIT, FORWARD, FLOOD, TRANSIT, DELIVER))
