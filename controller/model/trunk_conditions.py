"""Conditions of trunks: each port is its owner's to carry, is carried once, and has no wire of its own meanwhile."""

from __future__ import annotations

from weft.controller.model.commands import Refusal
from weft.controller.model.conditions import check_room, found
from weft.controller.model.facts import Key, Port, Trunk, Vif
from weft.controller.model.network import Network
from weft.controller.model.policy import Target
from weft.controller.model.rights import Caller
from weft.controller.model.visibility import sees

RATES = "a port that a trunk carries has the rates of the trunk's own port, whose wire it is"


def check_trunk(network: Network, before: Trunk | None, after: Trunk, caller: Caller) -> None:
    """All that a trunk must hold as it is made or changed. Raises a ``Refusal``."""
    if before is None:
        port = own_port(network, "port", after.port, caller)
        other = network.trunks.of(port.id)
        if other is not None:
            raise _taken("port", f"port {port.id!r} has trunk {other!r} already", other)
        _check_free(network, "port", port, after.id)
    elif not before.admin_up and before.subports != after.subports:
        raise Refusal("conflict", "admin_up", f"trunk {after.id!r} is administratively down, and so locked")
    known = set(before.subports) if before is not None else set()
    place = network.location(after.port)
    for at, (port_id, _) in enumerate(after.subports):
        if after.subports[at] in known:
            continue
        field = f"subports[{at}].port"
        port = own_port(network, field, port_id, caller)
        other = network.trunks.of(port.id)
        if other is not None:
            raise _taken(field, f"port {port.id!r} has trunk {other!r} itself", other)
        _check_free(network, field, port, after.id)
        _check_wireless(network, field, port)
        vif = network.vif_in(port.id)
        if place is not None and vif is not None:
            check_room(network, port.segments, place.switch)


def check_carried(network: Network, port: str, vif: Vif) -> None:
    """A VIF in a port that a trunk carries has no place of its own."""
    carrier = network.carrier(port)
    if carrier is not None and vif.location is not None:
        rule = f"port {port!r} is carried by trunk {carrier.trunk!r}, and its VIF is where the trunk's is"
        raise _taken("switch", rule, carrier.trunk)


def check_tags(network: Network, before: Port | None, after: Port) -> None:
    """What a trunk says of a port is not said by hand; rates are the trunk's, whose wire it is."""
    carrier = network.carrier(after.id)
    trunk = network.trunks.concerning(after.id)
    if trunk is not None and after.trunk != (before.trunk if before is not None else ()):
        raise _taken("trunk", f"trunk {trunk!r} says which tags port {after.id!r} has", trunk)
    for name in ("max_rate", "max_broadcast") if carrier is not None else ():
        if getattr(after, name) is not None:
            raise Refusal("conflict", name, RATES)


def own_port(network: Network, field: str, id: str, caller: Caller) -> Port:
    """The port, if the caller may put it into a trunk."""
    port = network.port(id)
    known: Port = found(port if sees(network, port, "port", caller) else None, "port", id, field)
    if not caller.may("update_port", Target(known.project)):
        raise Refusal("forbidden", field, f"port {id!r} is not the caller's to put into a trunk")
    return known


def _taken(field: str, rule: str, trunk: str) -> Refusal:
    return Refusal("conflict", field, rule, names=[Key("trunk", trunk)])


def _check_free(network: Network, field: str, port: Port, trunk: str) -> None:
    carrier = network.carrier(port.id)
    if carrier is not None and (carrier.trunk != trunk or field == "port"):
        raise _taken(field, f"port {port.id!r} is carried by trunk {carrier.trunk!r}", carrier.trunk)
    if port.trunk:
        raise Refusal("conflict", field, f"port {port.id!r} has tags that were set by hand")


def _check_wireless(network: Network, field: str, port: Port) -> None:
    vif = network.vif_in(port.id)
    if vif is not None and vif.location is not None:
        at = f" at {vif.location.interface} of {vif.location.switch}"
        rule = f"port {port.id!r} is in use by {vif.id!r}, a VIF"
        raise Refusal("conflict", field, rule, names=[Key("vif", vif.id)], hint=at)
    if port.max_rate is not None or port.max_broadcast is not None:
        raise Refusal("conflict", field, RATES)
