"""Which ports are in which security group, and which rules speak of it."""

from __future__ import annotations

from collections.abc import Iterable

from weft.controller.model.facts import Port, SecurityGroup
from weft.controller.model.indexing import add, discard, replace_entry
from weft.controller.model.security_groups import DEFAULT_GROUP, SecurityRule


class Grouping:
    """Security groups by their ports, their rules, whom they name, and whose default they are."""

    def __init__(self) -> None:
        self._ports: dict[str, set[str]] = {}
        self._group_by_rule: dict[str, str] = {}
        self._naming: dict[str, set[str]] = {}
        self._default_by_project: dict[str, str] = {}
        self._rules_by_project: dict[str, int] = {}

    def ports(self, group: str) -> frozenset[str]:
        """The ports in a group."""
        return frozenset(self._ports.get(group, ()))

    def of_rule(self, rule: str) -> str | None:
        """The group that has the rule."""
        return self._group_by_rule.get(rule)

    def naming(self, group: str) -> frozenset[str]:
        """The groups whose rules name that group as the far end."""
        return frozenset(self._naming.get(group, ()))

    def default(self, project: str) -> str | None:
        """The default group of a project, when it has one already."""
        return self._default_by_project.get(project)

    def count_rules(self, project: str) -> int:
        """How many rules the project's groups have."""
        return self._rules_by_project.get(project, 0)

    def replace_port(self, before: Port | None, after: Port | None) -> None:
        """The port is in other groups from now on."""
        were, are = _groups(before), _groups(after)
        for group, port in were - are:
            discard(self._ports, group, port)
        for group, port in are - were:
            add(self._ports, group, port)

    def replace(self, before: SecurityGroup | None, after: SecurityGroup | None) -> None:
        """A group has other rules from now on."""
        replace_entry(self._default_by_project, before, after, _whose_default, lambda group: group.id)
        if before is not None and after is not None and before.rules == after.rules:
            return
        for group in (before, after):
            if group is not None:
                count = self._rules_by_project.get(group.project, 0) + len(group.rules) * (1 if group is after else -1)
                self._rules_by_project[group.project] = count
        were, are = _far_groups(before), _far_groups(after)
        for far, group_id in were - are:
            discard(self._naming, far, group_id)
        for far, group_id in are - were:
            add(self._naming, far, group_id)
        for id in _rule_ids(before) - _rule_ids(after):
            del self._group_by_rule[id]
        if after is not None:
            self._group_by_rule |= dict.fromkeys(_rule_ids(after), after.id)


def _whose_default(group: SecurityGroup) -> str | None:
    return group.project if group.name == DEFAULT_GROUP else None


def _groups(port: Port | None) -> set[tuple[str, str]]:
    return {(group, port.id) for group in port.security_groups} if port is not None else set()


def _far_groups(group: SecurityGroup | None) -> set[tuple[str, str]]:
    named = {rule.remote_group for rule in _rules(group) if rule.remote_group is not None}
    return {(far, group.id) for far in named} if group is not None else set()


def _rule_ids(group: SecurityGroup | None) -> set[str]:
    return {rule.id for rule in _rules(group)}


def _rules(group: SecurityGroup | None) -> Iterable[SecurityRule]:
    return group.rules if group is not None else ()
