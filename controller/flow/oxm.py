"""The match fields that Weft speaks, as OpenFlow extensible match TLVs (OpenFlow 1.4, section 7.2.3).

Each has a rank: the order in which Open vSwitch 3.1 returns fields of a match. Encoded in that order, what we ask for
and what a switch says it has are equal byte by byte (``tests/wire`` holds it against a real switch).
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple

OPENFLOW_BASIC = 0x8000
NICIRA_1 = 0x0001
MASKED = 0x100
FRAGMENTS = {  # of ip_frag, in the words of ovs-ofctl: value and mask. Bit 0 says a fragment, bit 1 not the first
    "no": (0, 3),
    "first": (1, 3),
    "later": (3, 3),
    "yes": (1, 1),
    "not_later": (0, 2),
}


class Field(NamedTuple):
    """One field: its OXM class and number, its length in bytes, and how people write it.

    ``bits`` are as many as it has where they do not fill its bytes. A ``whole`` field cannot be matched under a mask.
    """

    name: str
    oxm_class: int
    number: int
    length: int
    ofctl: str
    form: str = "number"  # number, hex, mac, vlan, ipv4, ipv6 or fragment
    bits: int = 0
    whole: bool = False

    @property
    def header(self) -> int:
        """The 32-bit header of an unmasked TLV of this field."""
        return self.oxm_class << 16 | self.number << 9 | self.length

    @property
    def all_bits(self) -> int:
        """The mask under which all of it is matched."""
        return (1 << (self.bits or 8 * self.length)) - 1


FIELDS = (
    Field("in_port", OPENFLOW_BASIC, 0, 4, "in_port", whole=True),
    Field("eth_src", OPENFLOW_BASIC, 4, 6, "dl_src", "mac"),
    Field("eth_dst", OPENFLOW_BASIC, 3, 6, "dl_dst", "mac"),
    Field("eth_type", OPENFLOW_BASIC, 5, 2, "dl_type", "hex", whole=True),
    Field("vlan_vid", OPENFLOW_BASIC, 6, 2, "vlan_tci", "vlan", bits=13),
    Field("vlan_pcp", OPENFLOW_BASIC, 7, 1, "dl_vlan_pcp", bits=3, whole=True),
    Field("ipv4_src", OPENFLOW_BASIC, 11, 4, "nw_src", "ipv4"),
    Field("ipv4_dst", OPENFLOW_BASIC, 12, 4, "nw_dst", "ipv4"),
    Field("ipv6_src", OPENFLOW_BASIC, 26, 16, "ipv6_src", "ipv6"),
    Field("ipv6_dst", OPENFLOW_BASIC, 27, 16, "ipv6_dst", "ipv6"),
    Field("ip_frag", NICIRA_1, 26, 1, "ip_frag", "fragment", bits=2),
    Field("ip_dscp", OPENFLOW_BASIC, 8, 1, "ip_dscp", bits=6, whole=True),
    Field("ip_proto", OPENFLOW_BASIC, 10, 1, "nw_proto", whole=True),
    Field("tcp_src", OPENFLOW_BASIC, 13, 2, "tcp_src"),
    Field("tcp_dst", OPENFLOW_BASIC, 14, 2, "tcp_dst"),
    Field("udp_src", OPENFLOW_BASIC, 15, 2, "udp_src"),
    Field("udp_dst", OPENFLOW_BASIC, 16, 2, "udp_dst"),
    Field("icmpv6_type", OPENFLOW_BASIC, 29, 1, "icmpv6_type", whole=True),
    Field("icmpv6_code", OPENFLOW_BASIC, 30, 1, "icmpv6_code", whole=True),
    Field("nd_target", OPENFLOW_BASIC, 31, 16, "nd_target", "ipv6"),
    Field("nd_sll", OPENFLOW_BASIC, 32, 6, "nd_sll", "mac"),
    Field("nd_tll", OPENFLOW_BASIC, 33, 6, "nd_tll", "mac"),
    Field("arp_op", OPENFLOW_BASIC, 21, 2, "arp_op", bits=8, whole=True),  # Open vSwitch knows those up to 255
    Field("arp_spa", OPENFLOW_BASIC, 22, 4, "arp_spa", "ipv4"),
    Field("arp_tpa", OPENFLOW_BASIC, 23, 4, "arp_tpa", "ipv4"),
    Field("arp_sha", OPENFLOW_BASIC, 24, 6, "arp_sha", "mac"),
    Field("arp_tha", OPENFLOW_BASIC, 25, 6, "arp_tha", "mac"),
    Field("tunnel_id", OPENFLOW_BASIC, 38, 8, "tun_id", "hex"),
    *(Field(f"reg{n}", NICIRA_1, n, 4, f"reg{n}", "hex") for n in range(16)),
)
FIELD_BY_NAME = {field.name: field for field in FIELDS}
FIELD_BY_HEADER = {field.header >> 9: field for field in FIELDS}
RANK = {field.name: rank for rank, field in enumerate(FIELDS)}


def read(field: Field, text: str) -> tuple[int, int | None]:
    """``read(field, text)`` returns the value that the text names, and the mask where it names more than one.

    ``02:00:00:00:00:01``; ``10.0.0.1`` or ``fe80::1``; ``10.0.0.0/24`` or ``fe80::/10``; for ``ip_frag`` the words of
    ovs-ofctl. Raises ``ValueError`` for other text, a prefix with bits beyond its length too.

    >>> [hex(number) for number in read(FIELD_BY_NAME["ipv4_src"], "10.0.0.0/24")]
    ['0xa000000', '0xffffff00']
    """
    match field.form:
        case "mac" if len(text) == 17:
            return int.from_bytes(bytes.fromhex(text.replace(":", "")), "big"), None
        case "ipv4":
            network: IPv4Network | IPv6Network = IPv4Network(text)
        case "ipv6":
            network = IPv6Network(text)
        case "fragment" if text in FRAGMENTS:
            return FRAGMENTS[text]
        case _:
            raise ValueError(f"{text!r} is no {field.name}")
    return int(network.network_address), int(network.netmask)


def tlv(field: Field, value: int, mask: int | None) -> bytes:
    """The TLV that matches ``value`` of the field, under ``mask`` when there is one; none when it matches anything."""
    data = value.to_bytes(field.length, "big")
    if mask is None or mask == field.all_bits:
        return field.header.to_bytes(4, "big") + data
    if not mask:
        return b""
    header = (field.header | MASKED) + field.length
    return header.to_bytes(4, "big") + data + mask.to_bytes(field.length, "big")
