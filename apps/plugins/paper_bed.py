"""A bed of switches on paper, so that the conformance kit can be run on them: they forward as what is written says.

It is what a plug-in's author writes besides: where the machines are, and what becomes of a frame. Here that is thirty
lines; whoever has a device plugs machines into it instead (``weft.conformance.wires``).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from weft.conformance.bed import Bed, Sent
from weft.controller.model.capabilities import OPENVSWITCH

PLUGIN = "paper"
CABLES = (("s1", "c12", "s2", "c21"), ("s2", "c23", "s3", "c32"))
ENDS = {(a, one): (b, other) for x, y, z, w in CABLES for a, one, b, other in ((x, y, z, w), (z, w, x, y))}
RESERVED = (b"\x01\x80\xc2\x00\x00", b"\x01\x00\x0c\xcc", b"\x01\x00\x0c\xcd")  # what switches say to each other
TYPES = (0x8100, 0x88A8, 0x9100, 0x9200, 0x9300, 0x8808, 0x8809, 0x888E, 0x88CC)  # with tags, or between neighbours


class PaperBed(Bed):
    """Three switches in a row. Nothing of them is real, and it needs no rights."""

    places: Sequence[str] = ("s1", "s2", "s3")
    learns = True

    def __init__(self, directory: Path) -> None:
        self._folder = directory / "sheets"
        self._folder.mkdir()
        self._learnt: dict[tuple[str, int, bytes], str] = {}  # by place, VLAN and MAC: the interface
        for place in self.places:
            self._write(place, "interfaces", {interface: True for at, interface in ENDS if at == place})
            self._write(place, "vlans", [])

    def documents(self) -> Mapping[str, Any]:
        """The switches and their cables."""
        fabric = {place: [interface for at, interface in ENDS if at == place] for place in self.places}
        return {
            "switches": [{"id": place, "plugin": PLUGIN, "fabric_interfaces": fabric[place]} for place in self.places],
            "links": [
                {"a": {"switch": a, "interface": one}, "b": {"switch": b, "interface": other}}
                for a, one, b, other in CABLES
            ],
        }

    def settings(self) -> Mapping[str, Any]:
        """The plug-in alone, so that what it cannot honour is refused at creation."""
        return {PLUGIN: {"folder": str(self._folder)}, OPENVSWITCH: "off"}

    def plug(self, place: str, name: str) -> str:
        """One more interface."""
        self._write(place, "interfaces", self._read(place, "interfaces") | {name: True})
        return name

    def unplug(self, place: str, interface: str) -> None:
        """One less. What was learnt of it is forgotten with it."""
        self._write(place, "interfaces", {n: up for n, up in self._read(place, "interfaces").items() if n != interface})
        self._learnt = {known: at for known, at in self._learnt.items() if (known[0], at) != (place, interface)}

    def send(self, frames: Sequence[Sent]) -> list[list[Sent]]:
        """One after the other, through the switches as they are written down now."""
        sheets = {place: (self._read(place, "interfaces"), self._read(place, "vlans")) for place in self.places}
        return [list(self._walk(sheets, *sent)) for sent in frames]

    def _walk(self, sheets: Mapping[str, Any], place: str, interface: str, frame: bytes) -> Iterator[Sent]:
        """Where a frame comes out that comes in there, untagged."""
        nobody = frame[6] & 1 or not any(frame[6:12])  # a group, or none
        if nobody or frame.startswith(RESERVED) or int.from_bytes(frame[12:14]) in TYPES:
            return
        for at, vlan, tagging in sheets[place][1]:
            if (at, tagging) == (interface, "untagged"):
                yield from self._forward(sheets, place, interface, vlan, frame)

    def _forward(self, sheets: Mapping[str, Any], place: str, came: str, vlan: int, frame: bytes) -> Iterator[Sent]:
        interfaces, lines = sheets[place]
        members: dict[str, str] = {interface: tagging for interface, number, tagging in lines if number == vlan}
        if not interfaces.get(came) or came not in members:
            return
        self._learnt[place, vlan, frame[6:12]] = came
        known = self._learnt.get((place, vlan, frame[:6])) if not frame[0] & 1 else None
        for out in [known] if known is not None and known in members else [*members]:
            if out == came or not interfaces.get(out):
                continue
            if members[out] == "untagged":
                yield Sent(place, out, frame)
            elif (place, out) in ENDS:
                far, arrives = ENDS[place, out]
                yield from self._forward(sheets, far, arrives, vlan, frame)

    def disturb(self, place: str, how: Random) -> str:
        """Lines are crossed out, changed, or added by hand."""
        lines = self._read(place, "vlans")
        what = how.choice(("crossed out", "changed", "added"))
        if lines and what == "crossed out":
            lines.pop(how.randrange(len(lines)))
        elif lines and what == "changed":
            lines[how.randrange(len(lines))][2] = how.choice(("tagged", "untagged"))
        else:
            lines.append([how.choice(sorted(self._read(place, "interfaces"))), how.randrange(1, 4095), "untagged"])
        self._write(place, "vlans", lines)
        return f"a line is {what}"

    def cut(self, link: int, up: bool) -> bool:
        """Take the carrier off a cable, or put it back."""
        a, one, b, other = CABLES[link]
        for place, interface in ((a, one), (b, other)):
            self._write(place, "interfaces", self._read(place, "interfaces") | {interface: up})
        return True

    def outage(self, place: str, over: bool) -> bool:
        """Take the sheet of interfaces away, or put it back."""
        here, away = self._folder / f"{place}.interfaces.json", self._folder / f"{place}.away"
        if over and away.exists():
            away.rename(here)
        elif not over:
            here.rename(away)
        return True

    def close(self) -> None:
        """The folder is the kit's."""

    def _read(self, place: str, what: str) -> Any:
        away = self._folder / f"{place}.away"
        sheet = self._folder / f"{place}.{what}.json"
        return json.loads((sheet if sheet.exists() or what != "interfaces" else away).read_text(encoding="utf-8"))

    def _write(self, place: str, what: str, said: Any) -> None:
        """At once: the plug-in may be reading it."""
        sheet = self._folder / f"{place}.{what}.json"
        if what == "interfaces" and (self._folder / f"{place}.away").exists():
            sheet = self._folder / f"{place}.away"
        written = self._folder / f"{place}.{what}.kit"
        written.write_text(json.dumps(said), encoding="utf-8")
        os.replace(written, sheet)
