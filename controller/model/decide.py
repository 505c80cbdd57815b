"""``decide``: either the changes that grant a command, or a refusal that names the rule.

It is pure. It reads the network, changes nothing, and knows no clock and no chance: whoever sends a command brings the
ids of what it creates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from weft.controller.model.attached import is_attached
from weft.controller.model.claims import observe_claim
from weft.controller.model.commands import (
    CREATABLE,
    FIXED_BY_KIND,
    GIVEN,
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
from weft.controller.model.conditions import (
    check_bound_kind,
    check_kind,
    check_location,
    check_mac,
    check_room,
    check_switch,
    found,
)
from weft.controller.model.creation import create
from weft.controller.model.documents import field_names
from weft.controller.model.extended import check_extended, extended
from weft.controller.model.facts import Fact, FactId, Key, Port, SecurityGroup, Segment, Subnet, Switch, Trunk, Vif
from weft.controller.model.group_conditions import check_group, let_go
from weft.controller.model.network import Change, Network
from weft.controller.model.observation import observe_interfaces, observe_link
from weft.controller.model.plugging import plug, unplug
from weft.controller.model.plugin_conditions import check_honoured
from weft.controller.model.port_conditions import check_apart, check_port
from weft.controller.model.promoting import promote
from weft.controller.model.quotas import check_more
from weft.controller.model.rights import OPERATOR, Caller, check_rights, check_trait_rights
from weft.controller.model.rules import Malformed
from weft.controller.model.subnet_conditions import check_subnet, ports_in
from weft.controller.model.trunk_conditions import check_carried, check_trunk
from weft.controller.model.visibility import sees, shares

NAMED = 3  # of those that depend on something, where there are more


def decide(network: Network, command: Command, caller: Caller = OPERATOR) -> list[Change]:
    """``decide(network, command, caller)`` returns the changes that grant the command, stamped with the next revision.

    Raises ``Refusal`` where a right or a rule stands in its way, and then nothing has changed.
    """
    try:
        check_rights(network, command, caller)
        changes = list(_RULES[type(command)](network, command, caller))
        check_honoured(network, changes)
    except Refusal as refusal:
        raise refusal.told_to(lambda key: sees(network, network.fact(key), key.kind, caller)) from None
    revision = network.revision + 1
    at = command.at if isinstance(command, ObserveClaim) else caller.at
    return [Change(c.before, _stamped(c, revision, at) if c.after is not None else None) for c in changes]


def _stamped(change: Change, revision: int, at: int) -> Fact:
    """The fact as it is to be kept: with its revision and, where its kind has them and a time is known, its times."""
    fact = change.after
    assert fact is not None
    given: dict[str, Any] = {"revision": revision}
    if at and hasattr(fact, "created_at"):
        given |= {"updated_at": at} if change.before is not None else {"created_at": at, "updated_at": at}
    stamped: Fact = object.__new__(type(fact))  # not made anew: it was looked at when it was made
    for name in field_names(fact.kind):
        object.__setattr__(stamped, name, given[name] if name in given else getattr(fact, name))
    return stamped


def _update(network: Network, command: Update, caller: Caller) -> Iterator[Change]:
    fact = _current(network, command.kind, command.id, command.if_revision)
    names = {f.name for f in fields(fact)}
    given = extended(network, command.kind, fact, command.fields, caller)
    for name in given:
        if name not in names:
            raise Refusal("malformed", name, f"a {command.kind} has no such field")
        if name in FIXED_BY_KIND[command.kind]:
            why = "given by Weft" if name in GIVEN else "fixed when it is made"
            raise Refusal("conflict", name, f"the {name} of a {command.kind} is {why}")
    more = {"bound_vif": None} if "offer" in command.fields else {}  # whoever offers anew takes back what was accepted
    try:
        changed: Fact = replace(fact, **given, **more)
    except Malformed as error:
        raise Refusal("malformed", error.field, error.rule) from None
    if isinstance(changed, Vif):
        _check_vif(network, fact, changed)
    elif isinstance(changed, Port):
        check_trait_rights(network, fact, changed, caller)
        check_port(network, fact, changed, caller)
    elif isinstance(changed, Switch):
        check_switch(network, changed)
    elif isinstance(changed, Subnet):
        check_subnet(network, changed)
    elif isinstance(changed, Trunk):
        check_trunk(network, fact, changed, caller)
    elif isinstance(changed, SecurityGroup):
        check_group(network, fact, changed, caller)
    elif isinstance(changed, Segment):
        check_trait_rights(network, fact, changed, caller)
        check_more(network, changed.project, "rbac_policy", len(changed.shared_with) - len(fact.shared_with))
        if changed.security == "none" != fact.security:
            check_apart(network, changed)
        for port_id in sorted(network.ports_of(changed.id)) if changed.shared_with != fact.shared_with else ():
            project = found(network.port(port_id), "port", port_id).project
            if project != changed.project and not shares(changed, project):
                rule = f"port {port_id!r} is of a project that it would not be shared with any more"
                raise Refusal("conflict", "shared_with", rule, names=[Key("port", port_id)])
    if changed != fact:
        check_extended(network, fact, changed, caller)
        yield Change(fact, changed)


def _check_vif(network: Network, before: Vif, after: Vif) -> None:
    check_location(network, after)
    check_bound_kind(network, before, after)
    port_id = network.port_of_vif(after.id)
    if port_id is not None:
        port = found(network.port(port_id), "port", port_id)
        check_kind(port, after)
        check_carried(network, port_id, after)
        if after.mac != before.mac:
            check_mac(network, port, after)
        if after.switch != before.switch:
            check_room(network, network.crossed_by(port), after.switch)


def _delete(network: Network, command: Delete, caller: Caller) -> Iterator[Change]:
    fact = _current(network, command.kind, command.id, command.if_revision)
    for kind, ids in _dependents(network, fact):
        if ids:
            what = "VIFs" if kind == "vif" else f"{kind}s"
            rule = f"{what} {_some(ids)} still depend on {command.kind} {command.id!r}"
            raise Refusal("conflict", "id", rule, names=[Key(kind, id) for id in ids[:NAMED]])
    if isinstance(fact, Switch):
        for end in network.interfaces_of(fact.id):
            yield Change(network.interface(end), None)
        for end in network.claims_of(fact.id):
            yield Change(network.claim(end), None)
    elif isinstance(fact, Vif):
        for port_id in sorted(network.ports_bound_to(fact.id)):  # a later VIF of the same id is another one
            bound = found(network.port(port_id), "port", port_id)
            yield Change(bound, replace(bound, bound_vif=None))
        claim = network.claim(fact.location) if is_attached(fact) and fact.location is not None else None
        if claim is not None and claim.outcome == "granted":  # told again, it is decided anew: there may be a next one
            rule = f"VIF {fact.id!r}, which it was for, is gone"
            yield Change(claim, replace(claim, outcome="refused", field="port", rule=rule, located=False))
    elif isinstance(fact, SecurityGroup):
        yield from let_go(network, fact, caller)
    yield Change(fact, None)


def _dependents(network: Network, fact: Fact) -> Iterator[tuple[str, Sequence[str]]]:
    if isinstance(fact, Segment):
        yield "port", sorted(network.ports_of(fact.id))
        yield "subnet", network.subnets_of(fact.id)
    elif isinstance(fact, Subnet):
        yield "port", ports_in(network, fact)
    elif isinstance(fact, Port):
        attachment = network.attachment(fact.id)
        yield "vif", [attachment.vif] if attachment is not None else []
        trunk = network.trunks.concerning(fact.id)
        yield "trunk", [trunk] if trunk is not None else []
    elif isinstance(fact, Vif):
        port = network.port_of_vif(fact.id)
        yield "port", [port] if port is not None else []
    elif isinstance(fact, SecurityGroup):
        yield "port", sorted(network.groups.ports(fact.id))
    elif isinstance(fact, Switch):
        yield "vif", sorted(network.vifs_on(fact.id))
        yield "link", [link for link in network.links() if fact.id in _switches_of(network, link)]
    yield from network.naming.dependents(fact)


_RULES: dict[type[Any], Callable[[Network, Any, Caller], Iterator[Change]]] = {
    Create: create,
    Update: _update,
    Delete: _delete,
    Plug: plug,
    Unplug: lambda network, command, caller: unplug(network, command),
    ObserveInterfaces: lambda network, command, caller: observe_interfaces(network, command),
    ObserveLink: lambda network, command, caller: observe_link(network, command),
    Promote: lambda network, command, caller: promote(network, command),
    ObserveClaim: lambda network, command, caller: observe_claim(network, command),
}


def _current(network: Network, kind: str, id: FactId, if_revision: int | None) -> Any:
    if kind not in CREATABLE:
        raise Refusal("malformed", "kind", f"must be one of {', '.join(CREATABLE)}, not {kind!r}")
    fact = found(network.fact(Key(kind, id)), kind, id)
    if if_revision is not None and fact.revision != if_revision:
        raise Refusal("stale", "revision", f"the {kind} is at revision {fact.revision}, not {if_revision}")
    return fact


def _switches_of(network: Network, link: str) -> tuple[str, str]:
    fact = found(network.link(link), "link", link)
    return fact.a.switch, fact.b.switch


def _some(ids: Sequence[str]) -> str:
    return ", ".join(map(repr, ids[:NAMED])) + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
