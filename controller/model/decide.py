"""``decide``: either the changes that grant a command, or a refusal that names the rule.

It is pure. It reads the network, changes nothing, and knows no clock and no chance: whoever sends a command brings the
ids of what it creates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from weft.controller.model.commands import (
    CREATABLE,
    FIXED_BY_KIND,
    Command,
    Create,
    Delete,
    ObserveInterfaces,
    ObserveLink,
    Plug,
    Refusal,
    Unplug,
    Update,
)
from weft.controller.model.conditions import check_location, check_mac, check_room, check_switch, found
from weft.controller.model.creation import create
from weft.controller.model.facts import Attachment, Fact, FactId, Key, Port, Segment, Switch, Vif
from weft.controller.model.network import Change, Network
from weft.controller.model.observation import observe_interfaces, observe_link
from weft.controller.model.rules import Malformed


def decide(network: Network, command: Command) -> list[Change]:
    """``decide(network, command)`` returns the changes that grant the command, each stamped with the next revision.

    Raises ``Refusal`` where a rule of the model stands in its way, and then nothing has changed.
    """
    changes = list(_RULES[type(command)](network, command))
    revision = network.revision + 1
    return [Change(c.before, replace(c.after, revision=revision) if c.after is not None else None) for c in changes]


def _update(network: Network, command: Update) -> Iterator[Change]:
    fact = _current(network, command.kind, command.id, command.if_revision)
    names = {f.name for f in fields(fact)}
    for name in command.fields:
        if name not in names:
            raise Refusal("malformed", name, f"a {command.kind} has no such field")
        if name in FIXED_BY_KIND[command.kind]:
            raise Refusal("conflict", name, f"the {name} of a {command.kind} is fixed when it is made")
    try:
        changed: Fact = replace(fact, **command.fields)
    except Malformed as error:
        raise Refusal("malformed", error.field, error.rule) from None
    if isinstance(changed, Vif):
        check_location(network, changed)
        port = network.port_of_vif(changed.id)
        if port is not None:
            check_mac(network, found(network.port(port), "port", port), changed)
            if changed.switch != fact.switch:
                check_room(network, found(network.port(port), "port", port), changed)
    elif isinstance(changed, Switch):
        check_switch(network, changed)
    elif isinstance(changed, Segment):
        for port_id in network.ports_of(changed.id):
            project = found(network.port(port_id), "port", port_id).project
            if project != changed.project and project not in changed.shared_with:
                raise Refusal("conflict", "shared_with", f"project {project!r} has port {port_id!r} on this segment")
    if changed != fact:
        yield Change(fact, changed)


def _delete(network: Network, command: Delete) -> Iterator[Change]:
    fact = _current(network, command.kind, command.id, command.if_revision)
    for what, ids in _dependents(network, fact):
        if ids:
            raise Refusal("conflict", "id", f"{what} {_some(ids)} still depend on {command.kind} {command.id!r}")
    if isinstance(fact, Switch):
        for end in network.interfaces_of(fact.id):
            yield Change(network.interface(end), None)
    yield Change(fact, None)


def _dependents(network: Network, fact: Fact) -> Iterator[tuple[str, Sequence[str]]]:
    if isinstance(fact, Segment):
        yield "ports", sorted(network.ports_of(fact.id))
    elif isinstance(fact, Port):
        attachment = network.attachment(fact.id)
        yield "VIFs", [attachment.vif] if attachment is not None else []
    elif isinstance(fact, Vif):
        port = network.port_of_vif(fact.id)
        yield "ports", [port] if port is not None else []
    elif isinstance(fact, Switch):
        yield "VIFs", sorted(network.vifs_on(fact.id))
        yield "links", [link for link in network.links() if fact.id in _switches_of(network, link)]


def _plug(network: Network, command: Plug) -> Iterator[Change]:
    port = found(network.port(command.port), "port", command.port)
    vif = found(network.vif(command.vif), "vif", command.vif)
    current = network.attachment(port.id)
    if current is not None:
        if current.vif == vif.id:
            return
        raise Refusal("conflict", "port", f"port {port.id!r} has VIF {current.vif!r} in it")
    elsewhere = network.port_of_vif(vif.id)
    if elsewhere is not None:
        raise Refusal("conflict", "vif", f"VIF {vif.id!r} is plugged into port {elsewhere!r}")
    check_mac(network, port, vif)
    check_room(network, port, vif)
    yield Change(None, Attachment(id=port.id, vif=vif.id))


def _unplug(network: Network, command: Unplug) -> Iterator[Change]:
    port = found(network.port(command.port), "port", command.port)
    yield Change(found(network.attachment(port.id), "vif", f"in port {port.id}"), None)


_RULES: dict[type[Any], Callable[[Network, Any], Iterator[Change]]] = {
    Create: create,
    Update: _update,
    Delete: _delete,
    Plug: _plug,
    Unplug: _unplug,
    ObserveInterfaces: observe_interfaces,
    ObserveLink: observe_link,
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
    return ", ".join(map(repr, ids[:3])) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")
