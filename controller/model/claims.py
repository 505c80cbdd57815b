"""Claims: a hypervisor's switch says of an interface for which port or which plugged VIF it is, and the VIF follows.

Nobody waits for the answer, so a claim that breaks a rule is kept with the rule that it breaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from weft.controller.model.attached import is_attached
from weft.controller.model.commands import ObserveClaim, Refusal
from weft.controller.model.conditions import (
    check_bound_kind,
    check_kind,
    check_location,
    check_mac,
    check_room,
    found,
    made,
)
from weft.controller.model.facts import Attachment, Claim, Endpoint, Fact, Key, Port, Vif
from weft.controller.model.network import Change, Network
from weft.controller.model.plugging import put_in
from weft.controller.model.rights import MEMBER, Caller, let_in
from weft.controller.model.trunk_conditions import check_carried

_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_.:-]")
_LONGEST_ID = 64
_LONGEST_RULE = 1024


class _Leaving(NamedTuple):
    """What goes because an interface says something else now: a VIF from its place, and perhaps from its port."""

    changes: tuple[Change, ...] = ()
    vif: str | None = None
    port: str | None = None

    def fact(self, network: Network, key: Key) -> Fact | None:
        """The fact as it is when that has gone."""
        return next((change.after for change in self.changes if change.key == key), network.fact(key))


class _Granted(NamedTuple):
    """What comes of a claim. ``located``: it is the claim that has brought the VIF to its place."""

    changes: tuple[Change, ...]
    located: bool


def observe_claim(network: Network, command: ObserveClaim) -> Iterator[Change]:
    """The changes that follow from what an interface says; the same said again changes nothing."""
    before = network.claim(Endpoint(command.switch, command.interface))
    leaving = _Leaving()
    if before is not None and (command.port, command.mac, command.project) != (before.port, before.mac, before.project):
        leaving = _leave(network, before)
    changes, claim = leaving.changes, None
    if command.port is not None:
        claim = _refused(command, before is not None and before.located and not leaving.changes)
        try:
            granted = _grant(network, command, command.port, leaving)
            changes = (*changes, *granted.changes)
            claim = replace(claim, outcome="granted", located=granted.located)
        except Refusal as refusal:
            claim = replace(claim, field=refusal.field, rule=refusal.rule[:_LONGEST_RULE])
    yield from _joined((*changes, Change(before, claim)))


def _refused(command: ObserveClaim, located: bool) -> Claim:
    """The claim as it is kept while nobody has granted it. Raises a ``Refusal`` where it cannot even be kept."""
    said = {"port": command.port, "mac": command.mac, "vif_kind": command.vif_kind, "project": command.project}
    place = Endpoint(command.switch, command.interface)
    claim: Claim = made(Claim, {"id": place, "device": command.device, **said}, outcome="refused", located=located)
    return claim


def _joined(changes: tuple[Change, ...]) -> Iterator[Change]:
    """One change for each fact, from what it is to what it is in the end; none where that is the same."""
    last: dict[Key, Change] = {}
    for change in changes:
        if change != (None, None):
            last[change.key] = Change(last.get(change.key, change).before, change.after)
    for before, after in last.values():
        same = before is not None and after is not None and replace(after, revision=before.revision) == before
        if not same and (before, after) != (None, None):
            yield Change(before, after)


def _leave(network: Network, claim: Claim) -> _Leaving:
    """What the claim has brought goes with it: a VIF that it made, or that it has brought to its place."""
    vif = network.vif(network.vif_at(claim.id) or "")
    if vif is None:
        return _Leaving()
    port = network.port_of_vif(vif.id)
    nowhere = replace(vif, switch=None, interface=None)
    if vif.origin == "declared":
        brought = claim.located and claim.port in (port, vif.id)
        return _Leaving((Change(vif, nowhere),), vif.id) if brought else _Leaving()
    unplugged = (Change(network.attachment(port), None),) if port is not None else ()
    # Whoever has accepted an offer finds its port kept for it when it is back.
    kept = nowhere if network.ports_bound_to(vif.id) else None
    return _Leaving((*unplugged, Change(vif, kept)), vif.id, port)


def _grant(network: Network, command: ObserveClaim, name: str, leaving: _Leaving) -> _Granted:
    """The changes that a claim has, if no rule stands in its way. Raises a ``Refusal`` as a ``Plug`` does."""
    said: dict[str, Any] = {"vif_kind": command.vif_kind, "device": command.device}
    place: dict[str, Any] = {"switch": command.switch, "interface": command.interface}
    port = _claimed(network, name)
    project = command.project if command.project is not None else port.project
    new: Vif = made(Vif, {"id": port.id, "mac": command.mac, "project": project, **said, **place}, origin="discovered")
    attachment = leaving.fact(network, Key("attachment", port.id))
    if isinstance(attachment, Attachment):
        plugged = leaving.fact(network, Key("vif", attachment.vif))
        assert isinstance(plugged, Vif)
        if plugged.mac != command.mac and not is_attached(plugged):
            raise Refusal("conflict", "port", f"port {port.id!r} has VIF {plugged.id!r} in it")
        if command.project not in (None, plugged.project):
            rule = f"VIF {plugged.id!r} is of project {plugged.project!r}, and the claim of {command.project!r}"
            raise Refusal("forbidden", "project", rule)
        more = said if plugged.origin == "discovered" else {}
        if is_attached(plugged):  # nobody else has said these, and its device is what tells that it is one
            more = {"mac": command.mac, "vif_kind": command.vif_kind}
        return _confirm(network, command.at, port, plugged, replace(plugged, **place, **more), leaving)
    known = _known(network, port, new, leaving)
    new = replace(known, **said, **place) if known is not None else replace(new, id=_free_id(network, new, leaving))
    check_location(network, new, leaving.vif)
    admitted = let_in(port, new, Caller(new.project, MEMBER, False, command.at))
    if known is not None:
        check_bound_kind(network, known, new)
    return _Granted((Change(known, new), *put_in(network, admitted, new, leaving.port)), True)


def _claimed(network: Network, name: str) -> Port:
    """The port that an interface means by that name: the port's id, or that of a declared VIF which is in a port.

    Whoever gives a thing the id that another's has already gets nothing by it: the name means the older of the two.
    """
    port, vif = network.port(name), network.vif(name)
    holder = network.port(network.port_of_vif(name) or "") if vif is not None and vif.origin == "declared" else None
    if port is None or vif is None or holder is None or holder.id == port.id:
        meant: Port = found(port or holder, "port", name)
        return meant
    if port.created_at == vif.created_at:
        rule = f"there is a port {name!r}, and a VIF {name!r} in port {holder.id!r}, and neither is older"
        raise Refusal("conflict", "port", rule)
    return port if port.created_at < vif.created_at else holder


def _confirm(network: Network, at: int, port: Port, before: Vif, after: Vif, leaving: _Leaving) -> _Granted:
    """The VIF is in its port already: may it still be, and may it be where it says that it is?"""
    admitted = let_in(port, after, Caller(after.project, MEMBER, False, at))
    check_kind(port, after)
    check_carried(network, port.id, after)
    check_bound_kind(network, before, after)
    if after.mac != before.mac:
        check_mac(network, port, after)
    changes = [Change(port, admitted), Change(before, after)]
    here, there = after.location, before.location
    assert here is not None
    if there is not None and there != here:
        old = network.claim(there)
        same = old is not None and old.port in (port.id, before.id)
        brought = old is not None and old.located and same
        if before.origin == "declared" and not brought:
            rule = f"VIF {before.id!r} is declared to be at {there.interface} of {there.switch}"
            raise Refusal("conflict", "interface", rule)
        interface = network.interface(there)
        if interface is not None and interface.up:
            rule = f"VIF {before.id!r} is at {there.interface} of {there.switch}, which still has carrier"
            raise Refusal("conflict", "interface", rule)
        coming = network.interface(here)
        if same and not (coming is not None and coming.up):
            rule = f"VIF {before.id!r} is at {there.interface} of {there.switch}, and {here.interface} has no carrier"
            raise Refusal("conflict", "interface", rule)
        if old is not None and same:
            rule = f"VIF {before.id!r} is at {here.interface} of {here.switch} now"
            lost = replace(old, outcome="refused", field="interface", rule=rule, located=False)
            changes.append(Change(old, lost))
    check_location(network, after, leaving.vif)
    if here.switch != before.switch:
        check_room(network, network.crossed_by(port), after.switch)
    known = network.claim(here)
    return _Granted(tuple(changes), there != here or (known is not None and known.located))


def _known(network: Network, port: Port, new: Vif, leaving: _Leaving) -> Vif | None:
    """The discovered VIF that is back: in no port, of the same project and MAC, and nowhere else."""
    for id in (port.bound_vif, port.id, network.vif_at(new.location) if new.location is not None else None):
        vif = leaving.fact(network, Key("vif", id)) if id is not None else None
        if isinstance(vif, Vif) and (vif.origin, vif.project, vif.mac) == (new.origin, new.project, new.mac):
            unplugged = network.port_of_vif(vif.id) is None or vif.id == leaving.vif
            if unplugged and vif.location in (None, new.location):
                return vif
    return None


def _free_id(network: Network, new: Vif, leaving: _Leaving) -> str:
    """An id for a VIF: its port's, or else one made of its place."""
    place = _NOT_IN_IDS.sub("-", f"{new.switch}:{new.interface}").lstrip("_.:-")[:_LONGEST_ID]
    for id in (new.id, place):
        if id and leaving.fact(network, Key("vif", id)) is None:
            return id
    raise Refusal("conflict", "id", f"there are VIFs {new.id!r} and {place!r} already")
