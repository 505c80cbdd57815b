"""What it takes to make a thing of each kind. Numbers and segmentation ids are given here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from weft.controller.model.commands import CREATABLE, GIVEN, Create, Refusal
from weft.controller.model.conditions import check_link, check_location, check_switch, found, made
from weft.controller.model.extended import check_extended, extended
from weft.controller.model.facts import (
    KINDS,
    PORT_NUMBERS,
    SEGMENT_NUMBERS,
    SWITCH_NUMBERS,
    VLAN_IDS,
    Allocation,
    Endpoint,
    Key,
    Link,
    Port,
    Quota,
    SecurityGroup,
    Segment,
    Subnet,
    Switch,
    Token,
    Trunk,
    Vif,
    link_id,
)
from weft.controller.model.group_conditions import check_group
from weft.controller.model.network import Change, Network
from weft.controller.model.port_conditions import check_port
from weft.controller.model.quotas import check_quota
from weft.controller.model.rights import TENANTS, Caller, check_trait_rights
from weft.controller.model.subnet_conditions import check_subnet
from weft.controller.model.trunk_conditions import check_trunk, own_port
from weft.controller.model.visibility import shares


def create(network: Network, command: Create, caller: Caller) -> Iterator[Change]:
    """The changes that make what the command asks for. What a project makes is its own."""
    rules: dict[str, Callable[[Network, dict[str, Any], Caller], Iterator[Change]]] = {
        "segment": _create_segment,
        "port": _create_port,
        "vif": _create_vif,
        "switch": _create_switch,
        "link": _create_link,
        "subnet": _create_subnet,
        "quota": lambda network, given, caller: iter([Change(None, made(Quota, given))]),
        "token": _create_token,
        "security_group": _create_security_group,
        "trunk": _create_trunk,
    }
    if command.kind not in rules:
        raise Refusal("malformed", "kind", f"must be one of {', '.join(CREATABLE)}, not {command.kind!r}")
    given = extended(network, command.kind, None, command.fields, caller)
    known = _settable(command.kind)
    for name in given:
        if name not in known:
            raise Refusal("malformed", name, f"a {command.kind} has no such field that one may set")
    fact_id = given.get("id")
    known_already = isinstance(fact_id, str) and network.fact(Key(command.kind, fact_id)) is not None
    if known_already and command.kind != "link":  # a discovered link may be declared on top
        raise Refusal("conflict", "id", f"there is a {command.kind} {fact_id!r} already")
    if caller.project is not None and command.kind in TENANTS:
        given.setdefault("project", caller.project)
    for change in rules[command.kind](network, given, caller):
        check_quota(network, change)
        if change.after is not None:
            check_extended(network, change.before, change.after, caller)
        yield change


def _create_segment(network: Network, given: dict[str, Any], caller: Caller) -> Iterator[Change]:
    allocation, number = _next_number(network, "segment", SEGMENT_NUMBERS, None)
    yield allocation
    if given.get("transport", "vlan") == "vlan" and given.get("segmentation_id") is None:

        def taken(vlan: int) -> bool:
            return network.segment_on_wire("vlan", vlan) is not None

        allocation, given["segmentation_id"] = _next_number(network, "vlan", VLAN_IDS, taken)
        yield allocation
    segment = made(Segment, given, number=number)
    check_trait_rights(network, None, segment, caller)
    wire_id = segment.segmentation_id
    other = network.segment_on_wire(segment.transport, wire_id) if wire_id is not None else None
    if other is not None:
        raise Refusal("conflict", "segmentation_id", f"VLAN {wire_id} is segment {other!r}'s")
    yield Change(None, segment)


def _create_port(network: Network, given: dict[str, Any], caller: Caller) -> Iterator[Change]:
    segment = found(network.segment(_text(given, "segment")), "segment", given.get("segment"))
    given.setdefault("project", segment.project)
    if given["project"] != segment.project and not shares(segment, given["project"]):
        raise Refusal("conflict", "project", f"segment {segment.id!r} is not shared with project {given['project']!r}")
    allocation, number = _next_number(network, "port", PORT_NUMBERS, None)
    yield allocation
    port = made(Port, given, number=number)
    check_trait_rights(network, None, port, caller)
    check_port(network, None, port, caller)
    yield Change(None, port)


def _create_vif(network: Network, given: dict[str, Any], caller: Caller) -> Iterator[Change]:
    vif = made(Vif, given)
    check_location(network, vif)
    yield Change(None, vif)


def _create_subnet(network: Network, given: dict[str, Any], caller: Caller) -> Iterator[Change]:
    segment = found(network.segment(_text(given, "segment")), "segment", given.get("segment"))
    given.setdefault("project", segment.project)
    subnet = made(Subnet, given)
    check_subnet(network, subnet)
    yield Change(None, subnet)


def _create_token(network: Network, given: dict[str, Any], caller: Caller) -> Iterator[Change]:
    token = made(Token, given)
    if network.token_of(token.hash) is not None:
        raise Refusal("conflict", "hash", "there is a token of that secret already")
    yield Change(None, token)


def _create_switch(network: Network, given: dict[str, Any], caller: Caller) -> Iterator[Change]:
    allocation, number = _next_number(
        network, "switch", SWITCH_NUMBERS, lambda n: any(s.number == n for s in _switches(network))
    )
    yield allocation
    switch = made(Switch, given, number=number)
    check_switch(network, switch)
    yield Change(None, switch)


def _create_link(network: Network, given: dict[str, Any], caller: Caller) -> Iterator[Change]:
    ends = []
    for name in ("a", "b"):
        end = given.get(name)
        if not isinstance(end, tuple) or len(end) != 2 or not all(isinstance(part, str) for part in end):
            raise Refusal("malformed", name, "must name a switch and an interface")
        ends.append(Endpoint(*end))
    a, b = sorted(ends)
    given.update(a=a, b=b)
    given.setdefault("id", link_id(a, b))
    existing = network.link(link_id(a, b))
    if existing is not None and existing.origin == "declared":
        raise Refusal("conflict", "id", f"there is a link {existing.id!r} already")
    link = made(Link, given)
    check_link(network, link)
    yield Change(existing, link)


@cache
def _settable(kind: str) -> frozenset[str]:
    """The fields that whoever makes such a fact may set."""
    return frozenset(f.name for f in fields(KINDS[kind])) - GIVEN


def _create_security_group(network: Network, given: dict[str, Any], caller: Caller) -> Iterator[Change]:
    group = made(SecurityGroup, given)
    check_group(network, None, group, caller)
    yield Change(None, group)


def _create_trunk(network: Network, given: dict[str, Any], caller: Caller) -> Iterator[Change]:
    port = own_port(network, "port", _text(given, "port"), caller)
    given.setdefault("project", port.project)
    trunk = made(Trunk, given)
    check_trunk(network, None, trunk, caller)
    yield Change(None, trunk)


def _text(given: Mapping[str, Any], name: str) -> str:
    if not isinstance(given.get(name), str):
        raise Refusal("malformed", name, "must be a text")
    return str(given[name])


def _next_number(
    network: Network, pool: str, numbers: range, taken: Callable[[int], bool] | None
) -> tuple[Change, int]:
    """The first free number after the one given last, going round; with the change that remembers it."""
    before = network.allocation(pool)
    start = before.last + 1 if before is not None else numbers[0]
    if taken is None:  # pools so large that they never go round in practice
        if start not in numbers:
            raise Refusal("exhausted", pool, f"all {len(numbers)} numbers for {pool}s have been given")
        number = start
    else:
        turn = (numbers[0] + (start - numbers[0] + step) % len(numbers) for step in range(len(numbers)))
        free = next((n for n in turn if not taken(n)), None)
        if free is None:
            raise Refusal("exhausted", pool, f"all {len(numbers)} {pool} numbers are in use")
        number = free
    return Change(before, Allocation(id=pool, last=number)), number


def _switches(network: Network) -> Iterator[Switch]:
    return (fact for fact in network.of_kind("switch") if isinstance(fact, Switch))
