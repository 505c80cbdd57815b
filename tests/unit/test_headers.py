"""What a switch sees of a frame, case by case (``tests/wire/test_headers_on_ovs.py`` asks a real one)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.packets import arp, ethernet, extension, fragment, ipv4, ipv6, link_layer, neighbour, tcp, udp
from weft.controller.flow.frame import Frame
from weft.controller.flow.headers import seen

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
FOUR, FOUR_TOO = "10.0.0.1", "10.0.0.2"
SIX, SIX_TOO = "fe80::a", "fe80::b"
DATAGRAM = udp(67, 68)
BEHIND = b"behind the frame"


def number(text: str) -> int:
    if "." in text:
        return int(IPv4Address(text))
    return int(text.replace(":", ""), 16) if text.count(":") == 5 and "::" not in text else int(IPv6Address(text))


def frame(eth_type: int, tags: tuple[int, ...] = (), **inner: int | str) -> Frame:
    """A frame from A to B of which a switch sees that."""
    told = {name: number(value) if isinstance(value, str) else value for name, value in inner.items()}
    return Frame(A, B, eth_type, tags, inner=told)


def four(packet: bytes, tags: tuple[int, ...] = ()) -> bytes:
    return ethernet(B, A, 0x0800, packet, tags)


def six(packet: bytes) -> bytes:
    return ethernet(B, A, 0x86DD, packet)


def from_four(**inner: int | str) -> Frame:
    return frame(0x0800, ipv4_src=FOUR, ipv4_dst=FOUR_TOO, **inner)


def from_six(**inner: int | str) -> Frame:
    return frame(0x86DD, ipv6_src=SIX, ipv6_dst=SIX_TOO, **inner)


def neighbours(*options: bytes, kind: int = 135, code: int = 0) -> bytes:
    return six(ipv6(SIX, SIX_TOO, 58, neighbour(kind, SIX, *options, code=code)))


ICMP = {"ip_proto": 58, "icmpv6_type": 135}
ARP = {"arp_sha": A, "arp_spa": FOUR, "arp_tha": B, "arp_tpa": FOUR_TOO}
PORTS = {"udp_src": 67, "udp_dst": 68}
LINK = bytes.fromhex("aaaa03 000000")

CASES: dict[str, tuple[bytes, Frame]] = {
    # Ethernet and tags
    "nothing that a switch knows": (ethernet(B, A, 0x88B5, b"abc"), frame(0x88B5)),
    "nothing but an Ethernet header": (ethernet(B, A, 0x0800), frame(0x0800)),
    "a tag with a priority": (ethernet(B, A, 0x88B5, b"abc", (5 | 3 << 13,)), frame(0x88B5, (5 | 3 << 13,))),
    "a tag that is eligible to be dropped": (ethernet(B, A, 0x88B5, b"", (5 | 1 << 12,)), frame(0x88B5, (5,))),
    "IPv4 behind a tag": (
        four(ipv4(FOUR, FOUR_TOO, 17, DATAGRAM), (5,)),
        frame(0x0800, (5,), ipv4_src=FOUR, ipv4_dst=FOUR_TOO, ip_proto=17, **PORTS),
    ),
    "a tag with nothing behind it": (ethernet(B, A, 0x8100, b"\0\5"), frame(0x8100)),
    "a service provider's tag": (ethernet(B, A, 0x88A8, b"\0\5\x08\6"), frame(0x0806, (5,))),
    "a tag behind a tag": (four(ipv4(FOUR, FOUR_TOO, 17, DATAGRAM), (5, 6)), frame(0x8100, (5,))),
    "a service provider's tag behind a tag": (ethernet(B, A, 0x88A8, b"\0\5\x08\0", (7,)), frame(0x88A8, (7,))),
    "a tag of no kind that a switch knows": (ethernet(B, A, 0x9100, b"\0\5\x08\0"), frame(0x9100)),
    # lengths where others have a type
    "a bridge's packet (LLC)": (ethernet(B, A, 38, bytes.fromhex("424203") + bytes(35)), frame(0x05FF)),
    "IPv4 behind SNAP": (
        ethernet(B, A, 100, LINK + b"\x08\0" + ipv4(FOUR, FOUR_TOO, 17, DATAGRAM)),
        from_four(ip_proto=17, **PORTS),
    ),
    "ARP behind SNAP": (
        ethernet(B, A, 36, LINK + b"\x08\6" + arp(1, A, FOUR, B, FOUR_TOO)),
        frame(0x0806, arp_op=1, **ARP),
    ),
    "SNAP behind a tag": (ethernet(B, A, 100, LINK + b"\x86\xdd", (5,)), frame(0x86DD, (5,))),
    "a tag behind SNAP": (ethernet(B, A, 100, LINK + b"\x81\0\0\5\x08\0"), frame(0x8100)),
    "SNAP of somebody's own": (ethernet(B, A, 100, bytes.fromhex("aaaa03 00000c 2000") + b"abc"), frame(0x05FF)),
    "SNAP that names a length": (ethernet(B, A, 100, LINK + b"\5\xff"), frame(0x05FF)),
    "the longest length": (ethernet(B, A, 0x05FF, LINK + b"\x08\6" + b"abc"), frame(0x0806)),
    "the smallest type": (ethernet(B, A, 0x0600, LINK + b"\x08\6" + b"abc"), frame(0x0600)),
    # ARP
    "ARP": (ethernet(B, A, 0x0806, arp(2, A, FOUR, B, FOUR_TOO) + BEHIND), frame(0x0806, arp_op=2, **ARP)),
    "reverse ARP": (ethernet(B, A, 0x8035, arp(3, A, FOUR, B, FOUR_TOO)), frame(0x8035, arp_op=3, **ARP)),
    "ARP with an operation beyond 255": (ethernet(B, A, 0x0806, arp(257, A, FOUR, B, FOUR_TOO)), frame(0x0806, **ARP)),
    **{
        f"ARP that speaks of {what}": (
            ethernet(B, A, 0x0806, arp(1, A, FOUR, B, FOUR_TOO, kinds)),
            frame(0x0806),
        )
        for what, kinds in (
            ("another hardware", "0006 0800 06 04"),
            ("another protocol", "0001 86dd 06 04"),
            ("longer hardware addresses", "0001 0800 08 04"),
            ("longer addresses", "0001 0800 06 10"),
        )
    },
    # IPv4
    "UDP": (four(ipv4(FOUR, FOUR_TOO, 17, DATAGRAM) + BEHIND), from_four(ip_proto=17, **PORTS)),
    "TCP": (four(ipv4(FOUR, FOUR_TOO, 6, tcp(80, 81))), from_four(ip_proto=6, tcp_src=80, tcp_dst=81)),
    "TCP with a header shorter than it can be": (four(ipv4(FOUR, FOUR_TOO, 6, tcp(80, 81, 4))), from_four(ip_proto=6)),
    "TCP with a header longer than the packet": (four(ipv4(FOUR, FOUR_TOO, 6, tcp(80, 81, 6))), from_four(ip_proto=6)),
    "a protocol without ports": (four(ipv4(FOUR, FOUR_TOO, 47, DATAGRAM)), from_four(ip_proto=47)),
    "ICMPv6 in IPv4": (four(ipv4(FOUR, FOUR_TOO, 58, neighbour(135, SIX))), from_four(ip_proto=58)),
    "options": (four(ipv4(FOUR, FOUR_TOO, 17, DATAGRAM, words=8)), from_four(ip_proto=17, **PORTS)),
    "another version of IP": (
        four(b"\x65" + ipv4(FOUR, FOUR_TOO, 17, DATAGRAM)[1:]),
        from_four(ip_proto=17, **PORTS),
    ),
    "a header shorter than it can be": (four(b"\x44" + ipv4(FOUR, FOUR_TOO, 17, DATAGRAM)[1:]), frame(0x0800)),
    "a packet longer than the frame": (four(ipv4(FOUR, FOUR_TOO, 17, DATAGRAM, total=29)), frame(0x0800)),
    "a packet shorter than its header": (four(ipv4(FOUR, FOUR_TOO, 17, DATAGRAM, total=19)), frame(0x0800)),
    "a packet that ends before its ports": (
        four(ipv4(FOUR, FOUR_TOO, 17, DATAGRAM, total=27)),
        from_four(ip_proto=17),
    ),
    "a fragment, the first": (
        four(ipv4(FOUR, FOUR_TOO, 17, DATAGRAM, fragment=0x2000)),
        from_four(ip_proto=17, ip_frag=1, **PORTS),
    ),
    "a fragment in the middle": (
        four(ipv4(FOUR, FOUR_TOO, 17, DATAGRAM, fragment=0x2001)),
        from_four(ip_proto=17, ip_frag=3),
    ),
    "a fragment, the last": (
        four(ipv4(FOUR, FOUR_TOO, 17, DATAGRAM, fragment=0x1FFF)),
        from_four(ip_proto=17, ip_frag=3),
    ),
    "a packet that must not be fragmented": (
        four(ipv4(FOUR, FOUR_TOO, 17, DATAGRAM, fragment=0xC000)),
        from_four(ip_proto=17, **PORTS),
    ),
    # IPv6
    "UDP over IPv6": (six(ipv6(SIX, SIX_TOO, 17, DATAGRAM) + BEHIND), from_six(ip_proto=17, **PORTS)),
    "TCP over IPv6": (six(ipv6(SIX, SIX_TOO, 6, tcp(80, 81))), from_six(ip_proto=6, tcp_src=80, tcp_dst=81)),
    "no more headers": (six(ipv6(SIX, SIX_TOO, 59)), from_six(ip_proto=59)),
    "ICMP over IPv6": (six(ipv6(SIX, SIX_TOO, 1, DATAGRAM)), from_six(ip_proto=1)),
    "an IPv6 packet longer than the frame": (six(ipv6(SIX, SIX_TOO, 17, DATAGRAM, length=9)), frame(0x86DD)),
    "an IPv6 packet that says it is empty": (six(ipv6(SIX, SIX_TOO, 17, DATAGRAM, length=0)), from_six(ip_proto=17)),
    "headers by headers": (
        six(ipv6(SIX, SIX_TOO, 0, extension(43, extension(60, extension(51, extension(17, DATAGRAM)))))),
        from_six(ip_proto=17, **PORTS),
    ),
    "a longer header": (
        six(ipv6(SIX, SIX_TOO, 60, extension(17, DATAGRAM, 1, bytes(14)))),
        from_six(ip_proto=17, **PORTS),
    ),
    "a longer authentication header": (
        six(ipv6(SIX, SIX_TOO, 51, extension(17, DATAGRAM, 4, bytes(22)))),
        from_six(ip_proto=17, **PORTS),
    ),
    "a header longer than the packet": (six(ipv6(SIX, SIX_TOO, 60, extension(17, DATAGRAM, 2))), from_six()),
    "a header that is cut short": (six(ipv6(SIX, SIX_TOO, 60, b"\x11\0\0\0")), from_six()),
    "a fragment that is the whole packet": (
        six(ipv6(SIX, SIX_TOO, 44, fragment(17, DATAGRAM))),
        from_six(ip_proto=17, **PORTS),
    ),
    "the first fragment of IPv6": (
        six(ipv6(SIX, SIX_TOO, 44, fragment(17, DATAGRAM, 1))),
        from_six(ip_proto=17, ip_frag=1, **PORTS),
    ),
    "a fragment by its reserved bits alone": (
        six(ipv6(SIX, SIX_TOO, 44, fragment(17, DATAGRAM, 2))),
        from_six(ip_proto=17, ip_frag=1, **PORTS),
    ),
    "a later fragment of IPv6": (
        six(ipv6(SIX, SIX_TOO, 44, fragment(17, DATAGRAM, 8))),
        from_six(ip_proto=44, ip_frag=3),
    ),
    "headers behind the first fragment": (
        six(ipv6(SIX, SIX_TOO, 44, fragment(60, extension(17, DATAGRAM), 1))),
        from_six(ip_proto=17, ip_frag=1, **PORTS),
    ),
    "a fragment in a fragment": (
        six(ipv6(SIX, SIX_TOO, 44, fragment(44, fragment(17, DATAGRAM), 1))),
        from_six(ip_proto=17, ip_frag=1, **PORTS),
    ),
    "a fragment whose headers go on in the next": (
        six(ipv6(SIX, SIX_TOO, 44, fragment(60, b"\x3a\0\0\0", 1))),
        from_six(),
    ),
    # neighbour discovery
    "solicitation": (neighbours(link_layer(1, A)), from_six(**ICMP, nd_target=SIX, nd_sll=A)),
    "advertisement": (
        neighbours(link_layer(2, A), kind=136),
        from_six(**ICMP | {"icmpv6_type": 136}, nd_target=SIX, nd_tll=A),
    ),
    "a solicitation that names its target's address": (
        neighbours(link_layer(2, A)),
        from_six(**ICMP, nd_target=SIX, nd_tll=A),
    ),
    "a solicitation without options": (neighbours(), from_six(**ICMP, nd_target=SIX)),
    "both options": (
        neighbours(link_layer(2, B), link_layer(1, A)),
        from_six(**ICMP, nd_target=SIX, nd_sll=A, nd_tll=B),
    ),
    "an option twice": (neighbours(link_layer(1, A), link_layer(1, B)), from_six(**ICMP)),
    "the other option twice": (neighbours(link_layer(1, A), *[link_layer(2, B)] * 2), from_six(**ICMP)),
    "an option twice, the first of zeros": (
        neighbours(link_layer(1, "00:00:00:00:00:00"), link_layer(1, B)),
        from_six(**ICMP, nd_target=SIX, nd_sll=B),
    ),
    "an option of zeros last": (neighbours(link_layer(1, A), link_layer(1, "00:00:00:00:00:00")), from_six(**ICMP)),
    "an option without a length": (
        neighbours(link_layer(1, A, 0), link_layer(1, B)),
        from_six(**ICMP, nd_target=SIX),
    ),
    "an option without a length after one": (
        neighbours(link_layer(1, A), link_layer(1, B, 0)),
        from_six(**ICMP, nd_target=SIX, nd_sll=A),
    ),
    "an option of another length": (
        neighbours(link_layer(1, A, 2), bytes(8), link_layer(1, B)),
        from_six(**ICMP, nd_target=SIX, nd_sll=B),
    ),
    "an option longer than the packet": (neighbours(link_layer(1, A, 2)), from_six(**ICMP, nd_target=SIX)),
    "an option that is cut short": (neighbours(link_layer(1, A)[:7]), from_six(**ICMP, nd_target=SIX)),
    "a solicitation with a code": (neighbours(link_layer(1, A), code=1), from_six(**ICMP, icmpv6_code=1)),
    "a router's advertisement": (neighbours(link_layer(1, A), kind=134), from_six(**ICMP | {"icmpv6_type": 134})),
    "a solicitation that ends before its target": (
        six(ipv6(SIX, SIX_TOO, 58, neighbour(135, SIX)[:23])),
        from_six(**ICMP),
    ),
    "an ICMPv6 message that is cut short": (
        six(ipv6(SIX, SIX_TOO, 58, neighbour(135, SIX)[:7])),
        from_six(ip_proto=58),
    ),
    "a solicitation behind headers": (
        six(ipv6(SIX, SIX_TOO, 60, extension(58, neighbour(135, SIX, link_layer(1, A))))),
        from_six(**ICMP, nd_target=SIX, nd_sll=A),
    ),
    "the first fragment of a solicitation": (
        six(ipv6(SIX, SIX_TOO, 44, fragment(58, neighbour(135, SIX, link_layer(1, A)), 1))),
        from_six(**ICMP, ip_frag=1, nd_target=SIX, nd_sll=A),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_switch_sees_so_much_of_a_frame(name: str) -> None:
    octets, expected = CASES[name]
    assert seen(octets) == expected


def test_a_frame_shorter_than_an_ethernet_header_is_none() -> None:
    with pytest.raises(ValueError, match="13 octets are no Ethernet frame"):
        seen(bytes(13))


@given(st.binary(min_size=14, max_size=200))
def test_any_octets_are_some_frame(octets: bytes) -> None:
    told = seen(octets)
    assert told.dst.replace(":", "") + told.src.replace(":", "") == octets[:12].hex()
    assert all(told.inner.values())
