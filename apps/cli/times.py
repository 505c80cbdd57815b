"""Times as people write and read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from weft.apps.northbound.spelling import seconds

_AGO = re.compile(r"([0-9]{1,9})(s|m|h|d)")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def told(at: int) -> str:
    """A time in seconds since 1970 as people read it.

    >>> told(1893456000)
    '2030-01-01T00:00:00Z'
    """
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def since(text: str, now: int) -> int:
    """The seconds since 1970 that are so long before now, or the time itself. Raises ``ValueError``.

    >>> since("2h", 10_000), since("1970-01-01T00:00:30Z", 10_000)
    (2800, 30)
    """
    ago = _AGO.fullmatch(text)
    if ago is not None:
        return now - int(ago[1]) * _UNITS[ago[2]]
    try:
        return seconds(text)
    except ValueError:
        raise ValueError(f"must be like 30s, 10m, 2h, 7d or 2030-01-01T00:00:00Z, not {text!r}") from None
