"""Nexus to try the plug-in on with frames: what each emulator says of its interfaces, a real bridge does.

Each switch has a bridge with VLANs in a network namespace, whose interfaces carry what the emulator's carry. The
switches are cabled in a row, by ``eth1/1`` and ``eth1/2``; machines are at the others. Needs root, and a kernel whose
bridges know VLANs; all of it is gone with the namespaces.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from tests.nexus.nexus import NOTHING, PASSWORD, Carried, Nexus
from weft.apps.plugins.nexus import vlan_lists
from weft.conformance.bed import Bed, Sent
from weft.conformance.wires import Wires

BRIDGE = "fabric"
VARIABLE = "WEFT_TEST_NEXUS_PASSWORD"
_MACHINES = range(3, 33)
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
        self.carrier(interface, True)

    def left(self, interface: str) -> None:
        """Nothing is at the interface any more."""
        self._done.pop(interface, None)
        self.carrier(interface, False)

    def carrier(self, interface: str, there: bool) -> None:
        """A cable is put in, or pulled out."""
        with self._nexus.lock:
            dn = f"sys/intf/phys-[{interface}]"
            (self._nexus.tree.unplugged.discard if there else self._nexus.tree.unplugged.add)(dn)
            self._nexus.settle()
            self.follow()


class NexusBed(Bed):
    """Nexus in a row."""

    learns = True

    def __init__(self, room: Path, places: Sequence[str] = ("n1", "n2")) -> None:
        self.places = tuple(places)
        os.environ[VARIABLE] = PASSWORD
        self._name = f"weft-nexus-{os.getpid()}-{next(_numbers)}"
        self._machines = f"{self._name}-machines"
        self._wires = Wires()
        self._interfaces: dict[tuple[str, str], str] = {}
        self._free = {place: iter(_MACHINES) for place in places}
        self.nexus: dict[str, Nexus] = {}
        self.forwarders: dict[str, Forwarder] = {}
        self._namespaces = [self._machines]
        ip(f"netns add {self._machines}")
        try:
            for place in places:
                folder = room / place
                folder.mkdir(parents=True)
                nexus = self.nexus[place] = Nexus(folder, _MACHINES.stop)
                nexus.tree.unplugged |= {f"sys/intf/phys-[eth1/{n}]" for n in range(1, _MACHINES.stop + 1)}
                nexus.settle()
                self._namespaces.append(f"{self._name}-{place}")
                self.forwarders[place] = Forwarder(nexus, f"{self._name}-{place}")
                nexus.start()
            for one, other in self._cables():
                near, far = self.forwarders[one], self.forwarders[other]
                ip(f"link add e2 type veth peer e1 netns {far.namespace}", at=near.namespace)
                near.joined("eth1/2")
                far.joined("eth1/1")
        except BaseException:
            self.close()
            raise

    def documents(self) -> Mapping[str, Any]:
        """All places, and the cables between them."""
        cables = self._cables()
        return {
            "switches": [
                {
                    "id": place,
                    "plugin": "nexus",
                    "fabric_interfaces": [
                        name
                        for name, ends in (("eth1/1", [b for _, b in cables]), ("eth1/2", [a for a, _ in cables]))
                        if place in ends
                    ],
                }
                for place in self.places
            ],
            "links": [
                {"a": {"switch": a, "interface": "eth1/2"}, "b": {"switch": b, "interface": "eth1/1"}}
                for a, b in cables
            ],
        }

    def settings(self) -> Mapping[str, Any]:
        """How each is reached."""
        return {
            "nexus": {
                "places": {
                    place: {
                        "url": nexus.url,
                        "username": "weft",
                        "password": f"env:{VARIABLE}",
                        "ca": str(nexus.chain),
                        "timeout": 10,
                    }
                    for place, nexus in self.nexus.items()
                }
            }
        }

    def plug(self, place: str, name: str) -> str:
        """A cable from an interface of the switch to the machine: the same one each time for a machine."""
        if (place, name) not in self._interfaces:
            self._interfaces[place, name] = f"eth1/{next(self._free[place])}"
        interface, forwarder = self._interfaces[place, name], self.forwarders[place]
        end = f"{place}{name_of(interface)}"
        ip(f"link add {name_of(interface)} type veth peer {end} netns {self._machines}", at=forwarder.namespace)
        ip(f"link set {end} addrgenmode none up", at=self._machines)
        forwarder.joined(interface)
        self._wires.open(place, interface, Path("/run/netns", self._machines), end)
        return interface

    def unplug(self, place: str, interface: str) -> None:
        """Pull the cable out."""
        self._wires.shut(place, interface)
        self.forwarders[place].left(interface)
        ip(f"link delete {name_of(interface)}", at=self.forwarders[place].namespace)

    def send(self, frames: Sequence[Sent]) -> list[list[Sent]]:
        """Send the frames from the machines."""
        return self._wires.exchange(frames)

    def disturb(self, place: str, how: Random) -> str:
        """Somebody at the console changes a VLAN, a trunk or an interface of ours, or starts the switch anew."""
        nexus = self.nexus[place]
        with nexus.lock:
            ours = sorted(
                int(bd.attributes["fabEncap"].removeprefix("vlan-"))
                for bd in nexus.tree.of_class("l2BD")
                if bd.attributes["name"].startswith("weft-")
            )
            trunks = [i for i in ("eth1/1", "eth1/2") if nexus.interface(i)["mode"] == "trunk"]
        if not ours:
            nexus.write_vlan(3000, name="weft-stray")
            return "there is a VLAN weft-stray"
        vlan = how.choice(ours)
        match how.choice(("delete", "rename", "suspend", "reboot", *(["trunk", "close"] if trunks else []))):
            case "delete":
                nexus.delete_vlan(vlan)
                return f"no vlan {vlan}"
            case "rename":
                nexus.write_vlan(vlan, name=f"mine{vlan}")
                return f"VLAN {vlan} has another name"
            case "suspend":
                nexus.write_vlan(vlan, adminSt="suspend")
                return f"VLAN {vlan} is suspended"
            case "reboot":
                unplugged = set(nexus.tree.unplugged)
                with nexus.lock:
                    nexus.boot()
                    nexus.tree.unplugged |= unplugged
                    nexus.settle()
                    self.forwarders[place].follow()
                return "the switch has started anew, with nothing"
            case "trunk":
                trunk = how.choice(trunks)
                nexus.write_interface(trunk, trunkVlans=f"-{vlan}")
                return f"{trunk} does not carry VLAN {vlan}"
            case _:
                trunk = how.choice(trunks)
                nexus.write_interface(trunk, mode="access")
                return f"{trunk} is no trunk"

    def cut(self, link: int, up: bool) -> bool:
        """Pull a cable out, or put it in."""
        one, other = self._cables()[link]
        ip(f"link set e2 {'up' if up else 'down'}", at=self.forwarders[one].namespace)
        self.forwarders[one].carrier("eth1/2", up)
        self.forwarders[other].carrier("eth1/1", up)
        return True

    def outage(self, place: str, over: bool) -> bool:
        """The switch does not speak with anybody, and forwards on."""
        if over and self.nexus[place].down:
            self.nexus[place].start()
        elif not over:
            self.nexus[place].stop()
        return True

    def close(self) -> None:
        """Leave nothing behind."""
        self._wires.close()
        for nexus in self.nexus.values():
            nexus.tree.watchers.clear()
            nexus.stop()
        for namespace in self._namespaces:
            subprocess.run(["ip", "netns", "delete", namespace], check=False, capture_output=True)
        self._namespaces.clear()

    def _cables(self) -> list[tuple[str, str]]:
        return [*zip(self.places, self.places[1:], strict=False)]


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
