"""A frame in Open vSwitch's own words: the line in which ofproto/trace says what it has read out of a packet."""

from __future__ import annotations

from weft.controller.flow.frame import INNER, Frame
from weft.controller.flow.oxm import FIELD_BY_NAME, read

_TYPES = {  # the first word of a flow, for the two types that have several and those that have one
    **dict.fromkeys(("ip", "tcp", "udp", "icmp", "igmp", "sctp"), 0x0800),
    **dict.fromkeys(("ipv6", "tcp6", "udp6", "icmp6", "sctp6"), 0x86DD),
    "arp": 0x0806,
    "rarp": 0x8035,
    "mpls": 0x8847,
    "mplsm": 0x8848,
}
_PROTOCOLS = {"tcp": 6, "udp": 17, "icmp": 1, "igmp": 2, "sctp": 132}
_PROTOCOLS |= {"tcp6": 6, "udp6": 17, "icmp6": 58, "sctp6": 132}


def frame_of(line: str) -> Frame:
    """``frame_of(line)`` returns the frame that ofproto/trace says in its first line."""
    word, *said = line.removeprefix("Flow: ").split(",")
    value_by_name = dict(part.split("=", 1) for part in said)
    eth_type = _TYPES.get(word) or int(value_by_name["dl_type"], 16)
    inner: dict[str, int] = {}
    if eth_type in (0x0800, 0x86DD):
        inner["ip_proto"] = _PROTOCOLS.get(word) or int(value_by_name["nw_proto"])
        inner["ip_frag"] = {"no": 0, "first": 1, "later": 3}[value_by_name["nw_frag"]]
    names = {"nw_src": "ipv4_src", "nw_dst": "ipv4_dst"}
    if word in ("tcp", "tcp6", "udp", "udp6"):
        names |= {f"tp_{end}": f"{word[:3]}_{end}" for end in ("src", "dst")}
    if word == "icmp6":
        names |= {"icmp_type": "icmpv6_type", "icmp_code": "icmpv6_code"}
    for name, text in value_by_name.items():
        known = names.get(name, name)
        if known in INNER and known not in inner:
            inner[known] = int(text) if text.isdigit() else read(FIELD_BY_NAME[known], text)[0]
    tag = int(value_by_name.get("dl_vlan", 0)) | int(value_by_name.get("dl_vlan_pcp", 0)) << 13
    vlans = (tag,) if "dl_vlan" in value_by_name else ()
    told = {name: value for name, value in inner.items() if value}
    return Frame(value_by_name["dl_src"], value_by_name["dl_dst"], eth_type, vlans, inner=told)
