"""What a station may say: its MACs, and what stands inside a frame. Written from the traits' words, and the RFCs."""

from __future__ import annotations

from functools import cache
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from weft.conformance.machine import reading
from weft.conformance.machine.reading import Arp, Discovery, Packet, Reading
from weft.conformance.machine.society import LEVELS, Station
from weft.conformance.octets.ethernet import NOBODY

ARP, RARP, IPV4, IPV6 = 0x0806, 0x8035, 0x0800, 0x86DD
BRIDGES_ALONE = (0x88CC, 0x888E, 0x8808, 0x8809)  # LLDP, EAPOL, PAUSE, slow protocols
BRIDGE_GROUPS = ("01:80:c2:00:00:0", "01:00:0c:cc:cc:cc", "01:00:0c:cc:cc:cd", "01:00:0c:cd:cd:cc", "01:00:0c:cd:cd:cd")
HIDING = {  # MPLS, NSH, PPPoE, PBB, Ethernet inside, TRILL, jumbo LLC; tags that are none to a switch, a second tag
    *(0x8847, 0x8848, 0x894F, 0x8863, 0x8864, 0x88E7, 0x6558, 0x22F3, 0x8870),
    *(0x9100, 0x9200, 0x9300, 0x8200, 0x8926, 0x893F, 0x8100, 0x88A8),
}
ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT, SOLICITATION, ADVERTISEMENT, REDIRECT = range(133, 138)
LISTENER_REPORTS = (131, 143)
NOTHING, NOTHING6 = "0.0.0.0", "::"


class Opinion(NamedTuple):
    """Why a frame must die; and whether no host would take it, so that it may."""

    reasons: frozenset[str] = frozenset()
    doubtful: bool = False


LAWFUL, DOUBTFUL = Opinion(), Opinion(doubtful=True)


def _dies(*reasons: str) -> Opinion:
    return Opinion(frozenset(reasons))


def admitted(sender: Station, frame: Reading, depth: int) -> Opinion:
    """Whether the station may say that; ``depth`` is how many tags of its own the frame may have."""
    level = LEVELS.index(sender.level)
    reasons = set()
    if frame.destination.startswith(BRIDGE_GROUPS) or frame.ethertype in BRIDGES_ALONE:
        reasons.add("admit:reserved")
    if int(frame.source[:2], 16) & 1 or frame.source == NOBODY or (level and frame.source not in sender.macs):
        reasons.add("admit:source-mac")
    if level < LEVELS.index("mac+inner"):
        return Opinion(frozenset(reasons), doubtful=frame.ethertype in reading.TAG_TYPES)  # a tag that is cut short
    if depth == 0 and frame.ethertype in reading.TAG_TYPES:  # half a tag below the trunk's own, or one in SNAP
        reasons.add("classify:tagged")
    inside = _inside(sender, frame, level == LEVELS.index("mac+ip"))
    if len(frame.tags) > 1 and depth > 1:
        inside = _dies("admit:ethertype")
    return Opinion(frozenset(reasons) | inside.reasons, inside.doubtful)


def _inside(sender: Station, frame: Reading, strict: bool) -> Opinion:
    match frame.ethertype:
        case None:
            return _dies("admit:ethertype")
        case kind if kind in HIDING:
            return _dies("admit:ethertype")
        case 0x0806 | 0x8035:
            packet = reading.arp(frame.body)
            lawful = packet is not None and packet.usual and _arp(sender, packet, frame.ethertype, strict)
            return LAWFUL if lawful else _dies("admit:arp-sender")
        case 0x0800:
            return _ipv4(sender, frame, strict)
        case 0x86DD:
            return _ipv6(sender, frame, strict)
        case _:
            return _dies("admit:ethertype") if strict else LAWFUL


def _arp(sender: Station, packet: Arp, ethertype: int, strict: bool) -> bool:
    mac, address = packet.sender
    if ethertype == RARP:
        return packet.operation == 3 and mac in sender.macs and packet.target[0] == mac
    if packet.operation not in (1, 2) or mac not in sender.macs:
        return False
    probe = packet.operation == 1 and address == NOTHING
    return not strict or probe or _may_use(sender, mac, address)


def _ipv4(sender: Station, frame: Reading, strict: bool) -> Opinion:
    packet = reading.ipv4(frame.body)
    if packet is None:
        return _dies("admit:malformed")
    if not strict:
        return LAWFUL if packet.version == 4 and packet.protocol else DOUBTFUL
    asks = packet.destination == "255.255.255.255" and packet.piece == "whole" and reading.ports(packet) == (68, 67)
    if not (_may_use(sender, frame.source, packet.source) or (packet.source == NOTHING and asks)):
        unread = {"admit:malformed"} if not packet.protocol else set()
        return Opinion(frozenset({"admit:ip-source"} | unread) | _datagram(sender, packet, 67, 68).reasons)
    opinion = _datagram(sender, packet, 67, 68)
    return opinion if packet.version == 4 and packet.protocol else opinion._replace(doubtful=True)


def _ipv6(sender: Station, frame: Reading, strict: bool) -> Opinion:
    packet = reading.ipv6(frame.body)
    if packet is None or packet.protocol is None:
        return _dies("admit:malformed")
    found = reading.discovery(packet)
    cut = packet.protocol == reading.ICMPV6 and packet.piece != "later" and len(packet.payload) < 8
    if cut and packet.piece in ("first", "atomic"):
        return _dies("admit:malformed")  # what it is stands in a later piece
    opinion = _discovery(sender, packet, found, strict) if found is not None else LAWFUL
    reasons, doubtful = set(opinion.reasons), opinion.doubtful or packet.version != 6 or cut
    if strict:
        if not _may_use(sender, frame.source, packet.source) and not _unspecified(sender, packet, found):
            reasons.add("admit:ip-source")
        datagram = _datagram(sender, packet, 547, 546)
        reasons, doubtful = reasons | datagram.reasons, doubtful or datagram.doubtful
    return Opinion(frozenset(reasons | {"admit:malformed"}) if reasons and cut else frozenset(reasons), doubtful)


def _discovery(sender: Station, packet: Packet, found: Discovery, strict: bool) -> Opinion:
    reason = "admit:router" if found.kind in (ROUTER_ADVERTISEMENT, REDIRECT) else "admit:neighbour"
    if packet.piece == "first" or found.code:
        return _dies(reason)
    if found.kind in (ROUTER_ADVERTISEMENT, REDIRECT):
        if not sender.router:
            return _dies(reason)
    elif found.kind == ROUTER_SOLICITATION:
        if packet.source != NOTHING6 and not _may_use(sender, None, packet.source):
            return _dies(reason)
    else:
        named = found.sources if found.kind == SOLICITATION else found.targets
        if any(mac not in (*sender.macs, NOBODY) for mac in named) or found.target in (None, NOTHING6):
            return _dies(reason)
        if strict and found.kind == ADVERTISEMENT:
            owners = [pair.mac for pair in sender.pairs if _within(found.target, pair.prefix)]
            if not owners or any(mac not in (*owners, NOBODY) for mac in named):
                return _dies(reason)
        if NOBODY in named or len(named) > 1:
            return DOUBTFUL
    return DOUBTFUL if packet.piece == "atomic" or found.odd else LAWFUL


def _unspecified(sender: Station, packet: Packet, found: Discovery | None) -> bool:
    """Whether it is something that one says while one has no address yet."""
    if packet.source != NOTHING6 or packet.protocol != reading.ICMPV6 or packet.piece not in ("whole", "atomic"):
        return False
    if found is not None and found.kind == SOLICITATION:
        return any(_within(found.target, pair.prefix) for pair in sender.pairs)
    return packet.payload[:1] in {bytes((kind,)) for kind in (ROUTER_SOLICITATION, *LISTENER_REPORTS)}


def _datagram(sender: Station, packet: Packet, server: int, client: int) -> Opinion:
    """Only a DHCP server answers as one: from its port, or to a client's, which is all that clients look at."""
    if packet.protocol != reading.UDP or packet.piece == "later":
        return LAWFUL
    said = reading.ports(packet)
    if said is None:
        return _dies("admit:malformed") if packet.piece == "first" else DOUBTFUL
    return LAWFUL if sender.dhcp_server or (said[0] != server and said[1] != client) else _dies("admit:dhcp-server")


def _may_use(sender: Station, mac: str | None, address: str) -> bool:
    return any(mac in (None, pair.mac) and _within(address, pair.prefix) for pair in sender.pairs)


@cache
def _within(address: str | None, prefix: str) -> bool:
    network = ip_network(prefix)
    return address is not None and ip_address(address).version == network.version and ip_address(address) in network
