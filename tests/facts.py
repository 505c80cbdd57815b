"""Facts of every kind that are well formed, whatever their values."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Any

from hypothesis import strategies as st

from weft.controller.model.accounts import COUNTED
from weft.controller.model.facts import (
    LAST_OFPORT,
    PORT_NUMBERS,
    SEGMENT_NUMBERS,
    SWITCH_NUMBERS,
    VIF_KINDS,
    VLAN_IDS,
    Allocation,
    Attachment,
    Attribute,
    Claim,
    Endpoint,
    Fact,
    Interface,
    Limit,
    Link,
    Port,
    Quota,
    Route,
    SecurityGroup,
    Segment,
    Subnet,
    Switch,
    Token,
    Trunk,
    Vif,
    link_id,
)
from weft.controller.model.security_groups import DIRECTIONS, ETHERTYPES, SecurityRule
from weft.controller.model.subnet import IPV6_MODES, default_pools
from weft.controller.model.traits import SECURITY_LEVELS, AllowedAddress, Offer, Subport
from weft.controller.model.trunks import Carried

identifiers = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}", fullmatch=True)
names = st.text(st.characters(exclude_characters="\x7f", exclude_categories=("Cc", "Cs")), min_size=1, max_size=255)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=100)
tags = st.lists(names, unique=True, max_size=3).map(tuple)
macs = st.integers(1, (1 << 48) - 1).filter(lambda n: not n >> 40 & 1).map(lambda n: n.to_bytes(6, "big").hex(":"))
endpoints = st.builds(Endpoint, names, names)
revisions = st.integers(0, 1 << 40)


def _in(numbers: range) -> st.SearchStrategy[int]:
    return st.integers(numbers[0], numbers[-1])


def _made(kind: type[Any], **fields: Any) -> st.SearchStrategy[Fact]:
    return st.builds(kind, revision=revisions, **fields)


# Addresses that stations have: none is a group's, a loopback's or nobody's.
_stations4 = st.integers(int(IPv4Address("1.0.0.0")), int(IPv4Address("126.255.255.255"))).map(IPv4Address)
_stations6 = st.integers(int(IPv6Address("2000::")), int(IPv6Address("3fff::"))).map(IPv6Address)
addresses = st.one_of(_stations4, _stations6).map(str)
prefixes = st.one_of(
    st.builds(lambda address, length: str(ip_network((address, length), strict=False)), stations, st.integers(0, bits))
    for stations, bits in ((_stations4, 32), (_stations6, 128))
)
parties = st.builds(lambda word, name: f"{word}:{name}", st.sampled_from(("project", "role")), names)
kinds = st.sampled_from(VIF_KINDS)


def _some(entries: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(entries, unique=True, max_size=3).map(tuple)


def _or_none(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


times = st.integers(0, 253_402_300_799)
attributes = st.lists(
    st.builds(Attribute, names, st.sampled_from(('"x"', "1", "[]", '{"a":null}'))),
    max_size=3,
    unique_by=lambda attribute: attribute.name,
).map(tuple)
_common: dict[str, Any] = {"tags": tags, "description": texts}
_kept: dict[str, Any] = {"attributes": attributes, "created_at": times, "updated_at": times}
_segment: dict[str, Any] = {
    "id": identifiers, "number": _in(SEGMENT_NUMBERS), "name": names, "project": names, "admin_up": st.booleans(),
    "mtu": st.integers(68, 65535), "shared_with": tags, "security": st.sampled_from(SECURITY_LEVELS),
    "vlan_transparent": st.booleans(), **_common, **_kept,
}  # fmt: skip
_vif: dict[str, Any] = {
    "id": identifiers, "mac": macs, "name": texts, "project": names, "vif_kind": kinds,
    "device": texts, "device_owner": texts, "origin": st.sampled_from(("declared", "discovered")), **_common, **_kept,
}  # fmt: skip
_traits: dict[str, Any] = {
    "vif_kinds": _some(kinds),
    "connect": _some(st.just("owner") | parties),
    "bound_vif": _or_none(identifiers),
    "security": _or_none(st.sampled_from(SECURITY_LEVELS)),
    "fixed_ips": _some(addresses),
    "allowed_addresses": _some(
        st.builds(AllowedAddress, _or_none(macs), _or_none(prefixes)).filter(lambda pair: pair != (None, None))
    ),
    "router": st.booleans(), "dhcp_server": st.booleans(), "promiscuous": st.booleans(),
    "isolated": st.sampled_from((None, "isolated", "promiscuous", "community:1", "community:65534")),
    "max_broadcast": _or_none(st.integers(1, 1_000_000)), "security_groups": _some(identifiers),
}  # fmt: skip


@st.composite
def ports(draw: st.DrawFn) -> Fact:
    """A port; those of its traits that go together are."""
    native, *segments = draw(st.lists(identifiers, unique=True, min_size=1, max_size=4))
    vlans = draw(st.lists(st.integers(1, 4094), unique=True, min_size=len(segments), max_size=len(segments)))
    traits = draw(st.fixed_dictionaries(_traits | _common | _kept))
    takes = st.sampled_from(traits["vif_kinds"] or VIF_KINDS)
    max_rate = draw(_or_none(st.integers(1, 1_000_000_000)))
    return Port(
        id=draw(identifiers),
        number=draw(_in(PORT_NUMBERS)),
        name=draw(names),
        project=draw(names),
        segment=native,
        admin_up=draw(st.booleans()),
        offer=draw(_or_none(st.builds(Offer, parties, takes, st.integers(1, 253_402_300_799)))),
        trunk=tuple(map(Subport, vlans, segments)),
        max_rate=max_rate,
        burst=draw(_or_none(st.integers(1, 1_000_000_000))) if max_rate is not None else None,
        revision=draw(revisions),
        **traits,
    )


_rules = st.lists(
    st.builds(
        lambda named, *rest: SecurityRule(named, *rest[:3], remote_group=rest[3], description=rest[4]),
        identifiers,
        st.sampled_from(DIRECTIONS),
        st.sampled_from(ETHERTYPES),
        st.sampled_from((None, "udp", "17", "vrrp", "255")),
        _or_none(identifiers),
        texts,
    ),
    unique_by=lambda rule: rule.id,
    max_size=3,
).map(tuple)
_carried = st.lists(
    st.builds(Carried, identifiers.filter(lambda port: port != "own"), st.integers(1, 4094)),
    unique_by=(lambda one: one.port, lambda one: one.tag),
    max_size=3,
).map(tuple)


@st.composite
def subnets(draw: st.DrawFn) -> Fact:
    """A subnet of IPv4 or IPv6 with a gateway, the pools around it, and a route."""
    version = draw(st.sampled_from((4, 6)))
    length = draw(st.integers(16, 29)) if version == 4 else 64
    cidr = ip_network((draw(_stations4 if version == 4 else _stations6), length), strict=False)
    gateway = str(cidr[draw(st.integers(1, 5))])
    mode = draw(st.none() | st.sampled_from(IPV6_MODES)) if version == 6 else None
    return Subnet(
        id=draw(identifiers),
        name=draw(texts),
        project=draw(names),
        segment=draw(identifiers),
        cidr=str(cidr),
        gateway_ip=gateway,
        allocation_pools=default_pools(cidr, gateway),
        dns_nameservers=draw(st.lists(addresses, unique=True, max_size=2).map(tuple)),
        host_routes=(Route("0.0.0.0/0" if version == 4 else "::/0", gateway),),
        enable_dhcp=draw(st.booleans()),
        ipv6_ra_mode=mode,
        ipv6_address_mode=mode,
        revision=draw(revisions),
        **draw(st.fixed_dictionaries(_common | _kept)),
    )


@st.composite
def links(draw: st.DrawFn) -> Fact:
    """A link between two different switches."""
    a, b = draw(st.lists(endpoints, min_size=2, max_size=2, unique_by=lambda end: end.switch))
    origin = draw(st.sampled_from(("declared", "discovered")))
    return Link(id=link_id(a, b), a=a, b=b, admin_up=draw(st.booleans()), origin=origin, revision=draw(revisions))


facts: st.SearchStrategy[Fact] = st.one_of(
    _made(Segment, transport=st.just("vlan"), segmentation_id=_in(VLAN_IDS), **_segment),
    _made(Segment, transport=st.just("local"), **_segment),
    ports(),
    _made(Vif, switch=names, interface=names, **_vif),
    _made(Vif, **_vif),
    _made(Attachment, id=identifiers, vif=identifiers),
    _made(
        Switch,
        id=names,
        number=_in(SWITCH_NUMBERS),
        dpid=st.integers(1, (1 << 64) - 1),
        fabric_interfaces=tags,
        **_common,
    ),
    links(),
    subnets(),
    _made(
        Quota,
        id=names,
        limits=st.lists(
            st.builds(Limit, st.sampled_from(COUNTED), st.integers(-1, 1 << 30)),
            max_size=3,
            unique_by=lambda one: one.kind,
        ).map(tuple),
        created_at=times,
        updated_at=times,
    ),
    _made(
        Token,
        id=identifiers,
        hash=st.binary(min_size=32, max_size=32).map(bytes.hex),
        user=names,
        project=names,
        roles=st.lists(names, unique=True, min_size=1, max_size=3).map(tuple),
        expires=_or_none(times),
        description=texts,
        created_at=times,
        updated_at=times,
    ),
    _made(Interface, id=endpoints, ofport=st.integers(1, LAST_OFPORT), up=st.booleans()),
    _made(
        Claim,
        id=endpoints,
        port=texts,
        mac=texts,
        vif_kind=texts,
        project=_or_none(texts),
        device=texts,
        outcome=st.sampled_from(("granted", "refused")),
        field=texts,
        rule=texts,
        located=st.booleans(),
    ),
    _made(SecurityGroup, id=identifiers, project=names, stateful=st.booleans(), rules=_rules, **_common),
    _made(Trunk, id=identifiers, project=names, port=st.just("own"), subports=_carried, **_common),
    _made(Allocation, id=st.sampled_from(("segment", "port", "switch", "vlan")), last=st.integers(0, 1 << 24)),
)
