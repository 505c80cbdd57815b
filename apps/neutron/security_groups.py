"""Security groups: sets of rules that ports are in. They are kept and checked; switches do not follow them yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from weft.apps.neutron import standard, values
from weft.apps.neutron.asking import Asking
from weft.apps.neutron.attributes import inner, settable, shown
from weft.apps.neutron.faults import Fault, conflict
from weft.apps.neutron.resource import Resource
from weft.apps.neutron.rule_documents import rule_document
from weft.controller.model.commands import Command, Create, Refusal, Update
from weft.controller.model.facts import Fact, SecurityGroup
from weft.controller.model.security_groups import DEFAULT_GROUP, ETHERTYPES, SecurityRule
from weft.controller.service import Refused


class SecurityGroups(Resource):
    """``/v2.0/security-groups``."""

    name, collection, kind = "security_group", "security_groups", "security_group"
    missing = "SecurityGroupNotFound"
    attributes = (
        *standard.ATTRIBUTES,
        settable("stateful", values.boolean, True),
        inner("security_group_rules"),
        shown("shared", values.boolean),
    )

    def document(self, asking: Asking, fact: SecurityGroup) -> dict[str, Any]:
        """The group, with its rules."""
        return standard.document(fact) | {
            "stateful": fact.stateful,
            "security_group_rules": [rule_document(fact, rule) for rule in fact.rules],
            "shared": False,
        }

    def candidates(self, asking: Asking, wanted: Mapping[str, list[str]]) -> Iterable[Fact]:
        """Whoever looks for groups finds a default one."""
        default_group(asking, asking.project)
        return super().candidates(asking, wanted)

    def create(self, asking: Asking, asked: dict[str, Any]) -> tuple[str, list[Command]]:
        """A group whose ports may send anything, and are sent nothing that they have not asked for."""
        id, project = str(uuid4()), asked["project_id"] or asking.project
        default_group(asking, project)
        fields = standard.fields(asked) | {"id": id, "project": project, "stateful": asked["stateful"]}
        return id, [Create("security_group", fields | {"rules": _outward(asking)})]

    def change(self, asking: Asking, fact: SecurityGroup, asked: dict[str, Any]) -> list[Command]:
        """Its name, description or state with other values."""
        fields = standard.fields(asked) | ({"stateful": asked["stateful"]} if "stateful" in asked else {})
        return [Update("security_group", fact.id, fields)] if fields else []

    def fault(self, refusal: Refusal, asked: Mapping[str, Any]) -> Fault:
        """What the model refuses of a group, as Neutron says it."""
        match refusal.reason, refusal.field:
            case "conflict", "name" if asked.get("name") == DEFAULT_GROUP and "stateful" in asked:
                return conflict("SecurityGroupDefaultAlreadyExists", "Default security group already exists.")
            case "conflict", "name":
                return conflict("SecurityGroupCannotUpdateDefault", "Updating default security group not allowed.")
            case "conflict", "id" if "is the default group" in refusal.rule:
                message = "Insufficient rights for removing default security group."
                return conflict("SecurityGroupCannotRemoveDefault", message)
            case "conflict", "id" | "stateful":
                return conflict("SecurityGroupInUse", f"Security Group {asked['id']} in use: {refusal.rule}.")
            case _:
                return super().fault(refusal, asked)


def default_group(asking: Asking, project: str) -> str | None:
    """``default_group(asking, project)`` returns the project's default group, and makes it where there is none yet.

    Where the caller may not make one, there stays none.
    """
    known = asking.service.network.groups.default(project)
    if known is not None or not asking.may("create_security_group", project):
        return known
    id, rules = str(uuid4()), list(_outward(asking))
    rules += [_rule(asking, direction="ingress", ethertype=kind, remote_group=id) for kind in ETHERTYPES]
    fields = {"id": id, "name": DEFAULT_GROUP, "project": project, "description": "Default security group"}
    try:
        asking.submit([Create("security_group", fields | {"rules": tuple(rules)})])
    except Refused:  # by a quota
        return None
    return id


def default_groups(asking: Asking, project: str) -> list[str]:
    """The groups of a new port of which nobody says in which it is."""
    group = default_group(asking, project)
    return [group] if group is not None else []


def _outward(asking: Asking) -> tuple[SecurityRule, ...]:
    return tuple(_rule(asking, direction="egress", ethertype=kind) for kind in ETHERTYPES)


def _rule(asking: Asking, **said: Any) -> SecurityRule:
    return SecurityRule(id=str(uuid4()), created_at=asking.caller.at, **said)
