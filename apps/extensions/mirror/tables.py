"""Where mirrors stand in the pipeline. A copy leaves the tables of the core at once, and never comes back to them."""

from __future__ import annotations

from weft.controller.pipeline.core import COMMUNITY, OPEN, PORT, SEGMENT, SOURCE
from weft.controller.pipeline.schema import Register, Table

TAP = Register("tap", reg=8, low=0, high=23, doc="the port that a copy is for")

COPIES = Table(
    "copies",
    4,
    matches=("vlan_vid",),
    writes=(TAP,),
    next=("tapped",),
    doc="Is it a copy that another switch has sent for a tap?",
)
SAID = Table(
    "said",
    36,
    matches=(SOURCE,),
    writes=(TAP,),
    next=("tapped",),
    doc="Is what the port says mirrored?",
)
HEARD = Table(
    "heard",
    108,
    matches=(PORT, SEGMENT, COMMUNITY, OPEN, "in_port", "vlan_vid", "eth_type"),
    writes=(TAP,),
    next=("tapped",),
    doc="Is what the port hears mirrored?",
)
TAPPED = Table("tapped", 116, matches=(TAP, "in_port"), doc="Where is the copy's tap?")
