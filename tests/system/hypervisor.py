"""A hypervisor of the tests' own: two bridges of a real Open vSwitch that are joined, and machines in namespaces."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
from pathlib import Path

from tests.wire.databases import RealController
from weft.apps.lab.namespaces import inside

DPIDS = {"br0": "00000000000000a0", "br1": "00000000000000a1"}
WAY = ("fab0", "fab1")  # patch ports from one bridge to the other


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
    return done.stdout


SOL_PACKET, AUXDATA, ALL_PROTOCOLS = 263, 8, 3  # packet(7)
_AUXILIARY = struct.Struct("=IIIHHHH")
_VLAN_VALID = 1 << 4


class Hypervisor:
    """Two bridges that are joined, and machines with one interface each, in namespaces of their own."""

    def __init__(self) -> None:
        self.machines: dict[str, str] = {}
        self._rundir = os.environ["OVS_RUNDIR"]
        server = f"{self._rundir}/ovsdb-server.ctl"
        run("ovs-appctl", "-t", server, "ovsdb-server/add-remote", "db:Open_vSwitch,Open_vSwitch,manager_options")
        made: list[str] = []
        for (name, dpid), own, far in zip(DPIDS.items(), WAY, reversed(WAY), strict=True):
            made += ["--", "add-br", name, "--", "set", "Bridge", name, "datapath_type=netdev", "fail_mode=secure"]
            made += ["protocols=OpenFlow14", f"other_config:datapath-id={dpid}"]
            made += ["--", "add-port", name, own, "--", "set", "Interface", own, "type=patch", f"options:peer={far}"]
        run("ovs-vsctl", *made[1:])

    def connect(self, controller: RealController) -> None:
        """Let the bridges and the database call the controller."""
        for name in DPIDS:
            run("ovs-vsctl", "set-controller", name, f"tcp:127.0.0.1:{controller.port}")
            run("ovs-vsctl", "set", "Controller", name, "max_backoff=1000")
        run("ovs-vsctl", "set-manager", f"tcp:127.0.0.1:{controller.ovsdb}")

    def start(self, name: str, mac: str, address: str) -> None:
        """A machine, whose interface is there and in no bridge."""
        self.machines[name] = f"weft-test-{os.getpid()}-{name}"
        run("ip", "netns", "add", self.machines[name])
        run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", self.machines[name])
        run("ip", "link", "set", name, "up")
        self.inside(name, "ip", "link", "set", "eth0", "address", mac, "up")
        self.inside(name, "ip", "address", "add", f"{address}/24", "dev", "eth0")

    def plug(self, bridge: str, interface: str, port: str, mac: str, *more: str) -> None:
        """Put the interface into the bridge, and say for which port it is."""
        said = [f"external_ids:iface-id={port}", f'external_ids:attached-mac="{mac}"', *more]
        run("ovs-vsctl", "add-port", bridge, interface, "--", "set", "Interface", interface, *said)

    def unplug(self, interface: str) -> None:
        """Take it out of its bridge."""
        run("ovs-vsctl", "del-port", interface)

    def inside(self, name: str, *command: str) -> str:
        """Run a command in a machine."""
        return run("ip", "netns", "exec", self.machines[name], *command)

    def wire(self, name: str) -> socket.socket:
        """A socket on that machine's wire. It hears all, with the tags, and is heard as it is."""
        with inside(Path("/var/run/netns") / self.machines[name]):
            wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        wire.setsockopt(SOL_PACKET, AUXDATA, 1)
        wire.bind(("eth0", ALL_PROTOCOLS))
        return wire

    def reaches(self, name: str, address: str) -> bool:
        """Whether that machine has an answer from the address."""
        command = ("ip", "netns", "exec", self.machines[name], "ping", "-c", "1", "-W", "1", address)
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def close(self) -> None:
        for namespace in self.machines.values():
            run("ip", "netns", "delete", namespace)


def tag_of(auxdata: bytes) -> int | None:
    """The VLAN tag that the kernel took out of a frame, of which it tells beside the frame."""
    status, *_, tag, _ = _AUXILIARY.unpack(auxdata[: _AUXILIARY.size])
    return tag & 0xFFF if status & _VLAN_VALID else None
