"""A meter, as a stage wishes for it: how much may pass of what is led through it.

To a switch a meter is no flow entry, but it is kept equal in the same way: as an entry of a table of its own. Its match
is the meter's id in 4 bytes, and its instructions are the flags and the bands in the bytes of OpenFlow 1.4 (section
7.3.4.4), as Open vSwitch returns them. A switch keeps no cookie of a meter, so the cookie is made of these alone.
"""

from __future__ import annotations

from hashlib import blake2b
from struct import Struct
from typing import Literal, NamedTuple

from weft.controller.flow.entry import OURS, Entry

METERS = 0xFF  # the table of an entry that is a meter; no flow can be in it
LAST_ID = 0xFFFF0000  # OFPM_MAX
LARGEST = 0xFFFFFFFF  # rate or burst
OFPMF_KBPS, OFPMF_PKTPS, OFPMF_BURST, OFPMF_STATS = 1, 2, 4, 8
OFPMBT_DROP = 1
OFPIT_METER = 6
Unit = Literal["kbit/s", "frames/s"]
_FLAG_BY_UNIT: dict[Unit, int] = {"kbit/s": OFPMF_KBPS, "frames/s": OFPMF_PKTPS}
_METER = Struct("!HHHII4x")  # flags, then one ofp_meter_band_drop: type, length, rate, burst_size
_BAND_SIZE = 16
_INSTRUCTION = Struct("!HHI")  # ofp_instruction_meter: type, length, meter_id; others begin alike


class MeterWish(NamedTuple):
    """Of what is led through meter ``id``, what exceeds ``rate`` is dropped, once ``burst`` more has passed.

    The burst is in kbit or in frames, as the rate is in kbit or frames each second.
    """

    id: int
    rate: int
    burst: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.rate} {self.unit}, burst {self.burst}"


def meter(id: int, rate: int, burst: int, unit: Unit) -> MeterWish:
    """The meter that says so. Raises ``ValueError`` when no switch can have it.

    >>> str(meter(300, rate=10_000, burst=1_000, unit="kbit/s"))
    '10000 kbit/s, burst 1000'
    """
    if not 1 <= id <= LAST_ID:
        raise ValueError(f"a meter's id is 1 to {LAST_ID}, not {id}")
    for name, value in (("rate", rate), ("burst", burst)):  # a burst of 0 would come back from a switch as the rate
        if not 1 <= value <= LARGEST:
            raise ValueError(f"a meter's {name} is 1 to {LARGEST}, not {value}")
    return MeterWish(id, rate, burst, unit)


def meter_entry(wish: MeterWish) -> Entry:
    """The meter in the bytes of an ``Entry``."""
    flags = _FLAG_BY_UNIT[wish.unit] | OFPMF_BURST | OFPMF_STATS
    return held_meter(wish.id, _METER.pack(flags, OFPMBT_DROP, _BAND_SIZE, wish.rate, wish.burst))


def held_meter(id: int, flags_and_bands: bytes) -> Entry:
    """The entry of a meter that a switch holds, whoever made it."""
    match = id.to_bytes(4, "big")
    digest = blake2b(match + flags_and_bands, digest_size=6).digest()
    return Entry(METERS, 0, match, flags_and_bands, OURS << 56 | int.from_bytes(digest, "big"))


def wish_of(entry: Entry) -> MeterWish | None:
    """The wish that a meter's entry is of; None for a meter that no stage can have wished for."""
    if len(entry.instructions) == _METER.size:
        _, _, _, rate, burst = _METER.unpack(entry.instructions)
        for unit in _FLAG_BY_UNIT:
            wish = MeterWish(int.from_bytes(entry.match, "big"), rate, burst, unit)
            if meter_entry(wish).instructions == entry.instructions:
                return wish
    return None


def meter_used_by(instructions: bytes) -> int | None:
    """The id of the meter that a flow with these instructions leads its frames through, if it does."""
    offset = 0
    while offset + _INSTRUCTION.size <= len(instructions):
        kind, length, id = _INSTRUCTION.unpack_from(instructions, offset)
        if kind == OFPIT_METER:
            return int(id)
        offset += max(length, _INSTRUCTION.size)
    return None
