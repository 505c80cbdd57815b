"""A bed of Nexus without any kernel: their frames are forwarded here, as what they are configured to says.

They learn as bridges do, and forward what is for a MAC that they know to where it was heard last.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from tests.nexus.nexus import NOTHING, Carried
from tests.nexus.places import NexusPlaces
from weft.conformance.bed import Sent, apart

_TAG = b"\x81\x00"
_FOR_BRIDGES = bytes.fromhex("0180c20000")


class MemoryBed(NexusPlaces):
    """Nexus whose frames are forwarded in memory."""

    def __init__(self, room: Path, places: Sequence[str] = ("n1", "n2")) -> None:
        super().__init__(room, places)
        self._learned: dict[tuple[str, int, bytes], str] = {}  # interfaces, by place, VLAN and MAC
        self._plugged: set[tuple[str, str]] = set()
        self._far = {(a, "eth1/2"): (b, "eth1/1") for a, b in self.cables}
        self._far |= {far: near for near, far in self._far.items()}
        for link in range(len(self.cables)):
            self.cut(link, True)

    def plug(self, place: str, name: str) -> str:
        """A cable from an interface of the switch to the machine."""
        interface = super().plug(place, name)
        self._plugged.add((place, interface))
        return interface

    def unplug(self, place: str, interface: str) -> None:
        """Pull the cable out."""
        self._plugged.discard((place, interface))
        super().unplug(place, interface)

    def send(self, frames: Sequence[Sent]) -> list[list[Sent]]:
        """Forward each frame until nobody sends it on."""
        carried = {place: nexus.forwarding() for place, nexus in self.nexus.items()}
        heard: list[Sent] = []
        for frame in frames:
            way = deque([frame])
            for _ in range(1000):
                if not way:
                    break
                for out in self._forwarded(way.popleft(), carried):
                    far = self._far.get((out.place, out.interface))
                    if far is not None:
                        way.append(Sent(*far, out.frame))
                    elif (out.place, out.interface) in self._plugged:
                        heard.append(out)
        return apart(frames, heard)

    def _forwarded(self, came: Sent, carried: dict[str, dict[str, Carried]]) -> list[Sent]:
        """What a switch sends on of a frame that has come in."""
        place, interface, frame = came
        ports = carried[place]
        vlan, frame = _entered(ports.get(interface, NOTHING), frame)
        to, source = frame[:6], frame[6:12]
        if vlan is None or source[0] & 1 or (to[:5] == _FOR_BRIDGES and to[5] < 16):
            return []
        self._learned[place, vlan, source] = interface
        known = self._learned.get((place, vlan, to)) if not to[0] & 1 else None
        if known is not None and not _carries(ports.get(known, NOTHING), vlan):
            known = None
        outs = [known] if known is not None else [name for name, one in ports.items() if _carries(one, vlan)]
        return [
            Sent(place, name, frame if ports[name].untagged == vlan else frame[:12] + _tagged(vlan) + frame[12:])
            for name in outs
            if name != interface
        ]


def _entered(port: Carried, frame: bytes) -> tuple[int | None, bytes]:
    """The VLAN that a frame has entered on, and the frame without the tag. An interface on one VLAN takes no tags."""
    if frame[12:14] != _TAG:
        return port.untagged, frame
    vlan = int.from_bytes(frame[14:16], "big") & 0xFFF
    return (vlan if vlan in port.tagged else None), frame[:12] + frame[16:]


def _carries(port: Carried, vlan: int) -> bool:
    return vlan == port.untagged or vlan in port.tagged


def _tagged(vlan: int) -> bytes:
    return _TAG + vlan.to_bytes(2, "big")
