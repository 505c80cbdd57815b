"""An Ethernet frame, as far as a switch looks into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

INNER = frozenset(  # the fields behind the Ethernet header
    (
        *("arp_op", "arp_spa", "arp_tpa", "arp_sha", "arp_tha", "ip_proto", "ip_frag", "ip_dscp"),
        *("ipv4_src", "ipv4_dst", "ipv6_src", "ipv6_dst", "udp_src", "udp_dst", "tcp_src", "tcp_dst"),
        *("icmpv6_type", "icmpv6_code", "nd_target", "nd_sll", "nd_tll"),
    )
)


@dataclass(frozen=True, slots=True)
class Frame:
    """An Ethernet frame, as far as the pipeline looks into it.

    ``vlans`` are its tags, the outermost first: the VLAN id, with the priority in bits 13 to 15. ``inner`` are the
    fields of ``INNER`` that are not 0 (``headers.seen`` reads them). Raises ``ValueError`` for one of another name.
    """

    src: str
    dst: str
    eth_type: int = 0x88B5  # IEEE 802 local experimental
    vlans: tuple[int, ...] = ()
    payload: str = ""
    inner: Mapping[str, int] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not self.inner.keys() <= INNER:
            raise ValueError(f"a simulated frame has no field {', '.join(sorted(self.inner.keys() - INNER))}")
