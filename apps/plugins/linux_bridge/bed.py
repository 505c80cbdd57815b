"""Bridges to try the plug-in on: one in a network namespace for each place, cables between them, machines on a side.

All of it is made of network namespaces, and is gone with them. Needs root and bridges that know VLANs.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from weft.apps.lab.namespaces import inside
from weft.apps.plugins.linux_bridge.device import Device, Place
from weft.apps.plugins.linux_bridge.items import BARE, Rules, Vlan
from weft.conformance.bed import Bed, Sent
from weft.conformance.wires import Wires

BRIDGE = "weft0"
_numbers = count(1)


class LinuxBridges(Bed):
    """Places in a row, each cabled to the next."""

    plain = True
    look = 6.0  # seconds; a controller looks at interfaces every 5, and what is gone for less is repaired only then

    def __init__(self, room: Path, places: Sequence[str] = ("h1", "h2", "h3")) -> None:
        del room
        self.places = tuple(places)
        self._name = f"weft-{os.getpid()}-{next(_numbers)}"
        self._machines = f"{self._name}-machines"
        self.wires = Wires()
        self._made: list[str] = []
        try:
            for namespace in (self._machines, *map(self.namespace, places)):
                _ip("netns", "add", namespace)
                self._made.append(namespace)
            for place in places:
                self.do(place, f"link add {BRIDGE} type bridge", f"link set {BRIDGE} up")
            for one, other in self._cables():
                far = f"peer name to-{one} netns {self.namespace(other)}"
                self.do(one, f"link add to-{other} type veth {far}", *_joined(f"to-{other}"))
                self.do(other, *_joined(f"to-{one}"))
        except BaseException:
            self.close()
            raise

    def namespace(self, place: str) -> str:
        """The network namespace that the place's bridge is in."""
        return f"{self._name}-{place}"

    def documents(self) -> Mapping[str, Any]:
        """All places, and the cables between them."""
        cables = self._cables()
        ends = {
            p: sorted({f"to-{b}" for a, b in cables if a == p} | {f"to-{a}" for a, b in cables if b == p})
            for p in self.places
        }
        return {
            "switches": [{"id": p, "plugin": "linux-bridge", "fabric_interfaces": ends[p]} for p in self.places],
            "links": [
                {"a": {"switch": a, "interface": f"to-{b}"}, "b": {"switch": b, "interface": f"to-{a}"}}
                for a, b in cables
            ],
        }

    def settings(self) -> Mapping[str, Any]:
        """Where the places are."""
        places = {place: {"bridge": BRIDGE, "namespace": self.namespace(place)} for place in self.places}
        return {"linux-bridge": {"places": places}}

    def plug(self, place: str, name: str) -> str:
        """An interface at the place's bridge, whose other end is the machine's."""
        interface = f"{place}{name}"
        self.do(
            place, f"link add {interface} type veth peer name {interface} netns {self._machines}", *_joined(interface)
        )
        _ip("-n", self._machines, "-batch", "-", script=_quiet(interface))
        self.wires.open(place, interface, Path("/run/netns", self._machines), interface)
        return interface

    def unplug(self, place: str, interface: str) -> None:
        """Take the interface away, and the machine's end with it."""
        self.wires.shut(place, interface)
        self.do(place, f"link delete {interface}")
        time.sleep(self.look)

    def send(self, frames: Sequence[Sent]) -> list[list[Sent]]:
        """Send the frames from the machines."""
        return self.wires.exchange(frames)

    def disturb(self, place: str, how: Random) -> str:
        """Take away a VLAN or the rules of an interface, flush the table, or let interfaces learn."""
        device = self.device(place)
        items = device.read_back()
        rules = [item for item in items if isinstance(item, Rules)]
        vlans = [item for item in items if isinstance(item, Vlan)]
        ways = [
            "learning",
            *(["rules", "chain", "flush"] if rules else []),
            *(["vlan", "another vlan"] if vlans else []),
        ]
        match how.choice(ways):
            case "rules":
                device.apply([], [how.choice(rules).identity])
                return "the rules of an interface are gone"
            case "chain":
                name, _ = how.choice(how.choice(rules).chains)
                self.run(place, f"nft insert rule bridge weft_{BRIDGE} {name} accept")
                return f"{name} accepts everything"
            case "flush":
                self.run(place, f"nft delete table bridge weft_{BRIDGE}")
                return "the table is gone"
            case "vlan":
                gone = how.choice(vlans)
                device.apply([], [gone.identity])
                return f"{gone.interface} is not in VLAN {gone.vid}"
            case "another vlan":
                vlan = how.choice(vlans)._replace(vid=how.choice(vlans).vid, flags=BARE)
                device.apply([vlan], [])
                return f"{vlan.interface} is in VLAN {vlan.vid}"
            case _:
                interface = how.choice(sorted(device.interfaces()))
                self.do(place, f"link set {interface} type bridge_slave learning on flood off")
                return f"{interface} learns, and is not flooded"

    def cut(self, link: int, up: bool) -> bool:
        """A cable without carrier, or with it."""
        one, other = self._cables()[link]
        self.do(one, f"link set to-{other} {'up' if up else 'down'}")
        return True

    def close(self) -> None:
        """Leave nothing behind."""
        self.wires.close()
        while self._made:
            _ip("netns", "delete", self._made.pop())

    def device(self, place: str) -> Device:
        """The place's bridge, as somebody else than the controller."""
        return Device(Place(BRIDGE, self.namespace(place)))

    def do(self, place: str, *lines: str) -> None:
        """Lines for ``ip`` in the place's namespace."""
        _ip("-n", self.namespace(place), "-batch", "-", script="\n".join(lines))

    def run(self, place: str, command: str) -> None:
        """A command in the place's namespace."""
        with inside(Path("/run/netns", self.namespace(place))):
            subprocess.run(shlex.split(command), check=True, capture_output=True)

    def _cables(self) -> list[tuple[str, str]]:
        return [*zip(self.places, self.places[1:], strict=False)]


def _joined(interface: str) -> tuple[str, ...]:
    return (*_quiet(interface).splitlines(), f"link set {interface} master {BRIDGE}")


def _quiet(interface: str) -> str:
    """An interface that is up and says nothing of its own."""
    return f"link set {interface} addrgenmode none\nlink set {interface} up"


def _ip(*arguments: str, script: str | None = None) -> None:
    subprocess.run(["ip", *arguments], input=script, text=True, check=True, capture_output=True)
