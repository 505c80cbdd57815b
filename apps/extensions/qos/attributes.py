"""What is said of a port, or of a segment for all its ports that say nothing themselves."""

from __future__ import annotations

from typing import Literal

from weft.controller.flow.meter import LARGEST
from weft.controller.model.declared import Declared, Number


def _both(name: str, type: Number, doc: str, who: Literal["owner", "operator"] = "owner") -> tuple[Declared, ...]:
    """The attribute of a port, and that of a segment."""
    of_segment = f"{doc} Of each port of the segment that says nothing itself."
    return tuple(
        Declared(kind, name, type, said, who=who, in_tables=True)
        for kind, said in (("port", doc), ("segment", of_segment))
    )


DSCP, SEGMENT_DSCP = _both(
    "qos:dscp", Number(0, 63), "The DSCP that IP packets have which it sends; without, they keep their own.", "operator"
)
RATE, SEGMENT_RATE = _both("qos:rate", Number(1, LARGEST), "The most that it may send, in kbit/s.")
BURST, SEGMENT_BURST = _both(
    "qos:burst", Number(1, LARGEST), "How much may come at once on top of `qos:rate`, in kbit; one frame in any case."
)
ATTRIBUTES = (DSCP, SEGMENT_DSCP, RATE, SEGMENT_RATE, BURST, SEGMENT_BURST)
