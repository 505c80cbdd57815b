"""What only bridges say to bridges: to their groups, and to addresses where nobody expects it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from weft.conformance.families.attempt import MARK, Said, Scene, opaque
from weft.conformance.octets import bridges
from weft.conformance.octets.bridges import CISCO_GROUP, LLDP_GROUPS, PVST_GROUP, UPLINK_GROUP
from weft.conformance.octets.ethernet import ethernet

DIES = "admit:reserved"
RESERVED = tuple(f"01:80:c2:00:00:{last:02x}" for last in range(16))  # IEEE 802.1Q, table 8-1
BY_TYPE: dict[str, Callable[[str, str], bytes]] = {
    "LACP": bridges.lacp,
    "PAUSE": bridges.pause,
    "EAPOL": bridges.eapol,
}
BY_GROUP: dict[str, Callable[[str, str], bytes]] = {
    "a BPDU": bridges.bpdu,
    "CDP": bridges.cdp,
    "PVST": bridges.pvst,
}


def bridge_groups(scene: Scene) -> Iterator[Said]:
    """Every address that a bridge must not forward to, with the protocols that belong there and with none."""
    for group in (*RESERVED, CISCO_GROUP, PVST_GROUP, UPLINK_GROUP):
        yield f"an experiment to {group}", opaque(group, scene.me.mac), DIES
        for name, protocol in (BY_TYPE | BY_GROUP).items():
            yield f"{name} to {group}", protocol(group, scene.me.mac), DIES
    slow = ethernet("01:80:c2:00:00:02", scene.me.mac, bridges.SLOW, b"\x03" + MARK)
    yield "an OAM frame", slow, DIES


def bridge_protocols(scene: Scene) -> Iterator[Said]:
    """The same protocols to all and to one: by their type they are for bridges, by LLC they hide."""
    for way, destination in scene.ways:
        for name, protocol in BY_TYPE.items():
            yield f"{name} {way}", protocol(destination, scene.me.mac), DIES
        for name, protocol in BY_GROUP.items():
            yield f"{name} {way}", protocol(destination, scene.me.mac), "admit:ethertype"


def false_links(scene: Scene) -> Iterator[Said]:
    """LLDP that claims a cable between two switches, to make the controller send others' traffic here."""
    switches = sorted({station.switch for station in scene.there.stations.values()})
    for way, destination in (*((group, group) for group in LLDP_GROUPS), *scene.ways):
        for switch in switches[:2]:
            for chassis in (switch.encode(), b"dpid:0000000000000001"):
                said = bridges.lldp(destination, scene.me.mac, chassis, f"{switch}-eth1".encode())
                yield f"{chassis.decode()} {switch}-eth1 {way}", said, DIES
