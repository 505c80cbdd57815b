"""Broken: where a frame goes, and who hears it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.attacks.broken.mutations import (
    Broken,
    doing,
    gone,
    instead,
    only,
    rematched,
    those,
    unmatched,
)
from weft.conformance.families import LAWFUL, TAGS, WRAPPING
from weft.controller.flow.actions import NEXT, Goto, Load, Output, Set
from weft.controller.flow.flow import Flow, tagged
from weft.controller.pipeline.core import (
    ARRIVE,
    CLASSIFY,
    COMMUNITY,
    DELIVER,
    FORWARD,
    ISOLATED,
    LISTEN,
    OPEN,
    ORIGIN,
    RECEIVE,
    SEGMENT,
    STORM,
)

GROUP = ("01:00:00:00:00:00", "01:00:00:00:00:00")
RED, BLUE = 1, 2  # the numbers of the first segments; their tags are 2 and 3
ORDINARY, BY_TRUNKS = ("red2",), ("blue7",)
TENANTS = ("red1", "blue1", "blue9")
PRIVATE = ("blue9", "blue10", "blue12", "blue11")


def _of_the_isolated(said: Flow) -> Iterator[Flow]:
    """Who accepts what is open to all accepts what comes from isolated ports as well."""
    yield said
    if those(DELIVER, open=1)(said):
        match = {name: value for name, value in said.match.items() if name != "open"}
        yield said._replace(match=match | {"community": ISOLATED})


BROKEN = (
    Broken(
        "the last bits of a segment's tag are not looked at",
        rematched(those(ARRIVE, vlan_vid=tagged(2)), priority=110, vlan_vid=(tagged(0), 0x1FFC)),
        TENANTS,
        LAWFUL,
    ),
    Broken(
        "VIFs are on another segment",
        instead(those(CLASSIFY, vlan_vid=0), Load(SEGMENT, RED), Load(SEGMENT, BLUE)),
        TENANTS,
        LAWFUL,
    ),
    Broken("unknown addresses are flooded", doing(those(FORWARD, priority=0), Goto(STORM)), ORDINARY, WRAPPING),
    Broken("shared MACs are nobody's", gone(those(FORWARD, priority=90)), ORDINARY, LAWFUL),
    Broken("all hear what is for a shared MAC", doing(those(RECEIVE, priority=50), NEXT), ORDINARY, LAWFUL),
    Broken("a VIF's own tags mean segments to a trunk", gone(those(DELIVER, "deliver:tagged")), ("blue3",), TAGS),
    Broken("nobody hears groups", gone(those(RECEIVE, eth_dst=GROUP)), ORDINARY, LAWFUL),
    Broken("promiscuous ports hear nothing", gone(those(LISTEN, priority=100)), ORDINARY, LAWFUL),
    Broken("promiscuous ports hear groups twice", unmatched(those(LISTEN, priority=100), "eth_dst"), ORDINARY, LAWFUL),
    Broken(
        "a trunk is given another tag",
        instead(those(DELIVER), Set("vlan_vid", tagged(100)), Set("vlan_vid", tagged(101))),
        BY_TRUNKS,
        LAWFUL,
    ),
    Broken(
        "a trunk is given no tag",
        only(those(DELIVER), lambda action: isinstance(action, Output)),
        BY_TRUNKS,
        LAWFUL,
    ),
    Broken("isolated ports hear all", unmatched(those(DELIVER), "community"), PRIVATE, LAWFUL),
    Broken(
        "isolated ports hear each other",
        _of_the_isolated,
        PRIVATE,
        LAWFUL,
    ),
    Broken(
        "isolated ports are heard by all",
        instead(those(CLASSIFY), Load(COMMUNITY, ISOLATED), Load(COMMUNITY, 0)),
        PRIVATE,
        LAWFUL,
    ),
    Broken("communities are told on one switch only", gone(those(ORIGIN, priority=100)), PRIVATE, LAWFUL),
    Broken(
        "who is open to all is so on one switch only",
        only(those(ORIGIN), lambda action: action != Load(OPEN, 1)),
        PRIVATE,
        LAWFUL,
    ),
    Broken("a community is another", rematched(those(DELIVER, community=7), community=8), PRIVATE, LAWFUL),
)
