"""RBAC policies: to whom networks are open. Each is an entry of what a segment is shared with, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from weft.apps.neutron import values
from weft.apps.neutron.asking import Asking
from weft.apps.neutron.attributes import given, settable, shown
from weft.apps.neutron.faults import Fault, bad_request, conflict, disallowed, not_found
from weft.apps.neutron.resource import Resource
from weft.controller.model.accounts import EVERYBODY
from weft.controller.model.commands import Command, Refusal, Update
from weft.controller.model.facts import Segment

ACTION = "access_as_shared"
_POLICIES = UUID("6a1c5e0e-8b4d-5f3a-9d57-0d2f4c1b7e93")


class Sharing(NamedTuple):
    """A segment, and one of those that it is shared with."""

    id: str
    segment: Segment
    target: str
    revision: int = 0


class RbacPolicies(Resource):
    """``/v2.0/rbac-policies``."""

    name, collection, kind, missing = "rbac_policy", "rbac_policies", "segment", "RbacPolicyNotFound"
    tagged = False
    attributes = (
        shown("id"),
        given("project_id", values.text(), None),
        given("tenant_id", values.text(), None),
        given("object_type", values.choice("network")),
        given("object_id", values.identifier),
        given("action", values.choice(ACTION)),
        settable("target_tenant", values.text(), filter=True),
        settable("target_project", values.text(), filter=True, visible=False),
        shown("revision_number", values.whole()),
    )

    def document(self, asking: Asking, fact: Sharing) -> dict[str, Any]:
        """The entry as a policy."""
        return {
            "id": fact.id,
            "project_id": fact.segment.project,
            "tenant_id": fact.segment.project,
            "object_type": "network",
            "object_id": fact.segment.id,
            "action": ACTION,
            "target_tenant": fact.target,
            "target_project": fact.target,
        }

    def state(self, asking: Asking, fact: Sharing) -> tuple[object, ...]:
        """Whose segment, and with whom."""
        return fact.segment.id, fact.segment.project, fact.target

    def find(self, asking: Asking, id: str) -> Any:
        """The entry of that id, where the segment is the caller's."""
        id = asking.renamed.get(id, id)
        return next((sharing for sharing in self._all(asking) if sharing.id == id), None)

    def candidates(self, asking: Asking, wanted: Mapping[str, list[str]]) -> Iterable[Any]:
        """All entries of segments that are the caller's."""
        return self._all(asking)

    def create(self, asking: Asking, asked: dict[str, Any]) -> tuple[str, list[Command]]:
        """The segment shared with one more."""
        segment = asking.sight.fact("segment", asked["object_id"])
        if not isinstance(segment, Segment) or not _own(asking, segment):
            raise not_found("NetworkNotFound", f"Network {asked['object_id']} could not be found.")
        target = _target(asked)
        id = policy_id(segment.id, target)
        shared = asking.shared_by_segment.get(segment.id, segment.shared_with)
        if target in shared:
            message = f"Failed to create a duplicate rbac policy: network {segment.id} is shared with {target} already."
            raise conflict("NeutronDbObjectDuplicateEntry", message)
        asking.shared_by_segment[segment.id] = (*shared, target)
        return id, [Update("segment", segment.id, {"shared_with": (*shared, target)})]

    def change(self, asking: Asking, fact: Sharing, asked: dict[str, Any]) -> list[Command]:
        """The segment shared with another in its place. The policy has another id then, and answers to both here."""
        target = _target(asked)
        shared = tuple(dict.fromkeys(target if one == fact.target else one for one in fact.segment.shared_with))
        asking.renamed[fact.id] = policy_id(fact.segment.id, target)
        return [Update("segment", fact.segment.id, {"shared_with": shared})] if target != fact.target else []

    def delete(self, asking: Asking, fact: Sharing) -> list[Command]:
        """The segment shared with one less."""
        shared = tuple(one for one in fact.segment.shared_with if one != fact.target)
        return [Update("segment", fact.segment.id, {"shared_with": shared})]

    def revision(self, asking: Asking, fact: Sharing) -> int:
        """That of its segment."""
        return fact.segment.revision

    def fault(self, refusal: Refusal, asked: Mapping[str, Any]) -> Fault:
        """What the model refuses, as Neutron says it."""
        match refusal.reason, refusal.field:
            case "conflict", "shared_with":
                message = f"RBAC policy on object cannot be removed because other objects depend on it: {refusal.rule}."
                return conflict("RbacPolicyInUse", message)
            case "forbidden", "shared_with":
                return disallowed("rule:create_rbac_policy:target_tenant")
            case _:
                return super().fault(refusal, asked)

    def _all(self, asking: Asking) -> Iterable[Sharing]:
        for id in sorted(asking.service.network.ownership.shared_segments()):
            segment = asking.sight.fact("segment", id)
            if isinstance(segment, Segment) and _own(asking, segment):
                yield from (Sharing(policy_id(id, target), segment, target) for target in segment.shared_with)


@lru_cache(16384)
def policy_id(segment: str, target: str) -> str:
    """The id of the policy that shares a segment with somebody."""
    return str(uuid5(_POLICIES, f"{segment} {target}"))


def _own(asking: Asking, segment: Segment) -> bool:
    return asking.caller.operator or segment.project == asking.caller.project


def _target(asked: Mapping[str, Any]) -> str:
    said = asked.get("target_tenant") or asked.get("target_project")
    if not said:
        raise bad_request("Failed to parse request. Required attribute 'target_tenant' not specified")
    return EVERYBODY if said == "*" else str(said)
