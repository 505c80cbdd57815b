"""Port security in nft's words: what a machine may say at its interface, and what it is given to hear.

The rules are spelled as ``nft -n list`` spells them, so that what is read back can be compared with what is wanted.
What is let through is named; all else is dropped. Addresses inside a frame are looked at where they stand, and a
message whose options stand where no rule looks is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from weft.apps.plugins.linux_bridge.items import Chains
from weft.controller.compile.seats import Voice

GROUP = "& 01:00:00:00:00:00 == 01:00:00:00:00:00"
TAGGED = "ether type { 0x8100, 0x88a8 } drop"
SNAP = 0xAAAA03000000
ETHERNET_IPV4 = 0x000108000604  # what ARP speaks of: hardware and protocol, and how long their addresses are
OPTIONS = 4  # of a message of neighbour discovery, at most


def _endless() -> Iterator[str]:
    """The first extension header is longer than the packet, or leads to one that is behind its end."""
    for units in range(16):
        yield f"ip6 length < {8 * units + 8} @nh,328,8 {units:#x} drop"
        yield f"ip6 length < {8 * units + 16} @nh,320,8 {{ 0x0, 0x2b, 0x2c, 0x33, 0x3c }} @nh,328,8 {units:#x} drop"
    for units in (16, 32, 64, 128):
        yield f"ip6 length < {8 * units + 8} @nh,328,8 >= {units:#x} drop"


def _portless() -> Iterator[str]:
    """The first piece of a datagram does not tell its ports, or not where a rule can find them."""
    for words in range(5, 16):
        yield f"ip hdrlength {words} ip length < {4 * words + 8} ip frag-off & 16383 == 8192 meta l4proto 17 drop"
    yield "ip6 nexthdr != 44 meta l4proto 17 frag frag-off 0 drop"
    yield "meta l4proto 17 frag nexthdr != 17 frag frag-off 0 drop"
    yield "ip6 length < 16 ip6 nexthdr 44 meta l4proto 17 frag frag-off 0 drop"


SHARED: Chains = (
    (
        "reserved",
        (
            "ether daddr & ff:ff:ff:ff:ff:f0 == 01:80:c2:00:00:00 drop",
            "ether daddr { 01:00:0c:cc:cc:cc, 01:00:0c:cc:cc:cd, 01:00:0c:cd:cd:cc, 01:00:0c:cd:cd:cd } drop",
            "ether type { 0x8808, 0x8809, 0x888e, 0x88cc } drop",
            *(
                f"ether type < 0x0600 @ll,112,64 {SNAP << 16 | kind:#x} drop"
                for kind in (0x8808, 0x8809, 0x888E, 0x88CC)
            ),
            f"ether saddr {GROUP} drop",
            "ether saddr 00:00:00:00:00:00 drop",
        ),
    ),
    (
        "hiding",  # frames and packets inside, which nobody looks into
        (
            "ether type < 0x0600 drop",
            "ether type { 0x22f3, 0x6558, 0x8200, 0x8847, 0x8848, 0x8863, 0x8864, 0x8870, 0x88e7, 0x8926, 0x893f,"
            " 0x894f, 0x9100, 0x9200, 0x9300 } drop",
        ),
    ),
    (
        "pieces",  # the first of a packet that does not tell what the packet is
        (
            "ip6 nexthdr { 0, 43, 60 } jump headers",
            "ip6 nexthdr != 51 meta l4proto 51 drop",  # what is authenticated is not looked into
            "ip6 nexthdr 51 @nh,320,8 { 0x0, 0x11, 0x2b, 0x2c, 0x33, 0x3a, 0x3c } drop",
            "ip6 nexthdr != 44 meta l4proto 58 frag frag-off 0 drop",
            "meta l4proto 58 frag nexthdr != 58 frag frag-off 0 drop",
            "ip6 length < 16 ip6 nexthdr 44 meta l4proto 58 frag frag-off 0 drop",
        ),
    ),
    ("headers", tuple(_endless())),
    ("ports", tuple(_portless())),
    (
        "server",  # clients listen to whoever sends to their port, from whichever port that comes
        (
            "ether type 0x0800 udp sport 67 drop",
            "ether type 0x0800 udp dport 68 drop",
            "ether type 0x86dd udp sport 547 drop",
            "ether type 0x86dd udp dport 546 drop",
        ),
    ),
)


def said(name: str, may: Voice, passed: str, first: tuple[str, ...] = ()) -> Chains:
    """What comes from a machine: the chain ``in_NAME``, and those that it leads to. ``passed`` ends what may pass, and
    ``first`` is done with all.
    """
    chain = [TAGGED, *first]
    if may.level != "none":
        chain.append(f"ether saddr != {_one_of(may.macs)} drop")
    chain.append("jump reserved")
    if may.level in ("none", "mac"):
        return ((f"in_{name}", (*chain, passed)),)
    chain += [
        *_arp(may, passed),
        "ether type { 0x0806, 0x8035 } drop",
        "jump hiding",
        "ether type { 0x0800, 0x86dd } jump pieces",
        f"icmpv6 type 133-137 goto nd_{name}",
        f"ether type {{ 0x0800, 0x86dd }} meta l4proto != 0 {passed}",
        f"frag frag-off != 0 {passed}",  # of whatever it is a piece
        "ether type { 0x0800, 0x86dd } drop",
        passed,
    ]
    if may.level == "mac+inner":
        return ((f"in_{name}", tuple(chain)), (f"nd_{name}", tuple(_neighbours(name, may, passed))))
    looking = ["ether type != { 0x0800, 0x86dd } drop", "jump ports", f"jump from_{name}"]
    looking[2:2] = [] if may.dhcp_server else ["jump server"]
    at = chain.index(f"icmpv6 type 133-137 goto nd_{name}")
    chain[at:at] = looking
    return (
        (f"in_{name}", tuple(chain)),
        (f"from_{name}", tuple(_sources(may))),
        (f"nd_{name}", tuple(_neighbours(name, may, passed))),
        *((f"na{n}_{name}", tuple(_told(136, 2, (mac,), "return", passed))) for n, mac in enumerate(may.macs)),
    )


def heard(name: str, macs: tuple[str, ...], everything: bool, first: tuple[str, ...] = ()) -> Chains:
    """What is brought to a machine, of all that floods by: what is for many, and what is for those MACs."""
    narrow = (f"ether daddr {GROUP} accept", f"ether daddr {_one_of(macs)} accept", "drop")
    return ((f"out_{name}", (*first, *(("accept",) if everything else narrow))),)


def limited(name: str, most: int, burst: int) -> Chains:
    """The end of what may pass, where a machine may send so many frames a second to many."""
    return (
        (
            f"storm_{name}",
            (f"ether daddr {GROUP} limit rate over {most}/second burst {burst} packets drop", "accept"),
        ),
    )


def _arp(may: Voice, passed: str) -> Iterator[str]:
    """ARP with a true sender, also behind SNAP; and the announcement of a machine that has moved (RARP for itself)."""
    usual = "meta length >= 28 arp htype 1 arp ptype 0x0800 arp hlen 6 arp plen 4 arp operation"
    heading = SNAP << 64 | 0x0806 << 48 | ETHERNET_IPV4
    wrapped = f"meta length >= 36 ether type < 0x0600 @ll,112,112 {heading:#x} @ll,224,16 0x1-0x2"
    probe = f"meta length >= 36 ether type < 0x0600 @ll,112,128 {heading << 16 | 1:#x}"
    if may.level == "mac+inner":
        for mac in may.macs:
            yield f"{usual} 1-2 arp saddr ether {mac} {passed}"
            yield f"{wrapped} @ll,240,48 {_number(mac):#x} {passed}"
    else:
        for mac, prefix in [(pair.mac, pair.prefix) for pair in may.pairs if pair.version == 4]:
            yield f"{usual} 1-2 arp saddr ether {mac}{_within('arp saddr ip', prefix)} {passed}"
            yield f"{wrapped} {_sender(mac, prefix)} {passed}"
        for mac in may.macs:  # a probe: who asks whether an address is free has none yet (RFC 5227)
            yield f"{usual} 1 arp saddr ether {mac} arp saddr ip 0.0.0.0 {passed}"
            yield f"{probe} {_sender(mac, '0.0.0.0/32')} {passed}"
    for mac in may.macs:
        heading = ETHERNET_IPV4 << 64 | 3 << 48 | _number(mac)
        yield f"meta length >= 28 ether type 0x8035 @nh,0,112 {heading:#x} @nh,144,48 {_number(mac):#x} {passed}"


def _sender(mac: str, prefix: str) -> str:
    network = ip_network(prefix)
    if network.prefixlen == 32:
        return f"@ll,240,80 {_number(mac) << 32 | int(network.network_address):#x}"
    inside = (
        f" @ll,288,32 & {int(network.netmask):#x} == {int(network.network_address):#x}" if network.prefixlen else ""
    )
    return f"@ll,240,48 {_number(mac):#x}{inside}"


def _neighbours(name: str, may: Voice, passed: str) -> Iterator[str]:
    """Neighbour discovery (RFC 4861) right behind the header, in one piece, about the machine's own addresses."""
    ours = [pair for pair in may.pairs if pair.version == 6]
    yield "ip6 nexthdr != 58 drop"
    yield "icmpv6 code != 0 drop"
    if may.router:
        yield f"icmpv6 type {{ 134, 137 }} {passed}"
    # No rule looks at the options of these: whoever sends them must be who the options could be about.
    yield f"ip6 saddr :: icmpv6 type 133 {passed}"
    for prefix in dict.fromkeys(pair.prefix for pair in ours):
        yield f"{_within('ip6 saddr', prefix)} icmpv6 type 133 {passed}".lstrip()
    yield "icmpv6 type { 133, 134, 137 } drop"
    yield "ip6 length < 24 drop"
    yield "@th,64,128 0x0 drop"
    if may.level == "mac+ip":
        for pair in ours:
            yield f"icmpv6 type 136{_target(pair.prefix)} jump na{may.macs.index(pair.mac)}_{name}"
        yield "icmpv6 type 136 drop"
    else:
        yield from _told(136, 2, may.macs, "drop", passed)
    yield from _told(135, 1, may.macs, "drop", passed)
    yield "drop"


def _told(kind: int, about: int, macs: tuple[str, ...], wrong: str, passed: str) -> Iterator[str]:
    """Each link-layer address in its options is one of these. Other options are as short as that one."""
    for number in range(OPTIONS):
        at = 192 + 64 * number
        yield f"ip6 length {24 + 8 * number} icmpv6 type {kind} {passed}"
        yield f"icmpv6 type {kind} @th,{at + 8},8 != 0x1 {wrong}"
        yield f"icmpv6 type {kind} @th,{at},8 {about:#x} @th,{at + 16},48 != {_one_of(macs, number=True)} {wrong}"
    yield f"ip6 length {24 + 8 * OPTIONS} icmpv6 type {kind} {passed}"


def _sources(may: Voice) -> Iterator[str]:
    """IP from the machine's own addresses, or from none while it looks for one (RFC 2131, RFC 4862, RFC 3810)."""
    for pair in may.pairs:
        field, kind = ("ip saddr", "0x0800") if pair.version == 4 else ("ip6 saddr", "0x86dd")
        yield f"ether saddr {pair.mac}{_within(field, pair.prefix) or f' ether type {kind}'} return"
    yield "ip saddr 0.0.0.0 ip daddr 255.255.255.255 ip frag-off & 16383 == 0 udp sport 68 udp dport 67 return"
    yield "ip6 saddr :: ip6 nexthdr != 44 icmpv6 type { 131, 133, 143 } return"
    for prefix in dict.fromkeys(pair.prefix for pair in may.pairs if pair.version == 6):
        yield f"ip6 saddr :: icmpv6 type 135{_target(prefix)} return"
    yield "drop"


def _target(prefix: str) -> str:
    network = ip_network(prefix)
    address = int(network.network_address)
    if network.prefixlen in (0, 128):
        return f" @th,64,128 {address:#x}" if network.prefixlen else ""
    return f" @th,64,128 & {int(network.netmask):#x} == {address:#x}"


def _within(field: str, prefix: str) -> str:
    """The match of a field inside the prefix; one of length 0 is no match at all."""
    network = ip_network(prefix)
    if network.prefixlen == 0:
        return ""
    return f" {field} {network.network_address if network.prefixlen == network.max_prefixlen else network}"


def _one_of(macs: tuple[str, ...], number: bool = False) -> str:
    spelled = [f"{_number(mac):#x}" if number else mac for mac in sorted(macs)]
    return spelled[0] if len(spelled) == 1 else f"{{ {', '.join(spelled)} }}"


def _number(mac: str) -> int:
    return int(mac.replace(":", ""), 16)
