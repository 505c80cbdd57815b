"""What every switch does, whatever is plugged into it."""

from __future__ import annotations

from collections.abc import Iterator

from weft.controller.compile.audience import Placed, here
from weft.controller.compile.stage import stage
from weft.controller.compile.stages.address import EVERYWHERE as ADDRESSES
from weft.controller.compile.stages.inner import EVERYWHERE as INSIDES
from weft.controller.compile.view import View
from weft.controller.flow.actions import NEXT, TO_CONTROLLER, Drop, Goto
from weft.controller.flow.flow import UNTAGGED, flow
from weft.controller.model.facts import Endpoint
from weft.controller.pipeline.core import (
    ADMIT,
    ARRIVE,
    CLASSIFY,
    DELIVER,
    DROP,
    FLOOD,
    FORWARD,
    LISTEN,
    ORIGIN,
    RECEIVE,
    STORM,
    TRANSIT,
)
from weft.controller.pipeline.reasons import REASONS

LLDP, EAPOL, PAUSE, SLOW = 0x88CC, 0x888E, 0x8808, 0x8809  # slow protocols: LACP, marker, OAM
RESERVED = (
    ("01:80:c2:00:00:00", "ff:ff:ff:ff:ff:f0"),  # never forwarded by a bridge: IEEE 802.1Q, 8.6.3
    ("01:00:0c:cc:cc:cc", "ff:ff:ff:ff:ff:fe"),  # CDP, VTP, DTP, UDLD, and PVST+
    ("01:00:0c:cd:cd:cc", "ff:ff:ff:ff:ff:fe"),  # STP uplink fast
)
GROUP = ("01:00:00:00:00:00", "01:00:00:00:00:00")
STATION = ("00:00:00:00:00:00", "01:00:00:00:00:00")
NOBODY = "00:00:00:00:00:00"

EVERYWHERE = (
    flow(CLASSIFY, 0, Drop("unknown-port")),
    flow(ARRIVE, 0, Drop("unknown-tag")),
    flow(ORIGIN, 0, NEXT),
    *(flow(ADMIT, 300, Drop("reserved"), eth_dst=bridges) for bridges in RESERVED),
    *(flow(ADMIT, 300, Drop("reserved"), eth_type=protocol) for protocol in (LLDP, EAPOL, PAUSE, SLOW)),
    *(flow(ADMIT, 290, Drop("source-mac"), eth_src=source) for source in (GROUP, NOBODY)),
    flow(ADMIT, 0, Drop("source-mac")),
    flow(LISTEN, 0, NEXT),
    flow(FORWARD, 50, Goto(STORM), eth_dst=GROUP),
    flow(FORWARD, 0, Drop("unknown-destination")),
    flow(STORM, 0, NEXT),
    flow(FLOOD, 0, Drop("nobody-listens")),
    flow(TRANSIT, 0, Drop("no-way-there")),
    flow(RECEIVE, 100, NEXT, eth_dst=GROUP),
    flow(RECEIVE, 0, Drop("not-its-address")),
    flow(DELIVER, 0, Drop("isolated")),
    *INSIDES,
    *ADDRESSES,
    *(flow(DROP, 10, Drop(reason.name), reason=reason.number) for reason in REASONS),
)


@stage(id=1, per="switch")
def base(view: View, switch: str) -> Iterator[Placed]:
    """What no other rule allows is dropped, by name; what several receivers may want is flooded."""
    found = view.switch(switch)
    if found is not None:
        for everywhere in EVERYWHERE:
            yield here(switch, everywhere)
        yield here(switch, flow(TRANSIT, 100, NEXT, dest=found.number))


@stage(id=2, per="switch")
def cables(view: View, switch: str) -> Iterator[Placed]:
    """A frame from another switch says its segment by tag; LLDP is believed on fabric interfaces alone."""
    found = view.switch(switch)
    for name in found.fabric_interfaces if found is not None else ():
        interface = view.interface(Endpoint(switch, name))
        if interface is not None:
            yield here(switch, flow(CLASSIFY, 100, Goto(ARRIVE), in_port=interface.ofport))
            lldp = flow(CLASSIFY, 110, TO_CONTROLLER, in_port=interface.ofport, eth_type=LLDP, vlan_vid=UNTAGGED)
            yield here(switch, lldp)
