"""Nexus to try the plug-in on with frames: what each emulator says of its interfaces, a real bridge does.

Each switch has a bridge with VLANs in a network namespace, whose interfaces carry what the emulator's carry. Needs
root, and a kernel whose bridges know VLANs; all of it is gone with the namespaces.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from tests.nexus.nexus import NOTHING, Carried, Nexus
from tests.nexus.places import NexusPlaces
from weft.apps.plugins.nexus import vlan_lists
from weft.conformance.bed import Sent
from weft.conformance.wires import Wires

BRIDGE = "fabric"
_numbers = count(1)


class Forwarder:
    """A bridge that forwards as a Nexus says. Its interfaces have the numbers of the switch's: ``e3`` is ``eth1/3``."""

    def __init__(self, nexus: Nexus, namespace: str) -> None:
        self._nexus = nexus
        self.namespace = namespace
        self._done: dict[str, Carried] = {}  # by interface of the switch
        made = f"link add {BRIDGE} type bridge vlan_filtering 1 vlan_default_pvid 0"
        ip(f"netns add {namespace}")
        ip(made, f"link set {BRIDGE} up addrgenmode none", at=namespace)
        nexus.tree.watchers.append(self.follow)

    def follow(self) -> None:
        """Let the bridge carry what the switch does now."""
        carried = self._nexus.forwarding()
        lines = []
        for interface, before in self._done.items():
            now = carried.get(interface, NOTHING)
            lines += _difference(name_of(interface), before, now)
            self._done[interface] = now
        if lines:
            subprocess.run(
                ["bridge", "-netns", self.namespace, "-batch", "-"],
                input="\n".join(lines), text=True, check=True, capture_output=True,
            )  # fmt: skip

    def joined(self, interface: str) -> None:
        """The namespace has an interface of that name now, and it is the switch's."""
        name = name_of(interface)
        ip(f"link set {name} addrgenmode none", f"link set {name} master {BRIDGE} up", at=self.namespace)
        self._done[interface] = NOTHING

    def left(self, interface: str) -> None:
        """Nothing is at the interface any more."""
        self._done.pop(interface, None)
        ip(f"link delete {name_of(interface)}", at=self.namespace)


class NexusBed(NexusPlaces):
    """Nexus whose frames real bridges forward."""

    def __init__(self, room: Path, places: Sequence[str] = ("n1", "n2")) -> None:
        super().__init__(room, places)
        name = f"weft-nexus-{os.getpid()}-{next(_numbers)}"
        self._machines = f"{name}-machines"
        self._namespaces = [self._machines, *(f"{name}-{place}" for place in places)]
        self._wires = Wires()
        self.forwarders: dict[str, Forwarder] = {}
        try:
            ip(f"netns add {self._machines}")
            for place in places:
                self.forwarders[place] = Forwarder(self.nexus[place], f"{name}-{place}")
            for one, other in self.cables:
                near, far = self.forwarders[one], self.forwarders[other]
                ip(f"link add e2 type veth peer e1 netns {far.namespace}", at=near.namespace)
                near.joined("eth1/2")
                far.joined("eth1/1")
                self.cut(self.cables.index((one, other)), True)
        except BaseException:
            self.close()
            raise

    def plug(self, place: str, name: str) -> str:
        """A cable from an interface of the switch to the machine."""
        interface, forwarder = self.interface_of(place, name), self.forwarders[place]
        end = f"{place}{name_of(interface)}"
        ip(f"link add {name_of(interface)} type veth peer {end} netns {self._machines}", at=forwarder.namespace)
        ip(f"link set {end} addrgenmode none up", at=self._machines)
        forwarder.joined(interface)
        self._wires.open(place, interface, Path("/run/netns", self._machines), end)
        return super().plug(place, name)

    def unplug(self, place: str, interface: str) -> None:
        """Pull the cable out."""
        self._wires.shut(place, interface)
        self.forwarders[place].left(interface)
        super().unplug(place, interface)

    def send(self, frames: Sequence[Sent]) -> list[list[Sent]]:
        """Send the frames from the machines."""
        return self._wires.exchange(frames)

    def close(self) -> None:
        """Leave nothing behind."""
        super().close()
        self._wires.close()
        for namespace in self._namespaces:
            subprocess.run(["ip", "netns", "delete", namespace], check=False, capture_output=True)
        self._namespaces.clear()


def name_of(interface: str) -> str:
    """The interface that is one of a switch's.

    >>> name_of("eth1/3")
    'e3'
    """
    return interface.replace("eth1/", "e")


def ip(*lines: str, at: str = "") -> None:
    """Commands of ``ip``, in a network namespace."""
    where = ["-n", at] if at else []
    subprocess.run(["ip", *where, "-batch", "-"], input="\n".join(lines), text=True, check=True, capture_output=True)


def _difference(name: str, before: Carried, now: Carried) -> list[str]:
    """The lines that make of an interface which carries one thing one that carries another."""
    gone, more = before.tagged - now.tagged, now.tagged - before.tagged
    if before.untagged not in (None, now.untagged):
        gone |= {before.untagged}
    lines = [f"vlan del dev {name} vid {part}" for part in vlan_lists.write(gone).split(",") if part]
    lines += [f"vlan add dev {name} vid {part}" for part in vlan_lists.write(more).split(",") if part]
    if now.untagged not in (None, before.untagged):
        lines.append(f"vlan add dev {name} vid {now.untagged} pvid untagged")
    return lines
