"""Conditions of security groups: what rules name is there, nothing is said twice, and each project has its default."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from weft.controller.model.commands import Refusal
from weft.controller.model.conditions import found
from weft.controller.model.facts import Port, SecurityGroup
from weft.controller.model.network import Change, Network
from weft.controller.model.policy import Target
from weft.controller.model.quotas import check_more
from weft.controller.model.rights import Caller
from weft.controller.model.security_groups import DEFAULT_GROUP
from weft.controller.model.visibility import sees


def check_group(network: Network, before: SecurityGroup | None, after: SecurityGroup, caller: Caller) -> None:
    """All that a security group must hold as it is made or changed. Raises a ``Refusal``."""
    if before is None:
        default = network.groups.default(after.project) if after.name == DEFAULT_GROUP else None
        if default is not None:
            raise Refusal("conflict", "name", f"project {after.project!r} has its default group {default!r} already")
    elif before.name != after.name and DEFAULT_GROUP in (before.name, after.name):
        raise Refusal("conflict", "name", "the default group of a project keeps its name, and no other has it")
    elif before.stateful != after.stateful and network.groups.ports(after.id):
        raise Refusal("conflict", "stateful", f"ports are in security group {after.id!r}")
    known = set(before.rules) if before is not None else set()
    check_more(network, after.project, "security_group_rule", len(after.rules) - len(known))
    rule_by_meaning: dict[tuple[object, ...], str] = {}
    for at, rule in enumerate(after.rules):
        same = rule_by_meaning.setdefault(rule.allows, rule.id)
        if same != rule.id:
            raise Refusal("conflict", f"rules[{at}]", f"rule {same!r} allows the same")
        if rule in known:
            continue
        other = network.groups.of_rule(rule.id)
        if other not in (None, after.id):
            raise Refusal("conflict", f"rules[{at}].id", f"there is a rule {rule.id!r} already")
        if rule.remote_group not in (None, after.id):
            _check_seen(network, f"rules[{at}].remote_group", rule.remote_group or "", caller)


def check_groups_of(network: Network, before: Port | None, after: Port, caller: Caller) -> None:
    """The groups that a port comes into are there, and the caller sees them."""
    known = before.security_groups if before is not None else ()
    for at, group in enumerate(after.security_groups):
        if group not in known:
            _check_seen(network, f"security_groups[{at}]", group, caller)


def let_go(network: Network, group: SecurityGroup, caller: Caller) -> Iterator[Change]:
    """What goes with a group that is deleted: the rules of others that name it."""
    allowed = caller.may("delete_security_group:default", Target(group.project))
    if group.name == DEFAULT_GROUP and not allowed:
        raise Refusal("conflict", "id", f"{group.id!r} is the default group of project {group.project!r}, and stays")
    for id in sorted(network.groups.naming(group.id) - {group.id}):
        other: SecurityGroup = found(network.security_group(id), "security_group", id)
        rules = tuple(rule for rule in other.rules if rule.remote_group != group.id)
        yield Change(other, replace(other, rules=rules))


def _check_seen(network: Network, field: str, id: str, caller: Caller) -> None:
    group = network.security_group(id)
    found(group if sees(network, group, "security_group", caller) else None, "security_group", id, field)
