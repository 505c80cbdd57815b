"""Security group rules: each belongs to a group, is made and taken away, and never changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import uuid4

from weft.apps.neutron import values
from weft.apps.neutron.asking import Asking
from weft.apps.neutron.attributes import given, inner, shown
from weft.apps.neutron.faults import Fault, conflict, invalid, not_found
from weft.apps.neutron.resource import Resource
from weft.apps.neutron.rule_documents import rule_document
from weft.controller.model.commands import Command, Refusal, Update
from weft.controller.model.facts import SecurityGroup
from weft.controller.model.security_groups import DIRECTIONS, ETHERTYPES, SecurityRule

ANY_PROTOCOL = (None, "", "any", "0")


class RuleOf(NamedTuple):
    """A rule, and the group that it belongs to."""

    id: str
    group: SecurityGroup
    rule: SecurityRule
    revision: int = 0


class SecurityGroupRules(Resource):
    """``/v2.0/security-group-rules``."""

    name, collection, kind = "security_group_rule", "security_group_rules", "security_group"
    missing = "SecurityGroupRuleNotFound"
    tagged = False
    attributes = (
        shown("id"),
        given("project_id", values.text(), None),
        given("tenant_id", values.text(), None),
        given("security_group_id", values.identifier),
        given("direction", lambda value: values.choice(*DIRECTIONS)(_lower(value))),
        given("ethertype", lambda value: _ethertype(value), "IPv4"),
        given("protocol", lambda value: _protocol(value), None),
        given("port_range_min", values.optional(values.whole()), None),
        given("port_range_max", values.optional(values.whole()), None),
        given("remote_ip_prefix", values.optional(lambda value: _prefix(value)), None),
        given("remote_group_id", values.optional(values.identifier), None),
        given("remote_address_group_id", values.refusing("there are no address groups", None), None),
        given("description", values.optional(values.text()), ""),
        shown("normalized_cidr"),
        shown("belongs_to_default_sg", values.boolean),
        shown("revision_number", values.whole()),
        shown("created_at"),
        shown("updated_at"),
        inner("tags"),
    )

    def document(self, asking: Asking, fact: RuleOf) -> dict[str, Any]:
        """The rule."""
        return rule_document(fact.group, fact.rule)

    def state(self, asking: Asking, fact: RuleOf) -> tuple[object, ...]:
        """The rule, and what its group is called."""
        return fact.rule, fact.group.id, fact.group.name

    def find(self, asking: Asking, id: str) -> Any:
        """The rule of that id, if the caller may see its group."""
        group = asking.sight.fact("security_group", asking.service.network.groups.of_rule(id) or "")
        rules = group.rules if isinstance(group, SecurityGroup) else ()
        return next((RuleOf(id, group, rule) for rule in rules if rule.id == id), None)  # type: ignore[arg-type]

    def candidates(self, asking: Asking, wanted: Mapping[str, list[str]]) -> Iterable[Any]:
        """Those of a group are known by it."""
        if "id" in wanted:
            return super().candidates(asking, wanted)
        ids = wanted.get("security_group_id")
        groups = asking.sight.all("security_group")
        found = groups if ids is None else (asking.sight.fact("security_group", id) for id in dict.fromkeys(ids))
        return (
            RuleOf(rule.id, group, rule) for group in found if isinstance(group, SecurityGroup) for rule in group.rules
        )

    def create(self, asking: Asking, asked: dict[str, Any]) -> tuple[str, list[Command]]:
        """The group with one rule more."""
        group = asking.sight.fact("security_group", asked["security_group_id"])
        if not isinstance(group, SecurityGroup):
            raise _no_group(asked["security_group_id"])
        rule = SecurityRule(
            id=str(uuid4()),
            direction=asked["direction"],
            ethertype=asked["ethertype"],
            protocol=asked["protocol"],
            port_range_min=asked["port_range_min"],
            port_range_max=asked["port_range_max"],
            remote_ip_prefix=asked["remote_ip_prefix"],
            remote_group=asked["remote_group_id"],
            description=asked["description"] or "",
            created_at=asking.caller.at,
        )
        rules = (*asking.rules_by_group.get(group.id, group.rules), rule)
        asking.rules_by_group[group.id] = rules
        return rule.id, [Update("security_group", group.id, {"rules": rules})]

    def change(self, asking: Asking, fact: RuleOf, asked: dict[str, Any]) -> list[Command]:
        """Nothing of a rule changes."""
        return []

    def delete(self, asking: Asking, fact: RuleOf) -> list[Command]:
        """The group with one rule less."""
        rules = tuple(rule for rule in fact.group.rules if rule.id != fact.id)
        return [Update("security_group", fact.group.id, {"rules": rules})]

    def revision(self, asking: Asking, fact: RuleOf) -> int:
        """A rule has no revisions."""
        return 0

    def fault(self, refusal: Refusal, asked: Mapping[str, Any]) -> Fault:
        """What the model refuses of a rule, as Neutron says it."""
        part = refusal.field.rpartition(".")[2]
        match refusal.reason, part:
            case "not-found", "remote_group":
                return _no_group(asked["remote_group_id"])
            case "conflict", _:
                message = f"Security group rule already exists: {refusal.rule}."
                return conflict("SecurityGroupRuleExists", message)
            case "malformed", "port_range_min" | "port_range_max":
                return invalid(f"{part}: {refusal.rule}.", _type_of_range(asked))
            case "malformed", "protocol" if asked["protocol"] is None:
                message = "Must also specify protocol if port range is given."
                return invalid(message, "SecurityGroupProtocolRequiredWithPorts")
            case "malformed", "protocol" if "ethertype" in refusal.rule:
                return invalid(f"protocol: {refusal.rule}.", "SecurityGroupEthertypeConflictWithProtocol")
            case "malformed", "protocol":
                return invalid(f"protocol: {refusal.rule}.", "SecurityGroupRuleInvalidProtocol")
            case "malformed", "remote_group":
                message = "Only remote_ip_prefix or remote_group_id may be provided."
                return invalid(message, "SecurityGroupRemoteGroupAndRemoteIpPrefix")
            case "malformed", "remote_ip_prefix":
                return invalid(f"remote_ip_prefix: {refusal.rule}.", "SecurityGroupRuleParameterConflict")
            case _:
                return super().fault(refusal, asked)


def _type_of_range(asked: Mapping[str, Any]) -> str:
    protocol = asked["protocol"]
    if protocol in ("icmp", "icmpv6", "ipv6-icmp", "1", "58"):
        return "SecurityGroupMissingIcmpType" if asked["port_range_min"] is None else "SecurityGroupInvalidIcmpValue"
    return "SecurityGroupInvalidPortRange"


def _no_group(id: str) -> Fault:
    return not_found("SecurityGroupNotFound", f"Security group {id} does not exist")


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _ethertype(value: Any) -> str:
    """IPv4 or IPv6, in whichever case."""
    by_lower = {kind.lower(): kind for kind in ETHERTYPES}
    if not isinstance(value, str) or value.lower() not in by_lower:
        raise values.Unfit(f"{value!r} is not in {list(ETHERTYPES)}")
    return by_lower[value.lower()]


def _protocol(value: Any) -> str | None:
    """A protocol by name or number; None is any."""
    said = str(value).lower() if isinstance(value, int) and not isinstance(value, bool) else _lower(value)
    if said in ANY_PROTOCOL:
        return None
    if not isinstance(said, str):
        raise values.Unfit(f"{value!r} is not a valid protocol")
    return str(int(said)) if said.isascii() and said.isdecimal() and len(said) < 6 else said


def _prefix(value: Any) -> str:
    """A prefix; an address is a prefix of one."""
    found: str = values.address_or_prefix(value)
    if "/" in found:
        return found
    return f"{found}/{128 if ':' in found else 32}"
