"""Names on the switch, by which Weft knows its own again: what begins with the owner's name and a dash is its."""

from __future__ import annotations

import hashlib

LONGEST = 32  # of a VLAN's name, on NX-OS without `system vlan long-name`
OWNER = "weft"
_DIGEST = 8


def name_of(owner: str, segment: str) -> str:
    """The name of a segment's VLAN, and of the profile of ports that are on it alone. No two segments have the same.

    >>> name_of("weft", "red")
    'weft-red'
    >>> name_of("weft", "1c0e9d3a-57be-4c6f-8c39-5d9dfb3fd9a1")
    'weft-1c0e9d3a-57be-4c6f-b13d9aaf'
    """
    whole = f"{owner}-{segment}"
    if len(whole) <= LONGEST:
        return whole
    digest = hashlib.sha256(segment.encode()).hexdigest()[:_DIGEST]
    return f"{whole[: LONGEST - _DIGEST - 1].rstrip('-')}-{digest}"


def is_ours(owner: str, name: str) -> bool:
    """Whether that is a name which Weft gives."""
    return name.startswith(f"{owner}-")
