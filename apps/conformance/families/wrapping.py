"""Frames and packets inside others: nobody takes them out on the way, and some types hide too much to be let in."""

from __future__ import annotations

from collections.abc import Iterator

from weft.conformance.families.attempt import MARK, Said, Scene, opaque
from weft.conformance.octets import ipv4, ipv6, tunnels
from weft.conformance.octets.ethernet import BROADCAST, ETHERNET_OUI, Tag, ethernet, llc, mac, snap, tagged, words

DIES = "admit:ethertype"


def hidden_types(scene: Scene) -> Iterator[Said]:
    """MPLS, NSH, PPPoE, backbone bridging, TRILL and bare Ethernet, with a frame or packet for others in it."""
    inside = opaque(scene.foreign_mac, scene.foreign_mac)
    packet = ipv4.ipv4(scene.near.ip4, scene.far.ip4, ipv4.UDP, ipv4.udp(scene.near.ip4, scene.far.ip4, (1, 2), MARK))
    label = bytes.fromhex("00064140")  # label 100, last, ttl 64
    bodies = {
        "MPLS": (0x8847, label + packet),
        "MPLS multicast": (0x8848, label + packet),
        "two MPLS labels": (0x8847, bytes.fromhex("00064040") + label + packet),
        "Ethernet over MPLS": (0x8847, label + bytes(4) + inside),
        "NSH": (0x894F, bytes.fromhex("0fc60103 000001ff") + bytes(16) + inside),
        "NSH with a packet": (0x894F, bytes.fromhex("0fc60101 000001ff") + bytes(16) + packet),
        "PPPoE discovery": (0x8863, bytes.fromhex("1109 0000 0004 0101 0000")),
        "PPPoE": (0x8864, bytes.fromhex("1100 0001") + words(len(packet) + 2, 0x0021) + packet),
        "backbone bridging": (0x88E7, bytes.fromhex("00000064") + inside),
        "Ethernet": (0x6558, inside),
        "a VN-Tag": (0x8926, bytes(4) + words(ipv4.IPV4) + packet),
        "an E-Tag": (0x893F, bytes(6) + words(ipv4.IPV4) + packet),
        "LLC of any length": (0x8870, bytes.fromhex("aaaa03000000") + words(ipv4.IPV4) + packet),
        "TRILL": (0x22F3, bytes.fromhex("0040 0001 0002") + inside),
    }
    for way, destination in (*scene.ways, ("to all nodes", "33:33:00:00:00:01")):
        for name, (ethertype, body) in bodies.items():
            yield f"{name} {way}", ethernet(destination, scene.me.mac, ethertype, body), DIES
            yield f"{name} in SNAP {way}", snap(destination, scene.me.mac, ethertype, body), DIES


def hidden_by_llc(scene: Scene) -> Iterator[Said]:
    """LLC that a switch does not read: other access points, other organizations, and tags inside SNAP."""
    packet = ipv4.ipv4(scene.near.ip4, scene.far.ip4, ipv4.UDP, ipv4.udp(scene.near.ip4, scene.far.ip4, (1, 2), MARK))
    for way, destination in scene.ways:
        for sap in (0x00, 0x06, 0x42, 0xE0, 0xF0, 0xFE, 0xFF):
            yield f"access point {sap:x} {way}", llc(destination, scene.me.mac, packet, sap), DIES
        for oui in ("0000f8", "00000c", "0080c2", "aabbcc"):
            yield f"SNAP of {oui} {way}", snap(destination, scene.me.mac, ipv4.IPV4, packet, oui), DIES
        for tag in (0x8100, 0x88A8, 0x9100):
            body = words(2, ipv4.IPV4) + packet
            below = DIES if tag == 0x9100 else "classify:tagged"  # on a trunk it is a tag below the trunk's
            yield f"tag {tag:x} in SNAP {way}", snap(destination, scene.me.mac, tag, body), below
        nested = bytes.fromhex("aaaa03" + ETHERNET_OUI) + words(ipv4.IPV4) + packet
        yield f"SNAP with a length for a type {way}", snap(destination, scene.me.mac, 0x0100, nested), DIES
        for length in (0x0000, 0x05DC, 0x05DD, 0x05FF):
            yield f"length {length:x} {way}", ethernet(destination, scene.me.mac, length, packet), DIES


def tunnels_to_endpoints(scene: Scene) -> Iterator[Said]:
    """VXLAN, Geneve and GRE packets to addresses where a tunnel might end: packets like any others."""
    me, far = scene.me, scene.far
    mine = me.ip4 if me.addresses else "0.0.0.0"
    inside = opaque(scene.foreign_mac, far.mac)
    with_tag = tagged(opaque(BROADCAST, scene.foreign_mac), Tag(3))
    local = ipv6.link_local(me.mac)
    for way, to in (
        ("far", far.ip4),
        ("the underlay", "172.16.0.1"),
        ("loopback", "127.0.0.1"),
        ("all", "10.0.255.255"),
    ):
        for frame_name, frame in (("a frame", inside), ("a tagged frame", with_tag)):
            for segment in (1, 2, 3):
                for name, port, make in (
                    ("VXLAN", tunnels.VXLAN, tunnels.vxlan),
                    ("Geneve", tunnels.GENEVE, tunnels.geneve),
                ):
                    datagram = ipv4.udp(mine, to, (50000, port), make(segment, frame))
                    packet = ipv4.ipv4(mine, to, ipv4.UDP, datagram)
                    yield f"{name} {segment}, {frame_name} to {way}", ethernet(far.mac, me.mac, ipv4.IPV4, packet), ""
                packet = ipv4.ipv4(mine, to, ipv4.GRE, tunnels.gre(segment, frame))
                yield f"GRE {segment}, {frame_name} to {way}", ethernet(BROADCAST, me.mac, ipv4.IPV4, packet), ""
    datagram = ipv6.udp(local, ipv6.link_local(far.mac), (50000, tunnels.VXLAN), tunnels.vxlan(2, inside))
    for endpoint in ("172.16.0.1", far.ip4):
        outside = ipv4.udp(endpoint, endpoint, (50000, tunnels.VXLAN), tunnels.vxlan(2, inside))
        packet = ipv4.ipv4(endpoint, endpoint, ipv4.UDP, outside)
        yield f"VXLAN 2 from {endpoint} itself", ethernet(far.mac, me.mac, ipv4.IPV4, packet), "admit:ip-source"
    packet6 = ipv6.ipv6(local, ipv6.link_local(far.mac), ipv6.UDP, datagram)
    yield "VXLAN 2 in IPv6", ethernet(far.mac, me.mac, ipv6.IPV6, packet6), ""


def back_to_where_it_came_from(scene: Scene) -> Iterator[Said]:
    """To one's own address, and to addresses that only others, or nobody, have: never back, and never flooded."""
    me = scene.me
    for name, destination in (("myself", me.mac), ("a foreigner", scene.foreign_mac), ("nobody", "02:00:00:00:77:77")):
        unknown = "" if name == "myself" else "forward:unknown-destination"
        yield f"an experiment to {name}", opaque(destination, me.mac), unknown
        yield f"twice to {name}", opaque(destination, me.mac) + mac(destination), unknown
        local = ipv6.link_local(me.mac)
        packet = ipv6.ipv6(local, ALL_OF_THEM, ipv6.UDP, ipv6.udp(local, ALL_OF_THEM, (1, 2), MARK))
        yield f"IPv6 to {name}", ethernet(destination, me.mac, ipv6.IPV6, packet), unknown
    yield "to the zero address", opaque("00:00:00:00:00:00", me.mac), "forward:unknown-destination"


ALL_OF_THEM = "ff02::1"
