"""Nexus in a row, as places of the conformance kit: what each bed of them has, however its frames are moved."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from tests.nexus.nexus import PASSWORD, Nexus
from weft.conformance.bed import Bed

VARIABLE = "WEFT_TEST_NEXUS_PASSWORD"
MACHINES = range(3, 33)  # the interfaces that machines are at; cables are at the first two


class NexusPlaces(Bed):
    """Emulators, cabled in a row: ``eth1/2`` of each to ``eth1/1`` of the next. No cable is in any other interface."""

    learns = True

    def __init__(self, room: Path, places: Sequence[str] = ("n1", "n2")) -> None:
        self.places = tuple(places)
        os.environ[VARIABLE] = PASSWORD
        self.cables = [*zip(self.places, self.places[1:], strict=False)]
        self.nexus: dict[str, Nexus] = {}
        self._interfaces: dict[tuple[str, str], str] = {}
        self._free = {place: iter(MACHINES) for place in places}
        for place in places:
            folder = room / place
            folder.mkdir(parents=True)
            nexus = self.nexus[place] = Nexus(folder, MACHINES.stop)
            nexus.tree.unplugged |= {f"sys/intf/phys-[eth1/{n}]" for n in range(1, MACHINES.stop + 1)}
            _shut_what_nobody_uses(nexus)
            nexus.start()

    def documents(self) -> Mapping[str, Any]:
        """All places, and the cables between them."""
        ends = {
            place: [
                *(["eth1/1"] if place in [b for _, b in self.cables] else []),
                *(["eth1/2"] if place in [a for a, _ in self.cables] else []),
            ]
            for place in self.places
        }
        return {
            "switches": [{"id": place, "plugin": "nexus", "fabric_interfaces": ends[place]} for place in self.places],
            "links": [
                {"a": {"switch": a, "interface": "eth1/2"}, "b": {"switch": b, "interface": "eth1/1"}}
                for a, b in self.cables
            ],
        }

    def settings(self) -> Mapping[str, Any]:
        """How each is reached."""
        access = {"username": "weft", "password": f"env:{VARIABLE}", "timeout": 10}
        places = {place: {"url": nexus.url, "ca": str(nexus.chain), **access} for place, nexus in self.nexus.items()}
        return {"nexus": {"places": places}}

    def carrier(self, place: str, interface: str, there: bool) -> None:
        """A cable is put in, or pulled out."""
        nexus = self.nexus[place]
        with nexus.lock:
            dn = f"sys/intf/phys-[{interface}]"
            (nexus.tree.unplugged.discard if there else nexus.tree.unplugged.add)(dn)
            nexus.settle()
        for watcher in nexus.tree.watchers:
            watcher()

    def interface_of(self, place: str, name: str) -> str:
        """The interface that the machine is at: the same one each time."""
        if (place, name) not in self._interfaces:
            self._interfaces[place, name] = f"eth1/{next(self._free[place])}"
        return self._interfaces[place, name]

    def plug(self, place: str, name: str) -> str:
        """A cable from an interface of the switch to the machine."""
        interface = self.interface_of(place, name)
        self.carrier(place, interface, True)
        return interface

    def unplug(self, place: str, interface: str) -> None:
        """Pull the cable out."""
        self.carrier(place, interface, False)

    def cut(self, link: int, up: bool) -> bool:
        """Pull a cable between switches out, or put it in."""
        one, other = self.cables[link]
        self.carrier(one, "eth1/2", up)
        self.carrier(other, "eth1/1", up)
        return True

    def outage(self, place: str, over: bool) -> bool:
        """The switch does not speak with anybody, and forwards on."""
        if over and self.nexus[place].down:
            self.nexus[place].start()
        elif not over:
            self.nexus[place].stop()
        return True

    def disturb(self, place: str, how: Random) -> str:
        """Somebody at the console changes a VLAN or a trunk of ours, or the switch starts anew."""
        nexus = self.nexus[place]
        with nexus.lock:
            named = [bd.attributes for bd in nexus.tree.of_class("l2BD") if bd.attributes["name"].startswith("weft-")]
            ours = sorted(int(one["fabEncap"].removeprefix("vlan-")) for one in named)
            trunks = [name for name in ("eth1/1", "eth1/2") if nexus.interface(name)["mode"] == "trunk"]
            if not ours:
                nexus.write_vlan(3000, name="weft-stray")
                return "there is a VLAN weft-stray"
            vlan = how.choice(ours)
            match how.choice(("delete", "rename", "suspend", "reboot", *(["take off", "close"] if trunks else []))):
                case "delete":
                    nexus.delete_vlan(vlan)
                    return f"no vlan {vlan}"
                case "rename":
                    nexus.write_vlan(vlan, name=f"mine{vlan}")
                    return f"VLAN {vlan} has another name"
                case "suspend":
                    nexus.write_vlan(vlan, adminSt="suspend")
                    return f"VLAN {vlan} is suspended"
                case "take off":
                    trunk = how.choice(trunks)
                    nexus.write_interface(trunk, trunkVlans=f"-{vlan}")
                    return f"{trunk} does not carry VLAN {vlan}"
                case "close":
                    trunk = how.choice(trunks)
                    nexus.write_interface(trunk, mode="access")
                    return f"{trunk} is no trunk"
            unplugged = set(nexus.tree.unplugged)
            nexus.boot()
            nexus.tree.unplugged |= unplugged
            _shut_what_nobody_uses(nexus)
        for watcher in nexus.tree.watchers:
            watcher()
        return "the switch has started anew, with what was saved before Weft came"

    def close(self) -> None:
        """Leave nothing behind."""
        for nexus in self.nexus.values():
            nexus.tree.watchers.clear()
            nexus.stop()


def _shut_what_nobody_uses(nexus: Nexus) -> None:
    """What whoever has set the switch up has saved: nobody is let in where nobody is expected."""
    with nexus.lock:
        for number in MACHINES:
            nexus.interface(f"eth1/{number}")["adminSt"] = "down"
        nexus.settle()
