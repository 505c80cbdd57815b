"""Lists of VLANs as a Nexus reads and writes them: ``1-10,20``."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PART = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
EVERY = range(1, 4095)
RESERVED = range(3968, 4095)  # for the switch's own use


def read(text: str) -> frozenset[int]:
    """The VLANs that the text lists; none, where it is empty or says ``none``. Raises ``ValueError``.

    >>> sorted(read("1-3,20"))
    [1, 2, 3, 20]
    """
    found: set[int] = set()
    for part in text.split(",") if text not in ("", "none") else []:
        bounds = _PART.fullmatch(part)
        if bounds is None:
            raise ValueError(f"Invalid VLAN list: {text}")
        first, last = int(bounds[1]), int(bounds[2] or bounds[1])
        if first > last or first not in EVERY or last not in EVERY:
            raise ValueError(f"Invalid VLAN range: {part}")
        found.update(range(first, last + 1))
    return frozenset(found)


def write(vlans: Iterable[int]) -> str:
    """The text that lists these VLANs, in as few parts as it takes.

    >>> write({1, 2, 3, 20}), write(())
    ('1-3,20', '')
    """
    runs: list[list[int]] = []
    for vlan in sorted(vlans):
        if runs and vlan == runs[-1][1] + 1:
            runs[-1][1] = vlan
        else:
            runs.append([vlan, vlan])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
