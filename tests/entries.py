"""A few entries, for tests that do not care what they say."""

from __future__ import annotations

from weft.controller.flow.entry import OURS, Entry
from weft.controller.flow.meter import meter, meter_entry


def entry(table: int, priority: int = 100, in_port: int = 1, cookie: int = 1) -> Entry:
    """An entry of ours."""
    match = bytes.fromhex("80000004") + in_port.to_bytes(4, "big")
    return Entry(table, priority, match, bytes.fromhex("0001000840000000"), OURS << 56 | cookie)


def limit(id: int, rate: int = 1000) -> Entry:
    """A meter."""
    return meter_entry(meter(id, rate, 100, "kbit/s"))


def limited(table: int, meter: int, priority: int = 100, in_port: int = 1) -> Entry:
    """An entry of ours that leads what it matches through a meter."""
    found = entry(table, priority, in_port, cookie=0x10000 + meter)
    return found._replace(instructions=bytes.fromhex("00060008") + meter.to_bytes(4, "big") + found.instructions)


WANTED, OTHER, FORWARDED = entry(16), entry(64), entry(96)
STRANGER = entry(0)._replace(cookie=0x1234)
