"""What a single value must be. Each check raises ``Malformed``, which names the field and the rule."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,255}")
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_LONGEST_ADDRESS = 64
_LONGEST_PREFIX = 68
_NO_STATION = tuple(  # addresses that no station has: RFC 6890
    (ip_network(prefix), why)
    for prefix, why in (
        *(("0.0.0.0/32", "is unspecified"), ("127.0.0.0/8", "is a loopback address")),
        *(("255.255.255.255/32", "is the broadcast address"), ("224.0.0.0/4", "is a multicast address")),
        *(("::/128", "is unspecified"), ("::1/128", "is a loopback address"), ("ff00::/8", "is a multicast address")),
        ("::ffff:0:0/96", "is an IPv4 address in IPv6's clothes"),
    )
)


class Malformed(ValueError):
    """A value that breaks a rule. ``field`` is its path, ``rule`` a sentence about what it must be."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule


def check_identifier(field: str, value: object) -> None:
    """An id: 1 to 64 of letters, digits and ``_.:-``, the first a letter or digit."""
    if not isinstance(value, str) or not _IDENTIFIER.fullmatch(value):
        raise Malformed(field, f"must be 1 to 64 letters, digits or _.:- (got {value!r})")


def check_name(field: str, value: object) -> None:
    """A name: 1 to 255 characters, none of them a control character."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Malformed(field, f"must be 1 to 255 characters, none a control character (got {value!r})")


def check_label(field: str, value: object) -> None:
    """What people call something: as a name, and it may be empty."""
    if value != "":
        check_name(field, value)


def check_names(field: str, values: object) -> None:
    """A tuple of names, none twice."""
    if not isinstance(values, tuple):
        raise Malformed(field, "must be a list of names")
    for value in values:
        check_name(field, value)
    if len(set(values)) != len(values):
        raise Malformed(field, "names something twice")


def entries(field: str, values: object, most: int) -> Iterator[tuple[str, object]]:
    """``entries(field, values, most)`` yields each entry of a tuple with its path, when there are so many at most."""
    if not isinstance(values, tuple):
        raise Malformed(field, "must be a list")
    if len(values) > most:
        raise Malformed(field, f"has {most} entries at most (got {len(values)})")
    yield from ((f"{field}[{place}]", value) for place, value in enumerate(values))


def check_different(field: str, values: tuple[object, ...]) -> None:
    """No entry is named twice."""
    for place, value in enumerate(values):
        if value in values[:place]:
            raise Malformed(f"{field}[{place}]", "is named twice")


def check_choice(field: str, value: object, choices: Collection[str]) -> None:
    """One of a few words."""
    if value not in choices:
        raise Malformed(field, f"must be one of {', '.join(choices)}, not {value!r}")


def check_text(field: str, value: object) -> None:
    """A text of at most 1,024 characters."""
    if not isinstance(value, str) or len(value) > 1024:
        raise Malformed(field, "must be a text of at most 1024 characters")


def check_flag(field: str, value: object) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise Malformed(field, f"must be true or false (got {value!r})")


def check_range(field: str, value: object, allowed: range) -> None:
    """A whole number inside a range."""
    if not isinstance(value, int) or isinstance(value, bool) or value not in allowed:
        raise Malformed(field, f"must be a whole number from {allowed[0]} to {allowed[-1]} (got {value!r})")


def check_mac(field: str, value: object) -> None:
    """The MAC of one station: lower-case hexadecimal with colons, no group address, not all zero (IEEE 802, 8.2)."""
    if not isinstance(value, str) or not _MAC.fullmatch(value):
        raise Malformed(field, f"must be a MAC such as 02:00:00:00:00:01 (got {value!r})")
    if int(value[:2], 16) & 1:
        raise Malformed(field, f"must be the address of one station, and {value} is a group address")
    if value == "00:00:00:00:00:00":
        raise Malformed(field, "must not be all zero")


def check_address(field: str, value: object) -> None:
    """The IP address of one station, in its shortest form: no multicast, loopback, broadcast or unspecified one."""
    if not isinstance(value, str) or len(value) > _LONGEST_ADDRESS or not _is_station(value):
        _check_address(field, value)


@lru_cache(maxsize=1 << 14)
def _is_station(text: str) -> bool:
    """Whether it is; a fact is checked each time that anything of it changes, and most of its addresses never do."""
    try:
        _check_address("", text)
    except Malformed:
        return False
    return True


def _check_address(field: str, value: object) -> None:
    try:
        address = ip_address(value) if isinstance(value, str) and "%" not in value else None
    except ValueError:
        address = None
    if address is None:
        raise Malformed(field, f"must be an IP address such as 10.0.0.1 or 2001:db8::1 (got {value!r})")
    _check_written(field, value, str(address))
    _check_station(field, ip_network(address))


def check_prefix(field: str, value: object) -> None:
    """A prefix of IP addresses that stations have, with its length, and with no bit set beyond it."""
    if not isinstance(value, str) or len(value) > _LONGEST_PREFIX or not _is_prefix(value):
        _check_prefix(field, value)


@lru_cache(maxsize=1 << 14)
def _is_prefix(text: str) -> bool:
    """Whether it is; the same is asked of most prefixes again and again, as of addresses."""
    try:
        _check_prefix("", text)
    except Malformed:
        return False
    return True


def _check_prefix(field: str, value: object) -> None:
    try:
        prefix = ip_network(value, strict=False) if isinstance(value, str) and "%" not in value else None
    except ValueError:
        prefix = None
    if prefix is None:
        raise Malformed(field, f"must be a prefix such as 10.0.0.0/24 or 2001:db8::1/128 (got {value!r})")
    _check_written(field, value, str(prefix))
    _check_station(field, prefix)


def _check_written(field: str, value: object, canonical: str) -> None:
    """One thing is written in one way, so that equal things compare equal."""
    if value != canonical:
        raise Malformed(field, f"must be written {canonical} (got {value!r})")


def _check_station(field: str, prefix: IPv4Network | IPv6Network) -> None:
    for absurd, why in _NO_STATION:
        if prefix.version == absurd.version and prefix.subnet_of(absurd):  # type: ignore[arg-type]
            shown = prefix.network_address if prefix.prefixlen == prefix.max_prefixlen else prefix
            raise Malformed(field, f"must be an address that a station can have, and {shown} {why}")


def normal_mac(text: str) -> str:
    """The MAC as facts hold it: lower case, colons.

    >>> normal_mac("02-00-00-00-00-0A")
    '02:00:00:00:00:0a'
    """
    return text.strip().lower().replace("-", ":")


def check_time(field: str, value: object) -> None:
    """Whole seconds since 1970 (UTC), until the year 9999; 0 where it is not known."""
    check_range(field, value, range(253_402_300_800))
