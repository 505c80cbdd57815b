"""Checks the lengths inside a match: of the whole, and of each field, known to Ryu or not.

A wrong length of a field that Ryu knows raises inside its parser, and so does an experimenter's field that it does not
know. It takes other unknown fields of any length (OpenFlow 1.4, section 7.2.3).
"""

from __future__ import annotations

from struct import Struct

from weft.controller.adapters.openflow.protocol import (
    OFPMT_OXM,
    OFPXMC_EXPERIMENTER,
    OFPXMC_NXM_0,
    OFPXMC_NXM_1,
    OFPXMC_OPENFLOW_BASIC,
    Garbage,
    padded,
)

_MATCH = Struct("!HH")  # how ofp_match begins: type, length without padding (7.2.3.1)
_FIELD = Struct("!I")  # 16 bits class, 7 field, 1 mask, 8 length (7.2.3.2)
_EXPERIMENTER = Struct("!I")  # follows in a field of an experimenter, and counts in its length (7.2.3.10)

_BASIC_SIZES = (
    *(4, 4, 8, 6, 6, 2, 2, 1, 1, 1, 1, 4, 4, 2, 2, 2, 2, 2, 2, 1, 1),  # in_port to icmpv4_code
    *(2, 4, 4, 6, 6, 16, 16, 4, 1, 1, 16, 6, 6, 4, 1, 1, 3, 8, 2, 0, 1),  # arp_op to pbb_uca
)
_NXM_0_SIZES = (2, 6, 6, 2, 2, 1, 1, 4, 4, 2, 2, 2, 2, 1, 1, 2, 4, 4)
_NXM_1_SIZES = (
    *(4,) * 16,  # the registers
    *(8, 6, 6, 16, 16, 1, 1, 16, 6, 6, 1, 4, 1, 1, 1, 4, 4, 4, 2, 0, 4, 4, 2, 1),  # tunnel_id to tun_gbp_flags
    *(0,) * 64,  # tunnel options, of any length
    *(2, 4, 2, 4, 16, 16, 16, 16, 16, 16, 16),  # tun_flags to xxreg3
)
FIELD_SIZES = {
    oxm_class << 7 | field: size
    for oxm_class, sizes in (
        (OFPXMC_OPENFLOW_BASIC, _BASIC_SIZES),
        (OFPXMC_NXM_0, _NXM_0_SIZES),
        (OFPXMC_NXM_1, _NXM_1_SIZES),
    )
    for field, size in enumerate(sizes)
    if size
}
_ONF, _NICIRA, _NICIRA_NSH = 0x4F4E4600, 0x00002320, 0x005AD650
EXPERIMENTER_FIELD_SIZES = {
    (experimenter, OFPXMC_EXPERIMENTER << 7 | field): size
    for experimenter, first, sizes in (
        (_ONF, 42, (2, 4)),  # tcp_flags, actset_output
        (_NICIRA, 0, (4,)),  # dp_hash
        (_NICIRA_NSH, 1, (1, 1, 1, 4, 1, 4, 4, 4, 4, 1)),
    )
    for field, size in enumerate(sizes, first)
}


def match_end(message: bytes, offset: int) -> int:
    """``match_end(message, offset)`` returns where the ofp_match at ``offset`` ends, padding included.

    Raises ``Garbage`` when a length in it is wrong.
    """
    kind, length = _MATCH.unpack_from(message, offset)
    end = offset + padded(length)
    if kind != OFPMT_OXM or length < _MATCH.size or end > len(message):
        raise Garbage(f"a match of type {kind} says that it has {length} bytes")
    at, stop = offset + _MATCH.size, offset + length
    while at < stop:
        at = _field_end(message, at, stop)
    return end


def _field_end(message: bytes, offset: int, end: int) -> int:
    if end - offset < _FIELD.size:
        raise Garbage(f"{end - offset} bytes are left where a match field should be")
    (head,) = _FIELD.unpack_from(message, offset)
    field, masked, length = head >> 9, head >> 8 & 1, head & 0xFF
    offset += _FIELD.size
    stop: int = offset + length
    if stop > end:
        raise Garbage(f"a match field says that it has {length} bytes, and {end - offset} are left")
    size = FIELD_SIZES.get(field)
    if field >> 7 == OFPXMC_EXPERIMENTER:
        if length < _EXPERIMENTER.size:
            raise Garbage("an experimenter's match field does not name the experimenter")
        (experimenter,) = _EXPERIMENTER.unpack_from(message, offset)
        length -= _EXPERIMENTER.size
        size = EXPERIMENTER_FIELD_SIZES.get((experimenter, field))
        if size is None:
            raise Garbage(f"match field {field & 0x7F} of experimenter 0x{experimenter:08x} is unknown")
    if masked and length % 2:
        raise Garbage(f"a masked match field has {length} bytes, an odd number")
    value = length >> masked
    if value == 0 or value != (size or value):
        raise Garbage(f"match field {field & 0x7F} of class 0x{field >> 7:04x} has {value} bytes, not {size or 'some'}")
    return stop
