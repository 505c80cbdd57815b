"""The match fields that Weft speaks, as OpenFlow extensible match TLVs (OpenFlow 1.4, section 7.2.3).

Each has a rank: the order in which Open vSwitch 3.1 returns fields of a match. Encoded in that order, what we ask for
and what a switch says it has are equal byte by byte (``tests/wire`` holds it against a real switch).
"""

from __future__ import annotations

from typing import NamedTuple

OPENFLOW_BASIC = 0x8000
NICIRA_1 = 0x0001
MASKED = 0x100


class Field(NamedTuple):
    """One field: its OXM class and number, its length in bytes, and how people write it."""

    name: str
    oxm_class: int
    number: int
    length: int
    ofctl: str
    form: str = "number"  # number, hex, mac or vlan

    @property
    def header(self) -> int:
        """The 32-bit header of an unmasked TLV of this field."""
        return self.oxm_class << 16 | self.number << 9 | self.length


FIELDS = (
    Field("in_port", OPENFLOW_BASIC, 0, 4, "in_port"),
    Field("eth_src", OPENFLOW_BASIC, 4, 6, "dl_src", "mac"),
    Field("eth_dst", OPENFLOW_BASIC, 3, 6, "dl_dst", "mac"),
    Field("eth_type", OPENFLOW_BASIC, 5, 2, "dl_type", "hex"),
    Field("vlan_vid", OPENFLOW_BASIC, 6, 2, "vlan_tci", "vlan"),
    Field("tunnel_id", OPENFLOW_BASIC, 38, 8, "tun_id", "hex"),
    *(Field(f"reg{n}", NICIRA_1, n, 4, f"reg{n}", "hex") for n in range(16)),
)
FIELD_BY_NAME = {field.name: field for field in FIELDS}
FIELD_BY_HEADER = {field.header >> 9: field for field in FIELDS}
RANK = {field.name: rank for rank, field in enumerate(FIELDS)}


def tlv(field: Field, value: int, mask: int | None) -> bytes:
    """The TLV that matches ``value`` of the field, under ``mask`` when there is one."""
    data = value.to_bytes(field.length, "big")
    if mask is None or mask == (1 << 8 * field.length) - 1:
        return field.header.to_bytes(4, "big") + data
    header = (field.header | MASKED) + field.length
    return header.to_bytes(4, "big") + data + mask.to_bytes(field.length, "big")
