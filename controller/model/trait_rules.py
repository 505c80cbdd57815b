"""What each trait must be, as a value. Every bound is in the text of its rule."""

from __future__ import annotations

from weft.controller.model.rules import (
    Malformed,
    check_address,
    check_choice,
    check_different,
    check_identifier,
    check_mac,
    check_name,
    check_prefix,
    check_range,
    entries,
)
from weft.controller.model.traits import COMMUNITIES, SECURITY_LEVELS, AllowedAddress, Offer, Subport

VIF_KINDS = ("tap", "veth", "internal", "vhost-user", "dpdk", "physical", "sriov")
VLAN_TAGS = range(1, 4095)  # 0 is a priority tag, and 4095 is reserved (IEEE 802.1Q, 9.6)
SUBPORTS = 1000
FIXED_IPS = 64
ADDRESSES = 64
SEGMENT_MACS = 2048  # MACs times segments; these two, because all of a port is compiled in a few steps
PAIRS = 512  # of a MAC and an address or prefix
PARTIES = 64
RATES = range(1, 1_000_000_001)  # kbit/s
BURSTS = range(1, 1_000_000_001)  # kbit
BROADCAST_RATES = range(1, 1_000_001)  # frames/s
TIMES = range(1, 253_402_300_800)  # seconds since 1970 (UTC), to the end of the year 9999


def check_vif_kind(field: str, value: object) -> None:
    """A kind of VIF."""
    check_choice(field, value, VIF_KINDS)


def check_vif_kinds(field: str, values: tuple[str, ...]) -> None:
    """Kinds of VIF, none twice."""
    for at, value in entries(field, values, len(VIF_KINDS)):
        check_vif_kind(at, value)
    check_different(field, values)


def check_connect(field: str, values: tuple[str, ...]) -> None:
    """Who may plug a VIF in, nobody twice."""
    for at, value in entries(field, values, PARTIES):
        if value != "owner":
            _check_party(at, value, "must be owner, project:NAME or role:NAME")
    check_different(field, values)


def check_offer(field: str, value: object, vif_kinds: tuple[str, ...]) -> None:
    """An offer of a kind that the port takes, or none."""
    if value is None:
        return
    if not isinstance(value, Offer):
        raise Malformed(field, "must say to, vif_kind and expires")
    _check_party(f"{field}.to", value.to, "must be project:NAME or role:NAME")
    check_vif_kind(f"{field}.vif_kind", value.vif_kind)
    if vif_kinds and value.vif_kind not in vif_kinds:
        takes = ", ".join(vif_kinds)
        raise Malformed(f"{field}.vif_kind", f"must be of the port's vif_kinds, {takes}, and is {value.vif_kind}")
    check_range(f"{field}.expires", value.expires, TIMES)


def check_security(field: str, value: object) -> None:
    """A level of port security."""
    check_choice(field, value, SECURITY_LEVELS)


def check_fixed_ips(field: str, values: tuple[str, ...]) -> None:
    """Addresses of stations, none twice."""
    for at, value in entries(field, values, FIXED_IPS):
        check_address(at, value)
    check_different(field, values)


def check_allowed_addresses(field: str, values: tuple[AllowedAddress, ...]) -> None:
    """Pairs that name a MAC, a prefix or both, none twice."""
    for at, value in entries(field, values, ADDRESSES):
        if not isinstance(value, AllowedAddress) or value == (None, None):
            raise Malformed(at, "must name a mac, a prefix or both")
        if value.mac is not None:
            check_mac(f"{at}.mac", value.mac)
        if value.prefix is not None:
            check_prefix(f"{at}.prefix", value.prefix)
    check_different(field, values)


def check_trunk(field: str, values: tuple[Subport, ...], native: str) -> None:
    """Tags and the segments that they stand for: no tag and no segment twice, and none for the native segment."""
    tags: set[int] = set()
    segments = {native}
    for at, value in entries(field, values, SUBPORTS):
        if not isinstance(value, Subport):
            raise Malformed(at, "must say tag and segment")
        check_range(f"{at}.tag", value.tag, VLAN_TAGS)
        check_identifier(f"{at}.segment", value.segment)
        if value.tag in tags:
            raise Malformed(f"{at}.tag", f"{value.tag} stands for another segment already")
        if value.segment == native:
            raise Malformed(f"{at}.segment", f"{native!r} is the port's own segment, which goes without a tag")
        if value.segment in segments:
            raise Malformed(f"{at}.segment", f"{value.segment!r} has a tag already")
        tags.add(value.tag)
        segments.add(value.segment)


def check_extent(trunk: tuple[Subport, ...], ips: tuple[str, ...], values: tuple[AllowedAddress, ...]) -> None:
    """A VIF's MACs are on each segment of its trunk, and speak with its addresses: neither may be too many times."""
    pairs = len(ips) + sum(len(ips) if value.prefix is None else 1 for value in values)
    if pairs > PAIRS:
        raise Malformed("allowed_addresses", f"{pairs} pairs of a MAC and an address are more than {PAIRS}")
    macs = 1 + len({value.mac for value in values if value.mac is not None})
    if macs * (1 + len(trunk)) > SEGMENT_MACS:
        rule = f"{macs} MACs on {1 + len(trunk)} segments are more than {SEGMENT_MACS} in all"
        raise Malformed("allowed_addresses", rule)


def check_isolated(field: str, value: object) -> None:
    """A part in a private VLAN, or none."""
    if value is None or value in ("isolated", "promiscuous"):
        return
    word, _, number = value.partition(":") if isinstance(value, str) else ("", "", "")
    proper = number.isascii() and number.isdecimal() and len(number) < 6 and str(int(number)) == number
    if word != "community" or not proper or int(number) not in COMMUNITIES:
        rule = f"must be isolated, promiscuous or community:N with N from {COMMUNITIES[0]} to {COMMUNITIES[-1]}"
        raise Malformed(field, f"{rule} (got {value!r})")


def check_limits(max_rate: object, burst: object, max_broadcast: object) -> None:
    """Rates, each of which there may be none of; a burst goes with a rate."""
    for field, value, allowed in (
        ("max_rate", max_rate, RATES),
        ("burst", burst, BURSTS),
        ("max_broadcast", max_broadcast, BROADCAST_RATES),
    ):
        if value is not None:
            check_range(field, value, allowed)
    if burst is not None and max_rate is None:
        raise Malformed("burst", "goes with max_rate, and there is none")


def _check_party(field: str, value: object, rule: str) -> None:
    word, colon, name = value.partition(":") if isinstance(value, str) else ("", "", "")
    if word not in ("project", "role") or not colon:
        raise Malformed(field, f"{rule} (got {value!r})")
    check_name(field, name)
