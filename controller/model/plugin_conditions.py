"""Conditions of plug-ins: nobody is promised what the plug-in that would have to realise it cannot honour.

They are looked at when a command is decided, over the facts as they will be. Where each plug-in of the deployment
honours everything, nothing is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from weft.controller.model.capabilities import Capabilities, Demand, shortfalls
from weft.controller.model.commands import Refusal
from weft.controller.model.declared import Reference, shown
from weft.controller.model.facts import Attachment, Fact, Key, Port, Segment, Switch, Trunk, Vif, key_of
from weft.controller.model.network import Change, Network
from weft.controller.model.traits import strictest


class _Ahead:
    """The facts as they will be when the changes hold."""

    def __init__(self, network: Network, changes: Sequence[Change]) -> None:
        self.network = network
        self._changed: dict[Key, Fact | None] = {change.key: change.after for change in changes}
        self._bearers: dict[str, str] = {}  # of ports whose trunk is changed
        for trunk in (fact for change in changes for fact in change if isinstance(fact, Trunk)):
            now = self.fact("trunk", trunk.id)
            carried = {id for id, _ in now.subports} if isinstance(now, Trunk) else set()
            concerned = carried | {id for id, _ in trunk.subports}
            self._bearers |= {id: trunk.port if id in carried else id for id in concerned}

    def fact(self, kind: str, id: str) -> Fact | None:
        """The fact, changed or as it was."""
        key = Key(kind, id)
        return self._changed[key] if key in self._changed else self.network.fact(key)

    def segments(self, port: Port) -> list[Segment]:
        """The segments that the port is on."""
        found = (self.fact("segment", id) for id in port.segments)
        return [segment for segment in found if isinstance(segment, Segment)]

    def security(self, port: Port) -> str:
        """The level at which its VIF is checked."""
        return port.security or strictest(segment.security for segment in self.segments(port))

    def vif_in(self, port: str) -> Vif | None:
        """The VIF in the port."""
        attachment = self.fact("attachment", port)
        vif = self.fact("vif", attachment.vif) if isinstance(attachment, Attachment) else None
        return vif if isinstance(vif, Vif) else None

    def bearer(self, port: str) -> str:
        """The port whose VIF brings the frames: the trunk's where one carries the port."""
        carrier = self.network.carrier(port)
        return self._bearers.get(port, carrier.port if carrier is not None else port)

    def bears(self, port: str) -> bool:
        """Whether the port brings the frames of others."""
        carried = (*self._bearers, *self.network.trunks.carried(port))
        return any(self.bearer(other) == port for other in carried if other != port)

    def place_of(self, bearer: str) -> Switch | None:
        """The switch that the VIF in the port is on."""
        vif = self.vif_in(bearer)
        place = self.fact("switch", vif.switch) if vif is not None and vif.switch is not None else None
        return place if isinstance(place, Switch) else None


def check_honoured(network: Network, changes: Sequence[Change]) -> None:
    """Raises a ``Refusal`` where the changes ask for what no plug-in can honour, or not that of the place."""
    for change in changes:
        if isinstance(change.after, Switch):
            _check_plugin(network, change.after)
    if not network.selective:
        return
    ahead = _Ahead(network, changes)
    for change in changes:
        if isinstance(change.after, Segment) and change.before is None:
            _check_transport(network, change.after)
        for port in dict.fromkeys(_concerned(ahead, change)):
            _check_port(ahead, port)


def _check_plugin(network: Network, switch: Switch) -> None:
    """Its plug-in is one of this deployment's, and it is known by a datapath id where such switches are."""
    can = network.capabilities.get(switch.plugin)
    if can is None:
        known = ", ".join(sorted(network.capabilities))
        if network.switch(switch.id) is None:
            raise Refusal("conflict", "plugin", f"must be one of {known}, not {switch.plugin!r}")
    elif can.openflow and switch.dpid is None:
        raise Refusal("malformed", "dpid", "a switch needs one")
    elif not can.openflow and switch.dpid is not None:
        raise Refusal("conflict", "dpid", f"a switch of plug-in {switch.plugin} has none")


def _check_transport(network: Network, segment: Segment) -> None:
    if not any(segment.transport in can.transports for can in network.capabilities.values()):
        names = ", ".join(sorted(network.capabilities))
        raise Refusal("conflict", "transport", f"plug-in {names} cannot honour transport {segment.transport}")


def _concerned(ahead: _Ahead, change: Change) -> Iterator[str]:
    """The ports of which something else is asked, or that are asked for elsewhere."""
    network, before, after = ahead.network, change.before, change.after
    match after:
        case Port():
            yield after.id
        case Segment():
            if isinstance(before, Segment) and _asks(before) != _asks(after):
                yield from sorted(network.ports_of(after.id))
        case Attachment():
            yield from (after.id, *network.trunks.carried(after.id))
        case Vif():
            port = network.port_of_vif(after.id)
            if port is not None:
                yield from (port, *network.trunks.carried(port))
        case Trunk():
            yield from (after.port, *(port for port, _ in after.subports))
        case _:
            pass


def _asks(segment: Segment) -> tuple[object, ...]:
    return segment.security, segment.vlan_transparent, segment.attributes


def _check_port(ahead: _Ahead, id: str) -> None:
    port = ahead.fact("port", id)
    if not isinstance(port, Port):
        return
    _check_named(ahead, port)
    bearer = ahead.bearer(id)
    place = ahead.place_of(bearer)
    if place is None:
        _check_anywhere(ahead, port)
        return
    can = ahead.network.capabilities.get(place.plugin)
    where = f"plug-in {place.plugin}, which switch {place.id!r} is of,"
    if can is None:
        raise Refusal("conflict", "switch", f"{where} is not in force, so nothing new may be there")
    vif = ahead.vif_in(bearer)
    if vif is not None and vif.vif_kind not in can.vif_kinds:
        rule = f"{where} takes {', '.join(sorted(can.vif_kinds))}, and VIF {vif.id!r} is of kind {vif.vif_kind}"
        raise Refusal("conflict", "vif_kind", rule, names=[Key("switch", place.id), key_of(vif)])
    demand = next(_unmet(ahead, can, port, bearer), None)
    if demand is not None:
        rule = f"{where} cannot honour {demand.words} of port {port.id!r}"
        raise Refusal("conflict", demand.field, rule, names=[Key("switch", place.id), key_of(port)])


def _unmet(ahead: _Ahead, can: Capabilities, port: Port, bearer: str) -> Iterator[Demand]:
    yield from shortfalls(can, port, ahead.security(port), ahead.segments(port))
    if "trunk" not in can.traits and (bearer != port.id or ahead.bears(port.id)):
        yield Demand("trunk", "trunk")
    if not can.flow_tables:
        yield from _in_tables(ahead, port)


def _in_tables(ahead: _Ahead, port: Port) -> Iterator[Demand]:
    """What extensions are asked to do in flow tables for the port, by itself, its segments or those that name it."""
    asking: list[Port | Segment] = [port, *ahead.segments(port)]
    for fact in asking:
        for declared in ahead.network.declared(fact.kind).values():
            if declared.in_tables and shown(fact.attributes, declared) is not None:
                yield Demand(declared.name if fact is port else "segment", declared.name)
            if declared.in_tables and ahead.network.naming.naming(declared.name, port.id):
                yield Demand("port", f"the {declared.name} of others")


def _check_named(ahead: _Ahead, port: Port) -> None:
    """What the port names for an extension's stages must be where flow tables are, too."""
    for declared in ahead.network.declared(port.kind).values():
        named = shown(port.attributes, declared) if declared.in_tables else None
        if isinstance(declared.type, Reference) and declared.type.kind == "port" and named is not None:
            place = ahead.place_of(ahead.bearer(named))
            can = ahead.network.capabilities.get(place.plugin) if place is not None else None
            if place is not None and (can is None or not can.flow_tables):
                rule = f"plug-in {place.plugin}, which switch {place.id!r} is of, cannot honour it for port {named!r}"
                raise Refusal("conflict", declared.name, rule, names=[Key("switch", place.id), Key("port", named)])


def _check_anywhere(ahead: _Ahead, port: Port) -> None:
    """Some plug-in must honour all that the port asks for, though nobody knows yet where its VIF will be."""
    unmet = {
        name: next(_unmet(ahead, can, port, ahead.bearer(port.id)), None)
        for name, can in sorted(ahead.network.capabilities.items())
    }
    if all(unmet.values()):
        whose = "; ".join(f"plug-in {name} cannot honour {demand.words}" for name, demand in unmet.items() if demand)
        field = next(demand.field for demand in unmet.values() if demand is not None)
        raise Refusal("conflict", field, f"{whose}, and there is no other")
