"""Lists of VLANs as a Nexus writes them: ``1-10,20``."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PART = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,4}))?")
NUMBERS = range(1, 4095)
RESERVED = range(3968, 4095)  # NX-OS keeps them to itself
USABLE = frozenset(range(2, 3968))


def read(text: str) -> frozenset[int]:
    """The VLANs that the text lists. Raises ``ValueError``.

    >>> sorted(read("1-3,20")), read(""), read("none")
    ([1, 2, 3, 20], frozenset(), frozenset())
    """
    found: set[int] = set()
    for part in text.split(",") if text not in ("", "none") else ():
        bounds = _PART.fullmatch(part.strip())
        if bounds is None:
            raise ValueError(f"{text!r} is no list of VLANs like 1-10,20")
        first, last = int(bounds[1]), int(bounds[2] or bounds[1])
        if first > last or first not in NUMBERS or last not in NUMBERS:
            raise ValueError(f"{part!r} is no range of VLANs from 1 to 4094")
        found.update(range(first, last + 1))
    return frozenset(found)


def write(vlans: Iterable[int]) -> str:
    """The text that lists these VLANs, in as few parts as it takes.

    >>> write({1, 2, 3, 20})
    '1-3,20'
    """
    runs: list[list[int]] = []
    for vlan in sorted(vlans):
        if runs and vlan == runs[-1][1] + 1:
            runs[-1][1] = vlan
        else:
            runs.append([vlan, vlan])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
