"""IP packets from addresses that are not the sender's: whole, in pieces, with options, in SNAP."""

from __future__ import annotations

from collections.abc import Iterator

from weft.conformance.families.attempt import MARK, STRANGER_IP, STRANGER_IP6, Said, Scene
from weft.conformance.octets import arp, ipv4, ipv6, neighbours
from weft.conformance.octets.ethernet import ethernet, snap

DIES = "admit:ip-source"
NOBODY, EVERYBODY = "0.0.0.0", "255.255.255.255"


def false_ipv4_source(scene: Scene) -> Iterator[Said]:
    """Somebody's IPv4 address, nobody's, or one that cannot be a source."""
    me, far = scene.me, scene.far
    liars = (scene.near.ip4, far.ip4, STRANGER_IP, "10.1.1.1", "127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.251")
    for liar in liars:
        for way, destination in scene.ways:
            for name, packet in _ipv4_packets(liar, far.ip4):
                yield f"{name} of {liar} {way}", ethernet(destination, me.mac, ipv4.IPV4, packet), DIES
    for name, packet in _from_nobody(far.ip4):
        for way, destination in scene.ways:
            reason = "admit:dhcp-server" if "(67, " in name else DIES
            yield f"{name} of nobody {way}", ethernet(destination, me.mac, ipv4.IPV4, packet), reason
    for name, packet in _ipv4_packets(far.ip4, scene.near.ip4):
        yield f"{name} in SNAP", snap(scene.near.mac, me.mac, ipv4.IPV4, packet), DIES


def _ipv4_packets(source: str, destination: str) -> Iterator[tuple[str, bytes]]:
    datagram = ipv4.udp(source, destination, (4000, 53), MARK * 6)
    yield "a datagram", ipv4.ipv4(source, destination, ipv4.UDP, datagram)
    yield "a datagram with options", ipv4.ipv4(source, destination, ipv4.UDP, datagram, options=ipv4.RECORD_ROUTE)
    yield "no TCP", ipv4.ipv4(source, destination, ipv4.TCP, bytes(12) + b"\x50" + bytes(7))
    redirect = ipv4.icmp(5, 1, bytes((10, 0, 0, 9)) + ipv4.ipv4(destination, STRANGER_IP, ipv4.UDP, bytes(8)))
    yield "a redirect", ipv4.ipv4(source, destination, ipv4.ICMP, redirect)
    yield "an unknown protocol", ipv4.ipv4(source, destination, 253, MARK)
    for number, piece in enumerate(ipv4.in_fragments(source, destination, ipv4.UDP, datagram, 32)):
        yield f"piece {number}", piece
    yield "a last piece", ipv4.ipv4(source, destination, ipv4.UDP, MARK, offset=1480)
    asks = ipv4.udp(source, EVERYBODY, (68, 67), MARK)
    if source != NOBODY:
        yield "a DHCP request", ipv4.ipv4(source, EVERYBODY, ipv4.UDP, asks)


def _from_nobody(destination: str) -> Iterator[tuple[str, bytes]]:
    """All that is like the question of who has no address yet, but is another."""
    asks = ipv4.udp(NOBODY, destination, (68, 67), MARK)
    yield "a DHCP request to one", ipv4.ipv4(NOBODY, destination, ipv4.UDP, asks)
    for ports in ((68, 53), (4000, 67), (67, 67), (4000, 4000)):
        said = ipv4.udp(NOBODY, EVERYBODY, ports, MARK)
        yield f"a datagram {ports} to everybody", ipv4.ipv4(NOBODY, EVERYBODY, ipv4.UDP, said)
    whole = ipv4.udp(NOBODY, EVERYBODY, (68, 67), MARK * 3)
    for number, piece in enumerate(ipv4.in_fragments(NOBODY, EVERYBODY, ipv4.UDP, whole, 16)):
        yield f"piece {number} of a DHCP request", piece
    yield "an echo request to everybody", ipv4.ipv4(NOBODY, EVERYBODY, ipv4.ICMP, ipv4.icmp(8, 0, b"\0\1\0\1" + MARK))


def false_ipv6_source(scene: Scene) -> Iterator[Said]:
    """Somebody's IPv6 address, nobody's, or one that cannot be a source."""
    me, far = scene.me, scene.far
    local = ipv6.link_local(far.mac)
    liars = (far.ip6, local, STRANGER_IP6, "fe80::1", "::1", "::", "ff02::1", f"::ffff:{far.ip4}", "2001:db8:1::1")
    for liar in liars:
        for way, destination in scene.ways:
            for name, packet in _ipv6_packets(liar, scene.near.ip6):
                yield f"{name} of {liar} {way}", ethernet(destination, me.mac, ipv6.IPV6, packet), DIES


def _ipv6_packets(source: str, destination: str) -> Iterator[tuple[str, bytes]]:
    datagram = ipv6.udp(source, destination, (4000, 53), MARK * 6)
    echo = ipv6.icmpv6(source, destination, neighbours.ECHO_REQUEST, b"\0\1\0\1" + MARK)

    def packet(following: int, payload: bytes) -> bytes:
        return ipv6.ipv6(source, destination, following, payload)

    yield "a datagram", packet(ipv6.UDP, datagram)
    yield "an echo request", packet(ipv6.ICMPV6, echo)
    yield "a datagram behind options", packet(ipv6.OPTIONS, ipv6.options(ipv6.UDP) + datagram)
    yield "a datagram behind routing", packet(ipv6.ROUTING, ipv6.routing(ipv6.UDP) + datagram)
    yield "nothing", packet(ipv6.NOTHING, b"")
    yield "an atomic piece", packet(ipv6.FRAGMENT, ipv6.fragment(ipv6.UDP) + datagram)
    yield "a first piece", packet(ipv6.FRAGMENT, ipv6.fragment(ipv6.UDP, more=True) + datagram[:32])
    yield "a later piece", packet(ipv6.FRAGMENT, ipv6.fragment(ipv6.UDP, 32) + datagram[32:])


def crossed_pairs(scene: Scene) -> Iterator[Said]:
    """One's own addresses with one's own MACs, but not those that belong together."""
    me, far = scene.me, scene.far
    for pair in me.pairs:
        address = pair.prefix.partition("/")[0]
        for mac in me.macs:
            if mac == pair.mac:
                continue
            if ":" in address:
                packet = ipv6.ipv6(address, far.ip6, ipv6.UDP, ipv6.udp(address, far.ip6, (4000, 53), MARK))
                yield f"{address} with {mac}", ethernet(far.mac, mac, ipv6.IPV6, packet), DIES
            else:
                packet = ipv4.ipv4(address, far.ip4, ipv4.UDP, ipv4.udp(address, far.ip4, (4000, 53), MARK))
                yield f"{address} with {mac}", ethernet(far.mac, mac, ipv4.IPV4, packet), DIES
                asks = arp.arp(arp.REQUEST, (mac, address), (far.mac, far.ip4))
                yield f"ARP of {address} with {mac}", ethernet(far.mac, mac, arp.ARP, asks), "admit:arp-sender"
