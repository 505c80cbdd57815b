"""A VIF plugs into a port: at most one VIF a port, one port a VIF, and only what the port takes."""

from __future__ import annotations

from collections.abc import Iterator

from weft.controller.model.commands import Plug, Refusal, Unplug
from weft.controller.model.conditions import check_kind, check_mac, check_room, found
from weft.controller.model.facts import Attachment, Port, Vif
from weft.controller.model.network import Change, Network
from weft.controller.model.rights import Caller, let_in
from weft.controller.model.trunk_conditions import check_carried


def plug(network: Network, command: Plug, caller: Caller) -> Iterator[Change]:
    """The changes that put the VIF into the port."""
    port = found(network.port(command.port), "port", command.port)
    vif = found(network.vif(command.vif), "vif", command.vif)
    current = network.attachment(port.id)
    if current is not None and current.vif == vif.id:
        return
    admitted = let_in(port, vif, caller)
    if current is not None:
        raise Refusal("conflict", "port", f"port {port.id!r} has VIF {current.vif!r} in it")
    elsewhere = network.port_of_vif(vif.id)
    if elsewhere is not None:
        raise Refusal("conflict", "vif", f"VIF {vif.id!r} is plugged into port {elsewhere!r}")
    yield from put_in(network, admitted, vif)


def put_in(network: Network, port: Port, vif: Vif, emptied: str | None = None) -> Iterator[Change]:
    """The changes that put a VIF into an empty port, as it is when it has let the VIF in.

    The port ``emptied`` is losing its VIF in the same breath.
    """
    check_kind(port, vif)
    check_mac(network, port, vif, emptied=emptied)
    check_carried(network, port.id, vif)
    check_room(network, network.crossed_by(port), vif.switch)
    before = network.port(port.id)
    if port != before:
        yield Change(before, port)
    yield Change(None, Attachment(id=port.id, vif=vif.id))


def unplug(network: Network, command: Unplug) -> Iterator[Change]:
    """The change that takes the VIF out of the port."""
    port = found(network.port(command.port), "port", command.port)
    attachment = network.attachment(port.id)
    if attachment is None:
        raise Refusal("not-found", "vif", f"no VIF is plugged into port {port.id!r}")
    yield Change(attachment, None)
