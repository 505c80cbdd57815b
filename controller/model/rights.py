"""Who may do what. A right says nothing of whether it makes sense: all other rules hold for the operator as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, replace
from typing import Any, NamedTuple

from weft.controller.model.addresses import prefix_of
from weft.controller.model.commands import (
    Command,
    Create,
    Delete,
    ObserveClaim,
    ObserveInterfaces,
    ObserveLink,
    Plug,
    Refusal,
    Unplug,
    Update,
)
from weft.controller.model.conditions import found
from weft.controller.model.facts import Key, Port, Segment, Vif
from weft.controller.model.network import Network
from weft.controller.model.traits import DEFAULT_SECURITY, SECURITY_LEVELS, TRAITS, WIDEST_PREFIX, strictest

TENANTS = ("segment", "port", "vif")  # what projects have; switches and links are the operator's


class Caller(NamedTuple):
    """Who asks: a project with its roles, or the operator; and when, in seconds since 1970 (UTC)."""

    project: str | None
    roles: frozenset[str]
    operator: bool
    at: int


OPERATOR = Caller(None, frozenset(), True, 0)


def check_rights(network: Network, command: Command, caller: Caller) -> None:
    """Raises a ``Refusal`` where somebody asks for what is another's: "not-found" where there is no such thing."""
    if caller.operator:
        return
    match command:
        case Create(kind, given):
            _check_kind(kind)
            _check_made(network, kind, given, caller)
            _check_place(kind, given, made=True)
        case Update(kind, id) | Delete(kind, id):
            fact = found(network.fact(Key(kind, id)), kind, id) if kind in (*TENANTS, "switch", "link") else None
            _check_kind(kind)
            if fact is not None:
                _check_own(fact, caller)
            _check_place(kind, command.fields if isinstance(command, Update) else {})
        case Plug(port, vif):
            found(network.port(port), "port", port)
            _check_own(found(network.vif(vif), "vif", vif), caller)
        case Unplug(port):
            here = found(network.port(port), "port", port)
            attachment = network.attachment(port)
            plugged = network.vif(attachment.vif) if attachment is not None else None
            if plugged is None or plugged.project != caller.project:
                _check_own(here, caller)
        case ObserveInterfaces() | ObserveLink() | ObserveClaim():
            raise Refusal("forbidden", "do", "what switches say is the operator's to tell")


def check_trait_rights(network: Network, before: Port | Segment | None, after: Port | Segment, caller: Caller) -> None:
    """Raises a ``Refusal`` where a trait is given a value that is not the caller's to give."""
    if caller.operator:
        return
    if isinstance(after, Segment):
        if _changed(before, after, "security") and _lower(after.security, DEFAULT_SECURITY):
            rule = f"only the operator may lower it below {DEFAULT_SECURITY}"
            raise Refusal("forbidden", "security", rule)
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
    if caller.operator:
        return port
    if port.bound_vif is not None:
        if port.bound_vif != vif.id:
            raise Refusal("forbidden", "bound_vif", f"port {port.id!r} is kept for VIF {port.bound_vif!r}")
        return port
    why = Refusal("forbidden", "connect", f"port {port.id!r} is open to {_parties(port)}, and {_who(caller)} is not")
    if port.offer is not None and _is(port.offer.to, port, caller):
        if caller.at >= port.offer.expires:
            why = Refusal("forbidden", "offer", f"the offer of port {port.id!r} has expired")
        elif vif.vif_kind != port.offer.vif_kind:
            rule = f"port {port.id!r} is offered for a VIF of kind {port.offer.vif_kind}, and {vif.id!r} is "
            why = Refusal("forbidden", "offer", rule + vif.vif_kind)
        else:
            return replace(port, offer=None, bound_vif=vif.id)
    if any(_is(party, port, caller) for party in port.connect):
        return port
    raise why


def _check_kind(kind: str) -> None:
    if kind in ("switch", "link"):
        raise Refusal("forbidden", "kind", "switches and links are the operator's")


def _check_place(kind: str, given: Mapping[str, Any], made: bool = False) -> None:
    """Whoever could say where a VIF is could take anybody's interface for it."""
    for name in ("switch", "interface") if kind == "vif" else ():
        if name in given and (given[name] is not None or not made):
            raise Refusal("forbidden", name, "where a VIF is, its hypervisor's switch or the operator says")


def _check_own(fact: Segment | Port | Vif, caller: Caller) -> None:
    if fact.project != caller.project:
        rule = f"{fact.kind} {fact.id!r} is of project {fact.project!r}, and the caller of {caller.project!r}"
        raise Refusal("forbidden", "project", rule)


def _check_made(network: Network, kind: str, given: Mapping[str, Any], caller: Caller) -> None:
    """Whatever one makes is one's own, and is made on a segment that one has or that is shared with one."""
    segment = network.segment(given["segment"]) if kind == "port" and isinstance(given.get("segment"), str) else None
    if segment is not None and caller.project not in (segment.project, *segment.shared_with):
        rule = f"segment {segment.id!r} is of project {segment.project!r}, and not shared with {caller.project!r}"
        raise Refusal("forbidden", "project", rule)
    project = given.get("project", caller.project)
    if kind in TENANTS and isinstance(project, str) and project != caller.project:
        raise Refusal("forbidden", "project", f"must be {caller.project!r}, the caller's, and is {project!r}")


def _not_granted(
    network: Network, right: str, name: str, before: Port | None, after: Port, segment: Segment, caller: Caller
) -> Iterator[tuple[str, str]]:
    """What the caller may not set of a trait that has changed: the field, and the rule."""
    if right == "operator":
        yield name, "only the operator may change it"
    elif right == "operator to lower":
        others = (network.segment(id) for id in after.segments)
        least = strictest(other.security for other in others if other is not None)
        if after.security is not None and _lower(after.security, least):
            yield name, f"only the operator may lower it below {least}, which is the segment's"
    elif right == "operator if wide":
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
        rule = f"only project {segment.project!r}, which has the segment, may say whom a port reaches there"
        yield name, f"{rule}; others may isolate theirs"


def _changed(before: Port | Segment | None, after: Port | Segment, name: str) -> bool:
    """Whether the field is another than before; of a new fact, than it is when nobody says."""
    default = next(f.default for f in fields(after) if f.name == name)
    assert default is not MISSING
    return bool(getattr(after, name) != (default if before is None else getattr(before, name)))


def _lower(level: str, than: str) -> bool:
    return SECURITY_LEVELS.index(level) < SECURITY_LEVELS.index(than)


def _is(party: str, port: Port, caller: Caller) -> bool:
    """Whether the caller is who a port names: its owner, a project, or whoever has a role."""
    word, _, name = party.partition(":")
    if word == "role":
        return name in caller.roles
    return caller.project == (name if word == "project" else port.project)


def _parties(port: Port) -> str:
    return ", ".join(f"its owner {port.project!r}" if party == "owner" else party for party in port.connect) or "nobody"


def _who(caller: Caller) -> str:
    roles = "".join(f" with role {role}" for role in sorted(caller.roles))
    return f"project {caller.project!r}{roles}"
