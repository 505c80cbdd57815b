"""VLAN tags where none belong: hopping to another segment by its tag, alone, doubled or disguised."""

from __future__ import annotations

from collections.abc import Iterator

from weft.conformance.families.attempt import Said, Scene, opaque
from weft.conformance.families.sources import contents
from weft.conformance.octets.ethernet import BROADCAST, Tag, tagged

DIES = "classify:tagged"
CUSTOMER, SERVICE = 0x8100, 0x88A8
UNKNOWN_TO_SWITCHES = (0x9100, 0x9200, 0x9300, 0x8200)
IDS = (0, 1, 2, 3, 4, 5, 6, 9, 100, 4094, 4095)  # the lab's segments have the first ones from 2 on


def hopping(scene: Scene) -> Iterator[Said]:
    """One tag, of a segment or of none."""
    for way, destination in (*scene.ways, (f"to {scene.foreign.name}", scene.foreign_mac)):
        for protocol in (CUSTOMER, SERVICE):
            for vlan in IDS:
                frame = opaque(destination, scene.me.mac)
                yield f"{protocol:x} {vlan} {way}", tagged(frame, Tag(vlan, protocol)), DIES
            for what, octets in contents(scene, destination, scene.me.mac):
                yield f"{what} with {protocol:x} 2 {way}", tagged(octets, Tag(2, protocol)), DIES


def priority_tags(scene: Scene) -> Iterator[Said]:
    """Tags that name a priority, may be dropped first, or both; with a segment or without."""
    for priority in (1, 7):
        for eligible in (False, True):
            for vlan in (0, 2):
                tag = Tag(vlan, CUSTOMER, priority, eligible)
                yield f"{tag}", tagged(opaque(BROADCAST, scene.me.mac), tag), DIES


def double_tags(scene: Scene) -> Iterator[Said]:
    """Two tags and three: the first is taken off, and the next one would count."""
    for way, destination in (("to all", BROADCAST), (f"to {scene.foreign.name}", scene.foreign_mac)):
        for outer in (CUSTOMER, SERVICE):
            for inner in (CUSTOMER, SERVICE):
                for first in (0, 1, 2, 3):
                    for second in (0, 2, 3, 4):
                        tags = (Tag(first, outer), Tag(second, inner))
                        name = f"{outer:x} {first}, {inner:x} {second} {way}"
                        yield name, tagged(opaque(destination, scene.me.mac), *tags), DIES
        three = (Tag(2, SERVICE), Tag(3), Tag(4))
        yield f"three {way}", tagged(opaque(destination, scene.me.mac), *three), DIES
        many = tuple(Tag(2) for _ in range(8))
        yield f"eight {way}", tagged(opaque(destination, scene.me.mac), *many), DIES


def strange_tags(scene: Scene) -> Iterator[Said]:
    """Tags of types that a switch takes for content, alone and before real ones."""
    for way, destination in (("to all", BROADCAST), (f"to {scene.far.name}", scene.far.mac)):
        for protocol in UNKNOWN_TO_SWITCHES:
            frame = opaque(destination, scene.me.mac)
            yield f"{protocol:x} {way}", tagged(frame, Tag(2, protocol)), "admit:ethertype"
            yield f"{protocol:x}, 8100 {way}", tagged(frame, Tag(2, protocol), Tag(3)), "admit:ethertype"
            yield f"8100, {protocol:x} {way}", tagged(frame, Tag(2), Tag(3, protocol)), DIES


def every_id(scene: Scene) -> Iterator[Said]:
    """All 4,096 values of a tag."""
    for vlan in range(4096):
        yield f"tag {vlan}", tagged(opaque(BROADCAST, scene.me.mac), Tag(vlan)), DIES
