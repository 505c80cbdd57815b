"""A DHCP server that is none: offers from its port, from others, in pieces, behind options."""

from __future__ import annotations

from collections.abc import Iterator

from weft.conformance.families.attempt import Said, Scene
from weft.conformance.octets import dhcp, ipv4, ipv6
from weft.conformance.octets.ethernet import BROADCAST, ethernet
from weft.conformance.octets.ipv6 import FRAGMENT, OPTIONS, UDP, group_mac

DIES, FALSE_SOURCE, UNREADABLE = "admit:dhcp-server", "admit:ip-source", "admit:malformed"
EVERYBODY = "255.255.255.255"
ALL_SERVERS = "ff02::1:2"
PORTS = ((67, 68), (67, 67), (1067, 68), (4011, 68), (68, 68), (67, 4000))
PORTS6 = ((547, 546), (547, 547), (1547, 546), (546, 546), (547, 4000))


def false_dhcp_server(scene: Scene) -> Iterator[Said]:
    """Offers and acknowledgements: from my address and from the server's, to all and to one."""
    me, far = scene.me, scene.far
    mine = me.ip4 if me.addresses else "0.0.0.0"
    for source in dict.fromkeys((mine, "10.0.0.7", "0.0.0.0")):
        for mac, destination in ((BROADCAST, EVERYBODY), (far.mac, far.ip4), (BROADCAST, "10.0.255.255")):
            for number, ports in enumerate(PORTS):
                kind = (dhcp.OFFER, dhcp.ACK)[number % 2]
                datagram = ipv4.udp(source, destination, ports, dhcp.dhcp(kind, far.mac, "10.0.66.6", source))
                for name, packet in _pieces(source, destination, datagram):
                    why = UNREADABLE if "too short" in name else FALSE_SOURCE if "last" in name else DIES
                    named = f"{name}, kind {kind} from {source} {ports} to {destination}"
                    yield named, ethernet(mac, me.mac, ipv4.IPV4, packet), why


def _pieces(source: str, destination: str, datagram: bytes) -> Iterator[tuple[str, bytes]]:
    yield "whole", ipv4.ipv4(source, destination, ipv4.UDP, datagram)
    yield "with options", ipv4.ipv4(source, destination, ipv4.UDP, datagram, options=ipv4.ROUTER_ALERT)
    yield "with many options", ipv4.ipv4(source, destination, ipv4.UDP, datagram, options=b"\x01" * 40)
    first, *_, last = ipv4.in_fragments(source, destination, ipv4.UDP, datagram, 64)
    yield "the first piece", first
    yield "the last piece", last
    yield "a first piece of 8 octets", ipv4.ipv4(source, destination, ipv4.UDP, datagram[:8], more=True)
    yield "a first piece too short", ipv4.ipv4(source, destination, ipv4.UDP, datagram[:4], more=True)


def false_dhcpv6_server(scene: Scene) -> Iterator[Said]:
    """Advertisements and replies, plain and behind headers, whole and in pieces."""
    me, far = scene.me, scene.far
    mine, theirs = ipv6.link_local(me.mac), ipv6.link_local(far.mac)
    ways = ((group_mac(ALL_SERVERS), ALL_SERVERS), (far.mac, theirs), (group_mac("ff02::1"), "ff02::1"))
    for mac, destination in ways:
        for number, ports in enumerate(PORTS6):
            kind = (2, 7)[number % 2]
            datagram = ipv6.udp(mine, destination, ports, dhcp.dhcpv6(kind, far.mac))
            for name, following, payload, reason in _pieces6(datagram):
                packet = ipv6.ipv6(mine, destination, following, payload)
                named = f"{name}, kind {kind} {ports} to {destination}"
                yield named, ethernet(mac, me.mac, ipv6.IPV6, packet), reason


def _pieces6(datagram: bytes) -> Iterator[tuple[str, int, bytes, str]]:
    yield "whole", UDP, datagram, DIES
    yield "behind options", OPTIONS, ipv6.options(UDP) + datagram, DIES
    yield "behind routing", ipv6.ROUTING, ipv6.routing(UDP) + datagram, DIES
    yield "atomic", FRAGMENT, ipv6.fragment(UDP) + datagram, DIES
    yield "first piece", FRAGMENT, ipv6.fragment(UDP, more=True) + datagram[:16], DIES
    yield "last piece", FRAGMENT, ipv6.fragment(UDP, 16) + datagram[16:], ""
    yield (
        "first piece behind options",
        OPTIONS,
        ipv6.options(FRAGMENT) + ipv6.fragment(UDP, more=True) + datagram[:8],
        DIES,
    )
    alone = ipv6.fragment(OPTIONS, more=True) + ipv6.options(UDP)
    yield "first piece of options alone", FRAGMENT, alone, UNREADABLE
