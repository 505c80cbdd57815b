"""What Open vSwitch 3.1 sees of a frame: its octets read into the fields that a flow can match.

A switch reads on only while all that it has read makes sense; what it has not read is 0. So a flow that matches a field
by 0 matches also where the field is missing, cut short or contradictory. It is as a switch with its vlan-limit of 1
and fragments matched as they are (nx-match) does it (``tests/wire`` holds it against a real switch).
"""

from __future__ import annotations

from weft.controller.flow.frame import Frame

ARP, RARP, IPV4, IPV6 = 0x0806, 0x8035, 0x0800, 0x86DD
NO_TYPE = 0x05FF  # of a frame that has a length where others have a type, and no SNAP header that would name one
TAG_TYPES = (0x8100, 0x88A8)
TCP, UDP, FRAGMENT, AUTHENTICATION, ICMPV6 = 6, 17, 44, 51, 58
OPTIONS = (0, 43, 60)  # of IPv6: hop by hop, routing, for the destination
SOLICITATION, ADVERTISEMENT = 135, 136
_LEAST_TYPE = 0x0600
_SNAP = bytes.fromhex("aaaa03 000000")
_ETHERNET_IPV4 = bytes.fromhex("0001 0800 06 04")  # what an ARP packet speaks of: hrd, pro, hln, pln
Fields = dict[str, int]


def seen(octets: bytes) -> Frame:
    """``seen(octets)`` returns the frame as a switch sees it, without payload.

    Behind a second VLAN tag nothing is read: the frame is of the tag's own type. Raises ``ValueError`` for octets that
    are no Ethernet header; a switch throws them away.
    """
    if len(octets) < 14:
        raise ValueError(f"{len(octets)} octets are no Ethernet frame")
    rest, vlans = octets[12:], tuple[int, ...]()
    if _number(rest[:2]) in TAG_TYPES and len(rest) >= 6:
        vlans, rest = (_number(rest[2:4]) & 0xEFFF,), rest[4:]
    eth_type, rest = _number(rest[:2]), rest[2:]
    if eth_type < _LEAST_TYPE:
        named = _number(rest[6:8]) if len(rest) >= 8 and rest.startswith(_SNAP) else 0
        eth_type, rest = (named, rest[8:]) if named >= _LEAST_TYPE else (NO_TYPE, rest)
    inner = _READER_BY_TYPE[eth_type](rest) if eth_type in _READER_BY_TYPE else {}
    told = {name: value for name, value in inner.items() if value}
    return Frame(octets[6:12].hex(":"), octets[:6].hex(":"), eth_type, vlans, inner=told)


def _arp(packet: bytes) -> Fields:
    if len(packet) < 28 or not packet.startswith(_ETHERNET_IPV4):
        return {}
    operation = _number(packet[6:8])
    return {
        "arp_op": operation if operation < 256 else 0,
        "arp_sha": _number(packet[8:14]),
        "arp_spa": _number(packet[14:18]),
        "arp_tha": _number(packet[18:24]),
        "arp_tpa": _number(packet[24:28]),
    }


def _ipv4(packet: bytes) -> Fields:
    if len(packet) < 20:
        return {}
    header, total = 4 * (packet[0] & 0x0F), _number(packet[2:4])
    if not 20 <= header <= total <= len(packet):
        return {}
    more_and_offset = _number(packet[6:8]) & 0x3FFF
    fragment = 3 if more_and_offset & 0x1FFF else 1 if more_and_offset else 0
    fields = {"ip_frag": fragment, "ip_proto": packet[9]}
    fields |= {"ipv4_src": _number(packet[12:16]), "ipv4_dst": _number(packet[16:20])}
    return fields | (_transport(packet[9], packet[header:total]) if fragment != 3 else {})


def _ipv6(packet: bytes) -> Fields:
    if len(packet) < 40 or len(packet) < 40 + _number(packet[4:6]):
        return {}
    fields = {"ipv6_src": _number(packet[8:24]), "ipv6_dst": _number(packet[24:40])}
    protocol, fragment, rest = packet[6], 0, packet[40 : 40 + _number(packet[4:6])]
    while protocol in (*OPTIONS, AUTHENTICATION, FRAGMENT):
        length = _extension_length(protocol, rest)
        if not length:
            return fields
        if protocol == FRAGMENT and _number(rest[2:4]):  # with neither offset nor flag it is no fragment
            fragment = 1
            if _number(rest[2:4]) & 0xFFF8:
                return fields | {"ip_frag": 3, "ip_proto": FRAGMENT}
        protocol, rest = rest[0], rest[length:]
    fields |= {"ip_frag": fragment, "ip_proto": protocol}
    return fields | (_icmpv6(rest) if protocol == ICMPV6 else _transport(protocol, rest))


def _extension_length(protocol: int, rest: bytes) -> int:
    """How many octets an extension header has; 0 where it is cut short."""
    if len(rest) < 8:
        return 0
    length = {FRAGMENT: 8, AUTHENTICATION: 4 * (rest[1] + 2)}.get(protocol, 8 * (rest[1] + 1))
    return length if length <= len(rest) else 0


def _transport(protocol: int, segment: bytes) -> Fields:
    """The ports."""
    if protocol == UDP and len(segment) >= 8:
        return {"udp_src": _number(segment[:2]), "udp_dst": _number(segment[2:4])}
    if protocol == TCP and len(segment) >= 20 and 20 <= 4 * (segment[12] >> 4) <= len(segment):
        return {"tcp_src": _number(segment[:2]), "tcp_dst": _number(segment[2:4])}
    return {}


def _icmpv6(message: bytes) -> Fields:
    if len(message) < 8:
        return {}
    kind, code = message[0], message[1]
    fields = {"icmpv6_type": kind, "icmpv6_code": code}
    if code or kind not in (SOLICITATION, ADVERTISEMENT) or len(message) < 24:
        return fields
    addresses = _link_layer_addresses(message[24:])
    if addresses is None:
        return fields
    source, target = addresses
    return fields | {"nd_target": _number(message[8:24]), "nd_sll": source, "nd_tll": target}


def _link_layer_addresses(options: bytes) -> tuple[int, int] | None:
    """The addresses of the source and of the target that the options name; None where one is named twice.

    A switch stops where an option says that it is empty, or longer than what there is.
    """
    address_by_option = {1: 0, 2: 0}
    while len(options) >= 8:
        option, length = options[0], 8 * options[1]
        if not 8 <= length <= len(options):
            break
        if option in address_by_option and length == 8:
            if address_by_option[option]:
                return None
            address_by_option[option] = _number(options[2:8])
        options = options[length:]
    return address_by_option[1], address_by_option[2]


def _number(octets: bytes) -> int:
    return int.from_bytes(octets, "big")


_READER_BY_TYPE = {ARP: _arp, RARP: _arp, IPV4: _ipv4, IPV6: _ipv6}
