"""A fabric in the words of the model: what to ask of a controller, and the network that holds when all is granted."""

from __future__ import annotations

from collections.abc import Iterator

from weft.controller.model.commands import Command, Create, ObserveInterfaces, Plug
from weft.controller.model.decide import decide
from weft.controller.model.network import Network
from weft.topologies.fabric import Fabric


def commands(fabric: Fabric) -> Iterator[Command]:
    """All that a controller must be told of the fabric and its tenants, each thing after those that it names."""
    for switch in fabric.switches:
        ends = tuple(end.interface for end in fabric.ends if end.switch == switch.name)
        yield Create("switch", {"id": switch.name, "dpid": switch.dpid, "fabric_interfaces": ends})
    for cable in fabric.cables:
        yield Create("link", {"a": cable.a.endpoint, "b": cable.b.endpoint})
    for tenant in fabric.tenants:
        yield Create("segment", {"id": tenant, "name": tenant, "project": tenant, "transport": "vlan"})
    for host in fabric.hosts:
        own = {"name": host.name, "project": host.tenant}
        place = {"switch": host.at.switch, "interface": host.at.interface}
        yield Create("port", {"id": host.name, "segment": host.tenant, **own})
        yield Create("vif", {"id": host.interface, "mac": host.mac, "device": host.name, **own, **place})
        yield Plug(host.name, host.interface)


def observations(fabric: Fabric) -> Iterator[Command]:
    """What the switches say of their interfaces once they run: each has the number of its port."""
    places = [*fabric.ends, *(host.at for host in fabric.hosts)]
    for switch in fabric.switches:
        seen = {end.interface: (end.port, True) for end in places if end.switch == switch.name}
        yield ObserveInterfaces(switch.name, seen, whole=True)


def network(fabric: Fabric) -> Network:
    """The network that a controller has when it was told all, and every switch has spoken."""
    told = Network()
    for command in (*commands(fabric), *observations(fabric)):
        told.apply(decide(told, command), told.revision + 1)
    return told
