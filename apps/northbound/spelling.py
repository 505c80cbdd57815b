"""What may be written in several ways, in the one way in which facts hold it.

A text that is no such thing at all is left as it is: the model refuses it, and says the rule.
"""

from __future__ import annotations

import re
from datetime import datetime
from ipaddress import ip_address, ip_network

_LENGTH = re.compile(r"/[0-9]{1,3}$")  # no netmask: 10.0.0.0/0.0.0.255 would be one or its opposite
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_NO_TIME = "must be whole seconds since 1970, or a time such as 2030-01-01T00:00:00Z"


def datapath_id(value: object) -> int | None:
    """The number that 1 to 16 hexadecimal digits mean; a number stays one, and so does none. Raises ``ValueError``.

    >>> datapath_id("00000000000000ff")
    255
    """
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    digits = value.lower().removeprefix("0x").replace(":", "") if isinstance(value, str) else ""
    if not 1 <= len(digits) <= 16 or set(digits) - set("0123456789abcdef"):
        raise ValueError("must be 1 to 16 hexadecimal digits")
    return int(digits, 16)


def datapath_text(dpid: int) -> str:
    """A datapath id as switches print it.

    >>> datapath_text(255)
    '00000000000000ff'
    """
    return f"{dpid:016x}"


def seconds(value: object) -> int:
    """The whole seconds since 1970 (UTC) of a time as RFC 3339 writes it; a number stays one. Raises ``ValueError``.

    >>> seconds("1970-01-01T01:00:30+01:00")
    30
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not _TIME.fullmatch(value.upper()):
        raise ValueError(_NO_TIME)
    try:
        return int(datetime.fromisoformat(value.upper()).timestamp())
    except ValueError:  # the 31st of February
        raise ValueError(_NO_TIME) from None


def address(text: str) -> str:
    """An IP address as facts hold it.

    >>> address("2001:DB8:0::1"), address("10.0.0")
    ('2001:db8::1', '10.0.0')
    """
    try:
        return str(ip_address(text))
    except ValueError:
        return text


def prefix(text: str) -> str:
    """An IP prefix as facts hold it: always with a length.

    >>> prefix("10.0.0.5"), prefix("2001:DB8::/32"), prefix("10.0.0.5/24")
    ('10.0.0.5/32', '2001:db8::/32', '10.0.0.5/24')
    """
    if "/" in text and not _LENGTH.search(text):
        return text
    try:
        return str(ip_network(text))
    except ValueError:
        return text
