"""A source MAC that is not the sender's: somebody's, nobody's, or a group's."""

from __future__ import annotations

from collections.abc import Iterator

from weft.conformance.families.attempt import MARK, STRANGER, Said, Scene, opaque
from weft.conformance.octets import arp, ipv4, ipv6
from weft.conformance.octets.ethernet import BROADCAST, NOBODY, ethernet, mac

DIES = "admit:source-mac"


def stolen_source(scene: Scene) -> Iterator[Said]:
    """Somebody else's MAC, so that all think that he has moved here."""
    victims = {who.name: who.mac for who in (scene.near, scene.far)} | {scene.foreign.name: scene.foreign_mac}
    for victim, stolen in victims.items():
        for way, destination in (*scene.ways, ("to myself", scene.me.mac), ("to the victim", stolen)):
            for what, octets in contents(scene, destination, stolen):
                yield f"{what} as {victim} {way}", octets, DIES


def random_source(scene: Scene) -> Iterator[Said]:
    """A MAC that nobody has."""
    own = mac(scene.me.mac)
    other_bit = bytes((own[0] ^ 2,)) + own[1:]
    last_bit = own[:5] + bytes((own[5] ^ 0x80,))
    for name, source in (("a stranger", mac(STRANGER)), ("the U/L bit", other_bit), ("one bit off", last_bit)):
        for way, destination in scene.ways:
            for what, octets in contents(scene, destination, source.hex(":")):
                yield f"{what} as {name} {way}", octets, DIES


def group_source(scene: Scene) -> Iterator[Said]:
    """A MAC that no station can have."""
    own = mac(scene.me.mac)
    group_bit = (bytes((own[0] | 1,)) + own[1:]).hex(":")
    for source in (group_bit, BROADCAST, NOBODY, "33:33:00:00:00:01", "01:00:5e:00:00:01", "01:80:c2:00:00:00"):
        for way, destination in scene.ways:
            for what, octets in contents(scene, destination, source):
                yield f"{what} as {source} {way}", octets, DIES


def contents(scene: Scene, destination: str, source: str) -> Iterator[tuple[str, bytes]]:
    """Frames that are lawful inside, so that the source MAC is all that is false."""
    me, far = scene.me, scene.far
    mine = me.ip4 if me.addresses else "0.0.0.0"
    yield "experiment", opaque(destination, source)
    asks = arp.arp(arp.REQUEST, (me.mac, mine), (NOBODY, far.ip4))
    yield "ARP", ethernet(destination, source, arp.ARP, asks)
    datagram = ipv4.udp(mine, far.ip4, (4000, 4000), MARK)
    yield "IPv4", ethernet(destination, source, ipv4.IPV4, ipv4.ipv4(mine, far.ip4, ipv4.UDP, datagram))
    here, there = ipv6.link_local(me.mac), ipv6.link_local(far.mac)
    packet = ipv6.ipv6(here, there, ipv6.UDP, ipv6.udp(here, there, (4000, 4000), MARK))
    yield "IPv6", ethernet(destination, source, ipv6.IPV6, packet)
