"""Frames of the wrong shape: too short, of false lengths, cut off anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from weft.conformance.families.attempt import MARK, Bare, Said, Scene, opaque
from weft.conformance.octets import arp, ipv4, ipv6
from weft.conformance.octets import neighbours as nd
from weft.conformance.octets.ethernet import BROADCAST, Tag, ethernet, tagged
from weft.conformance.octets.ipv6 import group_mac

MALFORMED, HIDES, TAGGED, SOURCE = "admit:malformed", "admit:ethertype", "classify:tagged", "admit:source-mac"


def runts(scene: Scene) -> Iterator[Said]:
    """Frames that end where their headers do, or before."""
    me = scene.me
    for ethertype, reason in (
        *((0x0000, HIDES), (ipv4.IPV4, MALFORMED), (ipv6.IPV6, MALFORMED), (arp.ARP, "admit:arp-sender")),
        *((arp.RARP, "admit:arp-sender"), (0x88CC, "admit:reserved"), (0x8100, TAGGED), (0x8847, HIDES)),
    ):
        for extra in range(4):
            yield (
                f"{ethertype:x} and {extra} octets",
                Bare(ethernet(BROADCAST, me.mac, ethertype, b"\x01" * extra)),
                reason,
            )
    for end in (16, 18, 19, 20, 24):
        cut = tagged(opaque(BROADCAST, me.mac), Tag(2))[:end]
        yield f"a tag, {end} octets", Bare(cut), TAGGED
    yield "a stranger's header", Bare(ethernet(BROADCAST, "02:00:00:00:ff:ff", 0x88B5, b"")), SOURCE


def false_lengths(scene: Scene) -> Iterator[Said]:
    """IP headers whose lengths are false: a switch must not take for an address what hosts take for something else."""
    me, far = scene.me, scene.far
    for liar in dict.fromkeys((me.ip4 if me.addresses else "0.0.0.0", far.ip4)):
        datagram = ipv4.udp(liar, scene.near.ip4, (4000, 4000), MARK)
        odd = {
            "longer than it is": {"total": 2000},
            "shorter than its header": {"total": 19},
            "of no length": {"total": 0},
            "a header of 16 octets": {"words": 4},
            "a header of no octets": {"words": 0},
            "a header longer than all": {"words": 15, "total": 40},
            "version 6": {"version": 6},
            "version 0": {"version": 0},
            "half as long": {"total": 24},
        }
        for name, said in odd.items():
            packet = ipv4.ipv4(liar, scene.near.ip4, ipv4.UDP, datagram, **said)  # type: ignore[arg-type]
            named = f"IPv4 {name} from {liar}"
            yield named, ethernet(scene.near.mac, me.mac, ipv4.IPV4, packet), MALFORMED
        yield (
            f"protocol 0 from {liar}",
            ethernet(far.mac, me.mac, ipv4.IPV4, ipv4.ipv4(liar, far.ip4, 0, MARK)),
            MALFORMED,
        )
    for source in (ipv6.link_local(me.mac), far.ip6):
        datagram = ipv6.udp(source, far.ip6, (4000, 4000), MARK)
        for name, packet in (
            ("longer than it is", ipv6.ipv6(source, far.ip6, ipv6.UDP, datagram, length=2000)),
            ("of no length", ipv6.ipv6(source, far.ip6, ipv6.UDP, datagram, length=0)),
            ("version 4", ipv6.ipv6(source, far.ip6, ipv6.UDP, datagram, version=4)),
            ("options longer than all", ipv6.ipv6(source, far.ip6, ipv6.OPTIONS, b"\x11\xff" + bytes(6) + datagram)),
            ("options without end", ipv6.ipv6(source, far.ip6, ipv6.OPTIONS, ipv6.options(ipv6.OPTIONS))),
        ):
            yield f"IPv6 {name} from {source}", ethernet(far.mac, me.mac, ipv6.IPV6, packet), MALFORMED


def cut_frames(scene: Scene) -> Iterator[Said]:
    """False claims cut off after each octet of the frame, while their headers promise more."""
    me, far = scene.me, scene.far
    target = nd.option(nd.TARGET, far.mac)
    said = ipv6.icmpv6(far.ip6, "ff02::1", nd.ADVERTISEMENT, nd.advertisement(far.ip6, target))
    claim = ethernet(group_mac("ff02::1"), me.mac, ipv6.IPV6, ipv6.ipv6(far.ip6, "ff02::1", ipv6.ICMPV6, said))
    datagram = ipv4.udp(far.ip4, scene.near.ip4, (67, 68), MARK)
    packet = ethernet(BROADCAST, me.mac, ipv4.IPV4, ipv4.ipv4(far.ip4, scene.near.ip4, ipv4.UDP, datagram))
    for name, whole in (("an advertisement", claim), ("a datagram", packet)):
        for length in range(14, len(whole)):
            yield f"{name}, {length} octets of {len(whole)}", Bare(whole[:length]), MALFORMED


def filled_up(scene: Scene) -> Iterator[Said]:
    """A true packet with false claims behind its end, where nobody must look; and a false one with true ones there."""
    me, far = scene.me, scene.far
    source = ipv6.link_local(me.mac)
    said = ipv6.icmpv6(source, "ff02::1", nd.ADVERTISEMENT, nd.advertisement(source, nd.option(nd.TARGET, me.mac)))
    true = ipv6.ipv6(source, "ff02::1", ipv6.ICMPV6, said)
    lie = ipv6.icmpv6(source, "ff02::1", nd.ADVERTISEMENT, nd.advertisement(source, nd.option(nd.TARGET, far.mac)))
    false = ipv6.ipv6(source, "ff02::1", ipv6.ICMPV6, lie)
    for length in (8, 104, 1000):
        for name, packet, other, reason in (("true", true, far.mac, ""), ("false", false, me.mac, "admit:neighbour")):
            filling = nd.option(nd.TARGET, other) * (length // 8)
            said = ethernet(group_mac("ff02::1"), me.mac, ipv6.IPV6, packet + filling)
            yield f"a {name} advertisement and {length} octets", said, reason
