"""A fabric in Mininet: every node is Mininet's, but cables, bridges and addresses are made many at a time.

Mininet starts a few processes for each interface. That is minutes for a large fabric and seconds in bulk.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from mininet.link import Intf, Link
from mininet.log import setLogLevel
from mininet.net import Mininet
from mininet.node import Host, OVSSwitch

from weft.apps.lab.commands import run
from weft.apps.lab.errors import LabError
from weft.apps.lab.openvswitch import add_bridges
from weft.topologies.fabric import PREFIX_LENGTH, Fabric
from weft.topologies.mininet_topo import topo

_NO_IPV6 = "echo 1 | tee /proc/sys/net/ipv6/conf/*/disable_ipv6 >/dev/null 2>&1"  # else hosts and cables chatter


class _Interface(Intf):  # type: ignore[misc]
    """An interface that ``emulate`` sets up, together with all others."""

    def config(self, **_: Any) -> dict[str, Any]:
        return {}


class _Cable(Link):  # type: ignore[misc]
    """A veth pair that ``emulate`` makes, together with all others."""

    @classmethod
    def makeIntfPair(cls, *_: Any, **__: Any) -> None:  # noqa: N802 (Mininet's name)
        pass


class _Host(Host):  # type: ignore[misc]
    """A host that ``emulate`` sets up, together with all others."""

    def config(self, **_: Any) -> dict[str, Any]:
        return {}


class _Bridge(OVSSwitch):  # type: ignore[misc]
    """A bridge that is added with all others, in one transaction."""

    def start(self, controllers: Sequence[Any]) -> None:
        self.controllers = controllers

    @classmethod
    def batchStartup(cls, switches: Sequence[_Bridge], **_: Any) -> Sequence[_Bridge]:  # noqa: N802 (Mininet's name)
        bridges = [(s.name, s.dpid, {p: i.name for p, i in s.intfs.items() if i.name != "lo"}) for s in switches]
        add_bridges(bridges, switches[0].params["datapath_type"])
        return switches


def emulate(fabric: Fabric, datapath: str) -> Mininet:
    """The running fabric, without a controller. Must be called inside the lab's namespace.

    What it made ends with the namespace and the processes in it, so nobody needs to stop it.
    """
    setLogLevel("output")  # what its command line answers, and no chatter
    Mininet.inited = True  # else it raises limits of the whole machine, which a lab has no business with
    description = topo(fabric)
    for switch in fabric.switches:
        description.nodeInfo(switch.name).update(datapath_type=datapath)
    net = Mininet(description, switch=_Bridge, host=_Host, link=_Cable, intf=_Interface, controller=None)
    run("sh", "-c", _NO_IPV6)
    _lay_cables(net)
    _set_up_hosts(net, fabric)
    net.start()
    return net


def _lay_cables(net: Mininet) -> None:
    """Make all veth pairs, a host's end in the host's namespace, and bring up the ends that are here."""
    lines = []
    for cable in net.links:
        near, far = sorted((cable.intf1, cable.intf2), key=lambda interface: isinstance(interface.node, Host))
        where = f" netns {far.node.pid}" if isinstance(far.node, Host) else ""
        lines += [f"link add name {near.name} type veth peer name {far.name}{where}", f"link set {near.name} up"]
        lines += [] if where else [f"link set {far.name} up"]
    run("ip", "-batch", "-", given="\n".join(lines))


def _set_up_hosts(net: Mininet, fabric: Fabric) -> None:
    """Give every host its addresses, all at the same time in their own shells."""
    for host in fabric.hosts:
        node, interface = net[host.name], shlex.quote(host.interface)
        intf = node.nameToIntf[host.interface]
        intf.mac, intf.ip, intf.prefixLen = host.mac, host.ip4, PREFIX_LENGTH
        node.sendCmd(
            f"{_NO_IPV6}; ip link set lo up; ip link set {interface} address {host.mac} up; "
            f"ip addr add {host.ip4}/{PREFIX_LENGTH} dev {interface}; "
            f"ethtool -K {interface} tx off >/dev/null"  # a userspace switch does not fill in checksums
        )
    for host in fabric.hosts:
        said = net[host.name].waitOutput().strip()
        if said:
            raise LabError(f"Host {host.name} could not be set up: {said}")
