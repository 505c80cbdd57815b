"""Sockets on interfaces in network namespaces: octets out and in as they are on the wire, tags and all."""

from __future__ import annotations

import selectors
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from weft.apps.lab.namespaces import inside
from weft.conformance.bed import Sent, apart, serial_of

_ALL_PROTOCOLS = 0x0003
_SOL_PACKET, _AUXDATA, _IGNORE_OUTGOING, _SO_RCVBUFFORCE = 263, 8, 23, 33
_ROOM = 8 << 20  # octets of frames that may wait for an ear
_AUXILIARY = struct.Struct("=IIIHHHH")
_VALID, _PROTOCOL_VALID = 1 << 4, 1 << 6  # TP_STATUS_VLAN_VALID, TP_STATUS_VLAN_TPID_VALID
_BURST = 16  # frames on the way at a time, so that no queue in between overflows
_LULL = 0.005  # seconds that each burst is given
_SILENCE = 0.08  # seconds without a frame, after which nothing more is on its way
_LIMIT = 5.0  # seconds of listening at most after the last frame was sent: in a loop they never stop


class Wires:
    """Machines' ends of cables. ``send`` of a bed can be this one's ``exchange``."""

    def __init__(self) -> None:
        self._sockets: dict[tuple[str, str], socket.socket] = {}
        self._selector = selectors.DefaultSelector()

    def open(self, place: str, interface: str, namespace: Path, end: str) -> None:
        """Listen and speak at the machine's end of a cable, whose other end is an interface of a place."""
        with inside(namespace):
            wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        wire.setsockopt(_SOL_PACKET, _AUXDATA, 1)
        wire.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
        wire.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _ROOM)
        wire.bind((end, _ALL_PROTOCOLS))
        wire.setblocking(False)
        self._sockets[place, interface] = wire
        self._selector.register(wire, selectors.EVENT_READ, (place, interface))

    def shut(self, place: str, interface: str) -> None:
        """Listen there no more."""
        wire = self._sockets.pop((place, interface), None)
        if wire is not None:
            self._selector.unregister(wire)
            wire.close()

    def close(self) -> None:
        """Shut all."""
        for place, interface in list(self._sockets):
            self.shut(place, interface)
        self._selector.close()

    def exchange(self, frames: Sequence[Sent]) -> list[list[Sent]]:
        """Send the frames, and tell apart what was heard of each."""
        return apart(frames, (one for one in self.listen(frames) if serial_of(one.frame)))

    def listen(self, frames: Sequence[Sent]) -> list[Sent]:
        """Send the frames; all that is heard until nobody says anything any more."""
        heard: list[Sent] = []
        while [*self._hear(0)]:  # what was on the way before
            pass
        for first in range(0, len(frames), _BURST):
            for place, interface, octets in frames[first : first + _BURST]:
                self._sockets[place, interface].send(octets)
            heard += self._hear(_LULL)
        end = time.monotonic() + _LIMIT
        while (more := [*self._hear(_SILENCE)]) and time.monotonic() < end:
            heard += more
        return heard

    def _hear(self, patience: float) -> Iterator[Sent]:
        for key, _ in self._selector.select(patience):
            wire = cast(socket.socket, key.fileobj)
            while True:
                try:
                    octets, told, _, _ = wire.recvmsg(65536, 64)
                except (BlockingIOError, OSError):
                    break
                place, interface = key.data
                yield Sent(place, interface, as_on_wire(octets, [auxiliary for _, _, auxiliary in told]))


def as_on_wire(octets: bytes, told: list[bytes]) -> bytes:
    """The octets with the VLAN tag that the kernel tells of beside them."""
    for auxiliary in told:
        status, _, _, _, _, tag, protocol = _AUXILIARY.unpack(auxiliary[: _AUXILIARY.size])
        if status & _VALID:
            kind = protocol if status & _PROTOCOL_VALID else 0x8100
            octets = octets[:12] + struct.pack("!HH", kind, tag) + octets[12:]
    return octets
