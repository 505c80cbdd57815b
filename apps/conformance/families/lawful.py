"""What honest hosts say, of every kind: all of it must arrive where the sender's profile allows it, once."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from weft.conformance.families.attempt import LONGEST, MARK, Bare, Said, Scene, opaque
from weft.conformance.machine.society import Pair
from weft.conformance.octets import arp, dhcp, ipv4, ipv6
from weft.conformance.octets import neighbours as nd
from weft.conformance.octets.ethernet import BROADCAST, NOBODY, ethernet, snap
from weft.conformance.octets.ipv6 import ALL_NODES, ALL_ROUTERS, group_mac, link_local, solicited_node

EVERYBODY = "255.255.255.255"
VRRP_GROUP, VRRP_GROUP_MAC = "224.0.0.18", "01:00:5e:00:00:12"


def plain_frames(scene: Scene) -> Iterator[Said]:
    """Frames of a type that nobody looks into, short and long, to each other station and to groups."""
    me = scene.me
    for peer, _ in scene.there.on(me.segment):
        for mac in peer.macs:
            yield f"to {peer.name} at {mac}", opaque(mac, me.mac), ""
    for group in (BROADCAST, "33:33:00:00:00:01", "01:00:5e:00:00:fb", "01:80:c2:00:00:10", "03:00:00:00:00:01"):
        yield f"to {group}", opaque(group, me.mac), ""
    longest = opaque(scene.far.mac, me.mac).ljust(LONGEST, b"\x57")
    yield "of full length", Bare(longest), ""
    yield "of full length to all", Bare(opaque(BROADCAST, me.mac).ljust(LONGEST, b"\x57")), ""
    for ethertype in (0x0600, 0x8137, 0x809B, 0x9000, 0xFFFF):
        yield f"of type {ethertype:x}", ethernet(scene.far.mac, me.mac, ethertype, MARK), ""


def resolution(scene: Scene) -> Iterator[Said]:
    """ARP for each of one's addresses: request, reply, announcement, probe; and RARP when a machine has moved."""
    far = scene.far
    for pair in scene.me.pairs:
        if ":" in pair.prefix:
            continue
        mine = _first(pair)
        for name, destination, packet in (
            ("request", BROADCAST, arp.arp(arp.REQUEST, (pair.mac, mine), (NOBODY, far.ip4))),
            ("unicast request", far.mac, arp.arp(arp.REQUEST, (pair.mac, mine), (far.mac, far.ip4))),
            ("reply", far.mac, arp.arp(arp.REPLY, (pair.mac, mine), (far.mac, far.ip4))),
            ("announcement", BROADCAST, arp.arp(arp.REQUEST, (pair.mac, mine), (NOBODY, mine))),
            ("announced reply", BROADCAST, arp.arp(arp.REPLY, (pair.mac, mine), (BROADCAST, mine))),
            ("probe", BROADCAST, arp.arp(arp.REQUEST, (pair.mac, "0.0.0.0"), (NOBODY, mine))),
        ):
            yield f"{name} for {pair}", ethernet(destination, pair.mac, arp.ARP, packet), ""
            yield f"{name} for {pair} in SNAP", snap(destination, pair.mac, arp.ARP, packet), ""
    for mac in scene.me.macs:
        asks = arp.arp(arp.REQUEST, (mac, "0.0.0.0"), (NOBODY, "10.0.55.5"))
        yield f"probe of {mac}", ethernet(BROADCAST, mac, arp.ARP, asks), ""
        moved = arp.arp(arp.REVERSE_REQUEST, (mac, "0.0.0.0"), (mac, "0.0.0.0"))
        yield f"RARP for {mac}", ethernet(BROADCAST, mac, arp.RARP, moved), ""


def neighbour_discovery(scene: Scene) -> Iterator[Said]:
    """ND for each of one's addresses, and duplicate address detection before one has it."""
    far = scene.far
    for pair in scene.me.pairs:
        if ":" not in pair.prefix:
            continue
        mine, group = _first(pair), solicited_node(far.ip6)
        source, target = nd.option(nd.SOURCE, pair.mac), nd.option(nd.TARGET, pair.mac)
        own_group = solicited_node(mine)
        for name, by, to, kind, rest in (
            ("solicitation", mine, group, nd.SOLICITATION, nd.solicitation(far.ip6, source)),
            ("unicast solicitation", mine, far.ip6, nd.SOLICITATION, nd.solicitation(far.ip6)),
            ("detection", "::", own_group, nd.SOLICITATION, nd.solicitation(mine)),
            ("detection with a nonce", "::", own_group, nd.SOLICITATION, nd.solicitation(mine, b"\x0e\x01nonces")),
            ("advertisement", mine, far.ip6, nd.ADVERTISEMENT, nd.advertisement(mine, target)),
            ("advertisement to all", mine, ALL_NODES, nd.ADVERTISEMENT, nd.advertisement(mine, target)),
            ("advertisement without MAC", mine, far.ip6, nd.ADVERTISEMENT, nd.advertisement(mine)),
            ("router solicitation", mine, ALL_ROUTERS, nd.ROUTER_SOLICITATION, nd.router_solicitation(source)),
            ("router advertisement", mine, ALL_NODES, nd.ROUTER_ADVERTISEMENT, nd.router_advertisement(source)),
            ("redirect", mine, far.ip6, nd.REDIRECT, nd.redirect(mine, "2001:db8:9::1", target)),
        ):
            packet = ipv6.ipv6(by, to, ipv6.ICMPV6, ipv6.icmpv6(by, to, kind, rest))
            reason = "admit:router" if kind in (nd.ROUTER_ADVERTISEMENT, nd.REDIRECT) else ""
            destination = group_mac(to) if to.startswith("ff") else far.mac
            yield f"{name} for {pair}", ethernet(destination, pair.mac, ipv6.IPV6, packet), reason
    asked = ipv6.icmpv6("::", ALL_ROUTERS, nd.ROUTER_SOLICITATION, nd.router_solicitation())
    packet = ipv6.ipv6("::", ALL_ROUTERS, ipv6.ICMPV6, asked)
    yield "router solicitation of nobody", ethernet(group_mac(ALL_ROUTERS), scene.me.mac, ipv6.IPV6, packet), ""


def listeners(scene: Scene) -> Iterator[Said]:
    """Multicast listeners: IGMP with a router alert, MLD behind hop-by-hop options, also before one has an address."""
    me = scene.me
    for group in ("ff02::fb", solicited_node(link_local(me.mac))):
        for source in (link_local(me.mac), "::"):
            report = ipv6.icmpv6(source, "ff02::16", nd.LISTENERS, nd.listeners(group))
            payload = ipv6.options(ipv6.ICMPV6, ipv6.ROUTER_ALERT) + report
            packet = ipv6.ipv6(source, "ff02::16", ipv6.HOP_BY_HOP, payload, hops=1)
            yield f"MLD of {source} for {group}", ethernet(group_mac("ff02::16"), me.mac, ipv6.IPV6, packet), ""
            old = ipv6.options(ipv6.ICMPV6, ipv6.ROUTER_ALERT) + nd.old_report(source, group)
            packet = ipv6.ipv6(source, group, ipv6.HOP_BY_HOP, old, hops=1)
            yield f"MLDv1 of {source} for {group}", ethernet(group_mac(group), me.mac, ipv6.IPV6, packet), ""
    if me.addresses:
        body = ipv4.icmp(0x22, 0, bytes.fromhex("00000001 04000000 e00000fb"))  # the same checksum as ICMP's
        packet = ipv4.ipv4(me.ip4, "224.0.0.22", ipv4.IGMP, body, options=ipv4.ROUTER_ALERT, ttl=1)
        yield "IGMP", ethernet("01:00:5e:00:00:16", me.mac, ipv4.IPV4, packet), ""


def ipv4_packets(scene: Scene) -> Iterator[Said]:
    """Datagrams, TCP and ICMP from each of one's addresses: whole, with options, in pieces."""
    far = scene.far
    for pair in scene.me.pairs:
        if ":" in pair.prefix:
            continue
        mine = _first(pair)
        datagram = ipv4.udp(mine, far.ip4, (4000, 53), MARK * 30)
        for name, packet in (
            ("a datagram", ipv4.ipv4(mine, far.ip4, ipv4.UDP, datagram)),
            ("a datagram with options", ipv4.ipv4(mine, far.ip4, ipv4.UDP, datagram, options=ipv4.RECORD_ROUTE)),
            ("TCP", ipv4.ipv4(mine, far.ip4, ipv4.TCP, bytes.fromhex("0fa00050") + bytes(8) + b"\x50\x02" + bytes(6))),
            ("an echo request", ipv4.ipv4(mine, far.ip4, ipv4.ICMP, ipv4.icmp(8, 0, b"\0\1\0\1" + MARK))),
            ("SCTP", ipv4.ipv4(mine, far.ip4, 132, bytes(12))),
            *(
                (f"piece {n}", piece)
                for n, piece in enumerate(ipv4.in_fragments(mine, far.ip4, ipv4.UDP, datagram, 128))
            ),
        ):
            yield f"{name} of {pair}", ethernet(far.mac, pair.mac, ipv4.IPV4, packet), ""
        said = ipv4.ipv4(mine, "10.0.255.255", ipv4.UDP, datagram)
        yield f"a broadcast of {pair}", ethernet(BROADCAST, pair.mac, ipv4.IPV4, said), ""
        bare = ipv4.ipv4(mine, far.ip4, ipv4.UDP, ipv4.udp(mine, far.ip4, (4001, 53), b""))
        yield f"without filling of {pair}", Bare(ethernet(far.mac, pair.mac, ipv4.IPV4, bare)), ""


def ipv6_packets(scene: Scene) -> Iterator[Said]:
    """Datagrams and ICMPv6 from each of one's addresses: whole, behind headers, in pieces."""
    far = scene.far
    for pair in scene.me.pairs:
        if ":" not in pair.prefix:
            continue
        mine = _first(pair)
        datagram = ipv6.udp(mine, far.ip6, (4000, 53), MARK * 30)
        echo = ipv6.icmpv6(mine, far.ip6, nd.ECHO_REQUEST, b"\0\1\0\1" + MARK * 30)
        for name, following, payload in (
            ("a datagram", ipv6.UDP, datagram),
            ("an echo request", ipv6.ICMPV6, echo),
            ("TCP", ipv6.TCP, bytes.fromhex("0fa00050") + bytes(8) + b"\x50\x02" + bytes(6)),
            ("a datagram behind options", ipv6.OPTIONS, ipv6.options(ipv6.UDP) + datagram),
            ("a datagram behind routing", ipv6.ROUTING, ipv6.routing(ipv6.UDP) + datagram),
            ("an atomic piece", ipv6.FRAGMENT, ipv6.fragment(ipv6.UDP) + datagram),
            ("the first piece", ipv6.FRAGMENT, ipv6.fragment(ipv6.UDP, more=True) + datagram[:64]),
            ("the last piece", ipv6.FRAGMENT, ipv6.fragment(ipv6.UDP, 64) + datagram[64:]),
            ("the first piece of an echo", ipv6.FRAGMENT, ipv6.fragment(ipv6.ICMPV6, more=True) + echo[:64]),
            ("the last piece of an echo", ipv6.FRAGMENT, ipv6.fragment(ipv6.ICMPV6, 64) + echo[64:]),
            ("nothing", ipv6.NOTHING, b""),
        ):
            packet = ipv6.ipv6(mine, far.ip6, following, payload)
            yield f"{name} of {pair}", ethernet(far.mac, pair.mac, ipv6.IPV6, packet), ""


def configuration(scene: Scene) -> Iterator[Said]:
    """A host asks for its configuration, with no address yet and with one; a server answers."""
    me, far = scene.me, scene.far
    said = dhcp.dhcp(dhcp.DISCOVER, me.mac)
    discover = ipv4.ipv4("0.0.0.0", EVERYBODY, ipv4.UDP, ipv4.udp("0.0.0.0", EVERYBODY, (68, 67), said))
    yield "DISCOVER", ethernet(BROADCAST, me.mac, ipv4.IPV4, discover), ""
    local = link_local(me.mac)
    asks = ipv6.udp(local, "ff02::1:2", (546, 547), dhcp.dhcpv6(1, me.mac))
    solicit = ipv6.ipv6(local, "ff02::1:2", ipv6.UDP, asks)
    yield "SOLICIT", ethernet(group_mac("ff02::1:2"), me.mac, ipv6.IPV6, solicit), ""
    if me.addresses:
        renew = ipv4.ipv4(me.ip4, far.ip4, ipv4.UDP, ipv4.udp(me.ip4, far.ip4, (68, 67), said))
        yield "REQUEST from its address", ethernet(far.mac, me.mac, ipv4.IPV4, renew), ""
        offer = dhcp.dhcp(dhcp.OFFER, far.mac, far.ip4, me.ip4)
        answer = ipv4.ipv4(me.ip4, EVERYBODY, ipv4.UDP, ipv4.udp(me.ip4, EVERYBODY, (67, 68), offer))
        yield "OFFER", ethernet(BROADCAST, me.mac, ipv4.IPV4, answer), "admit:dhcp-server"


def virtual_router(scene: Scene) -> Iterator[Said]:
    """VRRP with the virtual MAC; and what others send to it reaches each port that has it."""
    me = scene.me
    for pair in me.pairs:
        if pair.mac != me.mac and ":" not in pair.prefix:
            said = bytes.fromhex("310a6401 0064") + bytes(2) + b"\x0a\0\x09\x09"
            packet = ipv4.ipv4(_first(pair), VRRP_GROUP, ipv4.VRRP, said, ttl=255)
            yield f"VRRP of {pair}", ethernet(VRRP_GROUP_MAC, pair.mac, ipv4.IPV4, packet), ""
    for mac in me.macs[1:]:
        yield f"as {mac} to all", opaque(BROADCAST, mac), ""
        yield f"as {mac} to one", opaque(scene.near.mac, mac), ""


def _first(pair: Pair) -> str:
    """An address in the prefix, other than its first one where there are several."""
    network = ip_network(pair.prefix)
    return str(network[min(5, network.num_addresses - 1)])
