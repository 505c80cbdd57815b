"""What a caller may see. What it may not see is, to it, not there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from weft.controller.model.accounts import EVERYBODY
from weft.controller.model.facts import Attachment, Fact, Port, Quota, Segment, Subnet, Vif
from weft.controller.model.policy import WHO_BY_RULE, Target

if TYPE_CHECKING:
    from weft.controller.model.rights import Caller

NOBODYS = Target()


class Around(Protocol):
    """What a fact goes with: the network as it is, or as it was when the fact was so."""

    def segment(self, id: str) -> Segment | None:
        """The segment of that id."""

    def port(self, id: str) -> Port | None:
        """The port of that id."""

    def vif(self, id: str) -> Vif | None:
        """The VIF of that id."""

    def attachment(self, id: str) -> Attachment | None:
        """What is plugged into the port of that id."""


def sees(network: Around, fact: Fact | None, kind: str, caller: Caller) -> bool:
    """``sees(network, fact, kind, caller)`` says whether the caller may see a fact of that kind.

    What is not there is asked for like anything else, so that the answer takes as long as for what is hidden.
    """
    target = target_of(network, fact, caller) if fact is not None else NOBODYS
    return caller.may(_rule(kind), target) and fact is not None


def target_of(network: Around, fact: Fact, caller: Caller) -> Target:
    """Whose a fact is, and whether it is open to that caller."""
    match fact:
        case Segment():
            return Target(fact.project, shares(fact, caller.project))
        case Port():
            return Target(fact.project, opens(network, fact, caller))
        case Subnet():
            segment = network.segment(fact.segment)
            return Target(fact.project, segment is not None and shares(segment, caller.project))
        case Quota():
            return Target(fact.id)
        case Attachment():
            port = network.port(fact.id)
            return target_of(network, port, caller) if port is not None else NOBODYS
        case _:
            return Target(getattr(fact, "project", None))


def as_seen(network: Around, fact: Fact, caller: Caller) -> Fact:
    """A fact as the caller sees it: to whom else a thing of others is open is not the caller's affair."""
    if not isinstance(fact, Segment | Port) or is_own(network, fact, caller):
        return fact
    if isinstance(fact, Segment):
        known = tuple(party for party in fact.shared_with if party in (caller.project, EVERYBODY))
        return replace(fact, shared_with=known) if known != fact.shared_with else fact
    connect = tuple(party for party in fact.connect if is_party(party, fact, caller))
    offer = fact.offer if fact.offer is not None and is_party(fact.offer.to, fact, caller) else None
    return replace(fact, connect=connect, offer=offer)


def is_own(network: Around, fact: Fact, caller: Caller) -> bool:
    """Whether a fact is of the caller's project, or one that the caller may change all the same."""
    target, right = target_of(network, fact, caller), f"update_{fact.kind}"
    if target.project is not None and target.project == caller.project:
        return True
    return caller.may(right if right in WHO_BY_RULE else _rule(fact.kind), target)


def shares(segment: Segment, project: str | None) -> bool:
    """Whether a segment is shared with that project."""
    return project is not None and (project in segment.shared_with or EVERYBODY in segment.shared_with)


def opens(network: Around, port: Port, caller: Caller) -> bool:
    """Whether a port lets in that caller, who does not have it: by name, by an offer, or since it is in already."""
    attachment = network.attachment(port.id)
    plugged = network.vif(attachment.vif) if attachment is not None else None
    if plugged is not None and plugged.project == caller.project:
        return True
    if port.bound_vif is not None:
        bound = network.vif(port.bound_vif)
        return bound is not None and caller.project is not None and bound.project == caller.project
    if port.offer is not None and caller.at < port.offer.expires and is_party(port.offer.to, port, caller):
        return True
    return any(party != "owner" and is_party(party, port, caller) for party in port.connect)


def is_party(party: str, port: Port, caller: Caller) -> bool:
    """Whether the caller is who a port names: its owner, a project, or whoever has a role."""
    word, _, name = party.partition(":")
    if word == "role":
        return name in caller.roles
    return caller.project is not None and caller.project == (name if word == "project" else port.project)


def _rule(kind: str) -> str:
    """The right to see a kind; what has none of its own goes with what it belongs to."""
    name = f"get_{kind}"
    if name in WHO_BY_RULE:
        return name
    return "get_port" if kind == "attachment" else "get_switch"
