"""Broken: which interface and tag a frame comes from, and which MACs it may have."""

from __future__ import annotations

from collections.abc import Iterator

from tests.attacks.broken.mutations import (
    Broken,
    beside,
    gone,
    instead,
    masked,
    moved,
    only,
    rematched,
    those,
    unmatched,
)
from weft.conformance.families import BRIDGING, EVERY_ID, LAWFUL, RESOLUTION, SOURCES, TAGS
from weft.controller.flow.actions import NEXT, TO_CONTROLLER, Drop, Goto, PopVlan
from weft.controller.flow.flow import Flow, tagged
from weft.controller.pipeline.core import ADMIT, ARRIVE, CLASSIFY, INSPECT

GROUP = ("01:00:00:00:00:00", "01:00:00:00:00:00")
RESERVED = ("01:80:c2:00:00:00", "ff:ff:ff:ff:ff:f0")
ANY_TAG = (0x1000, 0x1000)
PLAIN, LOOSE, TRUNK = ("red6",), ("red4",), ("red9",)  # at the levels mac and none, and a trunk at mac


def _own(said: Flow) -> bool:
    """A flow that lets a VIF's own MAC in."""
    return said.table == ADMIT and not said.drop and str(said.match.get("eth_src", "")).startswith("02:00:00:00:00:")


def _let(said: Flow) -> Iterator[Flow]:
    """What is dropped goes on instead."""
    dies = said.table in (ADMIT, INSPECT) and any(isinstance(action, Drop) for action in said.actions)
    yield said._replace(actions=(NEXT,)) if dies else said


BROKEN = (
    Broken("any source MAC", unmatched(those(ADMIT), "eth_src"), PLAIN, SOURCES),
    Broken(
        "the last bits of a source MAC are not looked at",
        masked(_own, "eth_src", "02:00:00:00:00:00", "ff:ff:ff:ff:ff:e0"),
        PLAIN,
        SOURCES,
    ),
    Broken("group sources", gone(those(ADMIT, "admit:source-mac", eth_src=GROUP)), LOOSE, SOURCES),
    Broken("the zero source", gone(those(ADMIT, "admit:source-mac", eth_src="00:00:00:00:00:00")), LOOSE, SOURCES),
    Broken("the bridges' group addresses", gone(those(ADMIT, eth_dst=...)), PLAIN, BRIDGING),
    Broken(
        "only the first of the bridges' group addresses",
        rematched(those(ADMIT, eth_dst=RESERVED), eth_dst=RESERVED[0]),
        PLAIN,
        BRIDGING,
    ),
    *(
        Broken(f"{name} by its type", gone(those(ADMIT, "admit:reserved", eth_type=ethertype)), PLAIN, BRIDGING)
        for name, ethertype in (("LLDP", 0x88CC), ("EAPOL", 0x888E), ("PAUSE", 0x8808), ("LACP", 0x8809))
    ),
    Broken("reserved comes after allowed", moved(those(ADMIT, "admit:reserved"), 50), PLAIN, BRIDGING),
    Broken(
        "LLDP of VIFs is believed",
        beside(those(CLASSIFY, priority=0), CLASSIFY, 120, TO_CONTROLLER, eth_type=0x88CC),
        PLAIN,
        BRIDGING,
    ),
    Broken("any tag", unmatched(those(CLASSIFY, vlan_vid=0), "vlan_vid"), PLAIN, TAGS),
    Broken(
        "priority tags",
        lambda said: (said, *rematched(those(CLASSIFY, vlan_vid=0, priority=100), vlan_vid=0x1000)(said)),
        PLAIN,
        TAGS,
    ),
    Broken(
        "VIFs' tags are read as the fabric's",
        beside(those(CLASSIFY, "classify:tagged", priority=90), CLASSIFY, 105, Goto(ARRIVE), vlan_vid=ANY_TAG),
        PLAIN,
        TAGS,
    ),
    Broken(
        "the last bit of a trunk's tag is not looked at",
        masked(those(CLASSIFY, priority=100, vlan_vid=tagged(100)), "vlan_vid", tagged(100), 0x1FFE),
        TRUNK,
        EVERY_ID,
    ),
    Broken("a tag below a trunk's", gone(those(CLASSIFY, "classify:tagged", priority=110)), TRUNK, TAGS),
    Broken(
        "a trunk's tag stays on",
        only(those(CLASSIFY, vlan_vid=tagged(7)), lambda action: not isinstance(action, PopVlan)),
        ("red14",),
        LAWFUL,
    ),
    Broken(
        "what is inside is not inspected",
        instead(those(ADMIT), Goto(INSPECT), NEXT),
        ("red2",),
        RESOLUTION,
    ),
    Broken("nothing is dropped", _let, PLAIN, SOURCES),
)
