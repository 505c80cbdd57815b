"""What switches say of themselves, and how the model takes it in."""

from __future__ import annotations

from collections.abc import Iterator

from weft.controller.model.commands import ObserveInterfaces, ObserveLink, Refusal
from weft.controller.model.conditions import found, made
from weft.controller.model.facts import Endpoint, Interface, Link, link_id
from weft.controller.model.network import Change, Network


def observe_interfaces(network: Network, command: ObserveInterfaces) -> Iterator[Change]:
    """An OpenFlow port number is one interface's: who has a number takes it from who had it."""
    switch = found(network.switch(command.switch), "switch", command.switch)
    gone = set(command.gone)
    if command.whole:
        gone |= {end.interface for end in network.interfaces_of(switch.id)} - set(command.interfaces)
    name_by_ofport = {ofport: name for name, (ofport, _) in command.interfaces.items()}
    if len(name_by_ofport) < len(command.interfaces):
        raise Refusal("malformed", "interfaces", "two interfaces have one OpenFlow port number")
    for end in network.interfaces_of(switch.id):  # a number that somebody else has now is not theirs any more
        interface = found(network.interface(end), "interface", end)
        if end.interface not in command.interfaces and interface.ofport in name_by_ofport:
            gone.add(end.interface)
    for name in sorted(gone):
        before = network.interface(Endpoint(switch.id, name))
        if before is not None:
            yield Change(before, None)
    for name, (ofport, up) in sorted(command.interfaces.items()):
        before = network.interface(Endpoint(switch.id, name))
        if before is None or (before.ofport, before.up) != (ofport, up):
            yield Change(before, made(Interface, {"id": Endpoint(switch.id, name), "ofport": ofport, "up": up}))


def observe_link(network: Network, command: ObserveLink) -> Iterator[Change]:
    """A cable is believed where both ends are the fabric's and nobody has declared otherwise."""
    a, b = sorted((command.a, command.b))
    existing = network.link(link_id(a, b))
    if existing is not None:
        return
    link = made(Link, {"id": link_id(a, b), "a": a, "b": b, "origin": "discovered"})
    for end in (a, b):
        other = network.link_at(end)
        moved = network.link(other) if other is not None else None
        if moved is not None and moved.origin == "discovered":  # a cable was moved: what LLDP shows now holds
            yield Change(moved, None)
        elif moved is not None:
            raise Refusal("conflict", "a", f"{end.interface} of {end.switch} is declared as an end of {moved.id!r}")
        if end.interface not in found(network.switch(end.switch), "switch", end.switch).fabric_interfaces:
            raise Refusal("conflict", "a", f"{end.interface} of {end.switch} is not declared as a fabric interface")
    yield Change(None, link)
