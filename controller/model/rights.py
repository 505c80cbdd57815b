"""Who may do what. A right says nothing of whether it makes sense: all other rules hold for the operator as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, replace
from functools import cache
from typing import Any, NamedTuple

from weft.controller.model.accounts import EVERYBODY
from weft.controller.model.addresses import prefix_of
from weft.controller.model.commands import (
    CREATABLE,
    Command,
    Create,
    Delete,
    ObserveClaim,
    ObserveInterfaces,
    ObserveLink,
    Plug,
    Promote,
    Refusal,
    Unplug,
    Update,
)
from weft.controller.model.conditions import found
from weft.controller.model.facts import KINDS, Key, Port, Segment, Vif
from weft.controller.model.network import Network
from weft.controller.model.policy import BUILTIN, Policy, Target
from weft.controller.model.traits import DEFAULT_SECURITY, SECURITY_LEVELS, TRAITS, WIDEST_PREFIX, strictest
from weft.controller.model.visibility import is_party, sees, target_of

TENANTS = ("segment", "port", "vif", "subnet", "security_group", "trunk")  # what projects have


class Caller(NamedTuple):
    """Who asks: a project with its roles, or an operator; and when, in seconds since 1970 (UTC).

    ``user`` and ``origin`` (the address that it asks from) are for the record. Without a role of ``BASE_ROLES`` nobody
    may do anything.
    """

    project: str | None
    roles: frozenset[str]
    operator: bool
    at: int
    user: str = ""
    origin: str = ""
    policy: Policy = BUILTIN

    def may(self, rule: str, target: Target) -> bool:
        """Whether the policy gives the caller that right for that target."""
        return self.policy.allows(rule, target, self)


MEMBER = frozenset({"member"})
OPERATOR = Caller(None, frozenset(), True, 0)


def check_rights(network: Network, command: Command, caller: Caller) -> None:
    """Raises a ``Refusal``: "not-found" where the caller may not see a thing, "forbidden" where it may only see it."""
    match command:
        case Create(kind, given) if kind in CREATABLE:
            _check_made(network, kind, given, caller)
            _check_place(kind, given, caller, made=True)
        case Update(kind, id) | Delete(kind, id) if kind in CREATABLE:
            fact = _seen(network, kind, id, caller)
            verb = "update" if isinstance(command, Update) else "delete"
            _require(f"{verb}_{kind}", target_of(network, fact, caller), caller, fact)
            _check_place(kind, command.fields if isinstance(command, Update) else {}, caller)
        case Plug(port, vif):
            _seen(network, "port", port, caller)
            own = _seen(network, "vif", vif, caller)
            _require("plug", target_of(network, own, caller), caller, own)
        case Unplug(port):
            here = _seen(network, "port", port, caller)
            attachment = network.attachment(port)
            plugged = network.vif(attachment.vif) if attachment is not None else None
            if plugged is None or not caller.may("unplug", target_of(network, plugged, caller)):
                _require("unplug", target_of(network, here, caller), caller, here)
        case ObserveInterfaces() | ObserveLink() | ObserveClaim():
            if not caller.may("observe", Target()):
                raise Refusal("forbidden", "do", "what switches say is the operator's to tell")
        case Promote():
            if not caller.may("promote_shadow", Target()):
                raise Refusal("forbidden", "do", "which stages the switches follow is the operator's to say")


def _seen(network: Network, kind: str, id: str, caller: Caller) -> Any:
    """The fact; what the caller may not see is not there."""
    fact = network.fact(Key(kind, id))
    return found(fact if sees(network, fact, kind, caller) else None, kind, id)


def _require(rule: str, target: Target, caller: Caller, fact: Any = None) -> None:
    """Raises a ``Refusal`` where the caller does not have that right for that target."""
    if caller.may(rule, target):
        return
    if fact is not None and target.project is not None and target.project != caller.project:
        whose = f"{fact.kind} {fact.id!r} is of project {target.project!r}, and the caller of {caller.project!r}"
        raise Refusal("forbidden", "project", whose)
    raise Refusal("forbidden", "roles", f"{_who(caller)} is not allowed to do this, by the policy {rule}")


def check_trait_rights(network: Network, before: Port | Segment | None, after: Port | Segment, caller: Caller) -> None:
    """Raises a ``Refusal`` where a trait is given a value that is not the caller's to give."""
    if isinstance(after, Segment):
        assert before is None or isinstance(before, Segment)
        _check_segment_rights(before, after, caller)
        return
    segment = found(network.segment(after.segment), "segment", after.segment)
    assert before is None or isinstance(before, Port)
    for trait in TRAITS:
        if _changed(before, after, trait.name):
            for field, rule in _not_granted(network, trait.right, trait.name, before, after, segment, caller):
                raise Refusal("forbidden", field, rule)


def let_in(port: Port, vif: Vif, caller: Caller) -> Port:
    """``let_in(port, vif, caller)`` returns the port as it is when that VIF has come in: an offer may be consumed.

    Raises a ``Refusal`` that names the trait which keeps the caller out. The operator is let in everywhere.
    """
    if caller.may("enter_any_port", Target(port.project)):
        return port
    if port.bound_vif is not None:
        if port.bound_vif != vif.id:
            raise Refusal("forbidden", "bound_vif", f"port {port.id!r} is kept for VIF {port.bound_vif!r}")
        return port
    why = Refusal("forbidden", "connect", f"port {port.id!r} is open to {_parties(port)}, and {_who(caller)} is not")
    if port.offer is not None and is_party(port.offer.to, port, caller):
        if caller.at >= port.offer.expires:
            why = Refusal("forbidden", "offer", f"the offer of port {port.id!r} has expired")
        elif vif.vif_kind != port.offer.vif_kind:
            rule = f"port {port.id!r} is offered for a VIF of kind {port.offer.vif_kind}, and {vif.id!r} is "
            why = Refusal("forbidden", "offer", rule + vif.vif_kind)
        else:
            return replace(port, offer=None, bound_vif=vif.id)
    if any(is_party(party, port, caller) for party in port.connect):
        return port
    raise why


def _check_segment_rights(before: Segment | None, after: Segment, caller: Caller) -> None:
    target = Target(after.project)
    lowered = _changed(before, after, "security") and _lower(after.security, DEFAULT_SECURITY)
    if lowered and not caller.may("set_segment:security:lower", target):
        raise Refusal("forbidden", "security", f"only the operator may lower it below {DEFAULT_SECURITY}")
    opened = EVERYBODY in after.shared_with and (before is None or EVERYBODY not in before.shared_with)
    if opened and not caller.may("set_segment:everybody", target):
        raise Refusal("forbidden", "shared_with", "only the operator may share a segment with everybody")


def _check_place(kind: str, given: Mapping[str, Any], caller: Caller, made: bool = False) -> None:
    """Whoever could say where a VIF is could take anybody's interface for it; and whoever chose a VLAN, anybody's."""
    for name in ("switch", "interface") if kind == "vif" else ():
        named = name in given and (given[name] is not None or not made)
        if named and not caller.may("set_vif:place", Target(caller.project)):
            raise Refusal("forbidden", name, "where a VIF is, its hypervisor's switch or the operator says")
    chosen = kind == "segment" and given.get("segmentation_id") is not None
    if chosen and not caller.may("set_segment:segmentation_id", Target(caller.project)):
        raise Refusal("forbidden", "segmentation_id", "only the operator may choose it")


def _check_made(network: Network, kind: str, given: Mapping[str, Any], caller: Caller) -> None:
    """Whatever one makes is one's own, and is made on a segment that one has or that is shared with one."""
    project = given.get("project", caller.project)
    if kind in ("port", "subnet") and isinstance(given.get("segment"), str):
        segment = _seen(network, "segment", given["segment"], caller)
        project = given.get("project", caller.project or segment.project)
        if kind == "subnet":
            _require("create_subnet", target_of(network, segment, caller), caller, segment)
    if kind == "quota":
        project = given.get("id")
    if kind in (*TENANTS, "quota") and not isinstance(project, str | None):
        return  # malformed, as the fact itself says
    if kind == "token":
        _check_token(given, caller)
    if kind in ("switch", "link") and not caller.may(f"create_{kind}", Target()):
        raise Refusal("forbidden", "kind", "switches and links are the operator's")
    own = Target(project if project is not None else caller.project)
    if kind in TENANTS and project != caller.project and not caller.may("any_project", own):
        raise Refusal("forbidden", "project", f"must be {caller.project!r}, the caller's, and is {project!r}")
    _require(f"create_{kind}", own, caller)


def _check_token(given: Mapping[str, Any], caller: Caller) -> None:
    """Nobody lets a token do more than itself may do."""
    if caller.operator:
        return
    if given.get("project") != caller.project:
        raise Refusal("forbidden", "project", f"must be {caller.project!r}, the caller's")
    roles = given.get("roles", ())
    for role in roles if isinstance(roles, tuple) else ():
        if role not in caller.roles:
            raise Refusal("forbidden", "roles", f"only who has the role {role!r} may give it to a token")


def _not_granted(
    network: Network, right: str, name: str, before: Port | None, after: Port, segment: Segment, caller: Caller
) -> Iterator[tuple[str, str]]:
    """What the caller may not set of a trait that has changed: the field, and the rule."""
    target = Target(after.project)
    if right == "operator":
        if not caller.may(f"set_port:{name}", target):
            yield name, "only the operator may change it"
    elif right == "operator to lower" and not caller.may("set_port:security:lower", target):
        others = (network.segment(id) for id in after.segments)
        least = strictest(other.security for other in others if other is not None)
        if after.security is not None and _lower(after.security, least):
            yield name, f"only the operator may lower it below {least}, which is the segment's"
    elif right == "operator if wide" and not caller.may("set_port:allowed_addresses:wide", target):
        known = before.allowed_addresses if before is not None else ()
        for place, pair in enumerate(after.allowed_addresses):
            prefix = prefix_of(pair.prefix) if pair.prefix is not None else None
            if prefix is None or pair in known:
                continue
            path, shortest = f"{name}[{place}].prefix", WIDEST_PREFIX[prefix.version]
            if prefix.length < shortest:
                yield path, f"only the operator may allow a prefix shorter than /{shortest}, and {prefix} is"
            elif not prefix.single and caller.project != segment.project:
                rule = f"only project {segment.project!r}, which has the segment, may allow more than single addresses"
                yield path, f"{rule} there, and {prefix} is more"
    elif right == "segment owner to widen" and after.isolated != "isolated" and caller.project != segment.project:
        if caller.may("set_port:isolated:widen", target):
            return
        rule = f"only project {segment.project!r}, which has the segment, may say whom a port reaches there"
        yield name, f"{rule}; others may isolate theirs"


def _changed(before: Port | Segment | None, after: Port | Segment, name: str) -> bool:
    """Whether the field is another than before; of a new fact, than it is when nobody says."""
    known = _defaults(after.kind)[name] if before is None else getattr(before, name)
    return bool(getattr(after, name) != known)


@cache
def _defaults(kind: str) -> dict[str, Any]:
    """What the fields of such a fact are when nobody says, where they may be left out."""
    return {field.name: field.default for field in fields(KINDS[kind]) if field.default is not MISSING}


def _lower(level: str, than: str) -> bool:
    return SECURITY_LEVELS.index(level) < SECURITY_LEVELS.index(than)


def _parties(port: Port) -> str:
    return ", ".join(f"its owner {port.project!r}" if party == "owner" else party for party in port.connect) or "nobody"


def _who(caller: Caller) -> str:
    roles = "".join(f" with role {role}" for role in sorted(caller.roles - {"member"}))  # which goes without saying
    return f"project {caller.project!r}{roles}"
