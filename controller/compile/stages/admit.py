"""Port security, first part: which MACs a VIF may use."""

from __future__ import annotations

from collections.abc import Iterator

from weft.controller.compile.audience import Placed, here
from weft.controller.compile.seats import seat, voice
from weft.controller.compile.stage import stage
from weft.controller.compile.view import View
from weft.controller.flow.actions import NEXT, Goto
from weft.controller.flow.flow import flow
from weft.controller.pipeline.core import ADMIT, INSPECT


@stage(id=17, per="port")
def admit(view: View, port: str) -> Iterator[Placed]:
    """A VIF speaks with its own MACs alone, unless its port's security is none. What is inside is looked at next."""
    at, may = seat(view, port), voice(view, port)
    if at is None or may is None or not at.places:
        return
    passed = NEXT if may.level in ("none", "mac") else Goto(INSPECT)
    for source in [{}] if may.level == "none" else [{"eth_src": mac} for mac in may.macs]:
        yield here(at.switch, flow(ADMIT, 100, passed, source=at.port_number, **source))
