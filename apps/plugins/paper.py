"""A plug-in for switches on paper: of each, you write down the interfaces, and the controller the VLANs.

``s1.interfaces.json`` says which there are, and whether they have carrier: ``{"vm1": true, "uplink": true}``. To
``s1.vlans.json`` the controller adds lines such as ``["vm1", 100, "untagged"]``. Change them, and see them put right.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from weft.controller.compile.placement import seats_at, wires_at
from weft.controller.compile.view import View
from weft.controller.contracts import Unreachable
from weft.controller.model.capabilities import Capabilities

Identity = tuple[str, int]


@dataclass(frozen=True, order=True)
class Vlan:
    """An interface is in a VLAN: untagged where a VIF is, tagged where a cable leads to another switch.

    ``about`` are the ports and segments that are not ACTIVE without it. The device does not know that.
    """

    interface: str
    vlan: int
    tagging: str
    about: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def identity(self) -> Identity:
        """A switch has one line for each VLAN of an interface: two of them that differ are one, altered."""
        return self.interface, self.vlan

    def __str__(self) -> str:
        return f"{self.interface} is in VLAN {self.vlan}, {self.tagging}"


class Paper:
    """The plug-in. Whatever its capabilities leave out is refused when somebody asks for it, so nothing is ignored."""

    name = "paper"
    capabilities = Capabilities(
        transports=frozenset({"vlan"}), security=frozenset({"none"}), traits=frozenset(), learns=True
    )

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """``settings`` are what the operator's file says. What is wrong with them is told as ``field: rule``."""
        for strange in settings.keys() - {"folder"}:
            raise ValueError(f"{strange}: is not a setting; there is one, folder")
        self._folder = Path(str(settings.get("folder", "")))
        if "folder" not in settings or not self._folder.is_dir():
            raise ValueError("folder: must be a directory, with a sheet for each switch")

    def desired(self, view: View, place: str) -> Iterator[Vlan]:
        """All that the device should hold now. It reads nothing but the view, and is asked again when that changes."""
        for station in seats_at(view, place):
            for on in station.seat.places:
                yield Vlan(station.interface, on.tag, "untagged", frozenset({station.port}))
        for wire in wires_at(view, place):
            for interface in wire.interfaces:
                yield Vlan(interface, wire.segmentation_id, "tagged", frozenset({wire.segment}))

    def read_back(self, place: str) -> list[Vlan]:
        """All that the device holds, whoever put it there: what is not wanted will be dropped."""
        return [Vlan(*line) for line in self._read(place, "vlans")]

    def apply(self, place: str, puts: Sequence[Vlan], drops: Sequence[Identity]) -> dict[Identity, str]:
        """Hold these, and nothing of those identities. The answer is what the device refused, and why."""
        interfaces = self.interfaces(place)
        held = {vlan.identity: vlan for vlan in self.read_back(place)}
        for identity in drops:
            held.pop(identity, None)
        refused = {vlan.identity: "no such interface" for vlan in puts if vlan.interface not in interfaces}
        held |= {vlan.identity: vlan for vlan in puts if vlan.identity not in refused}
        lines = [[vlan.interface, vlan.vlan, vlan.tagging] for vlan in sorted(held.values())]
        (self._folder / f"{place}.new").write_text(json.dumps(lines), encoding="utf-8")
        os.replace(self._folder / f"{place}.new", self._folder / f"{place}.vlans.json")
        return refused

    def interfaces(self, place: str) -> dict[str, bool]:
        """Every interface that a VIF or a cable may be at, and whether it has carrier."""
        return dict(self._read(place, "interfaces"))

    def _read(self, place: str, what: str) -> Any:
        try:
            return json.loads((self._folder / f"{place}.{what}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Unreachable(f"its {what} cannot be read: {error}") from None
