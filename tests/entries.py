"""A few entries, for tests that do not care what they say."""

from __future__ import annotations

from weft.controller.flow.entry import OURS, Entry


def entry(table: int, priority: int = 100, in_port: int = 1, cookie: int = 1) -> Entry:
    """An entry of ours."""
    match = bytes.fromhex("80000004") + in_port.to_bytes(4, "big")
    return Entry(table, priority, match, bytes.fromhex("0001000840000000"), OURS << 56 | cookie)


WANTED, OTHER, FORWARDED = entry(16), entry(64), entry(96)
STRANGER = entry(0)._replace(cookie=0x1234)
