"""Ears on every host's wire, and mouths: octets as they were on the wire, with the tags that the kernel takes off."""

from __future__ import annotations

import selectors
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from tests.system.held_lab import HeldLab
from weft.apps.lab.frames import wires

_SO_RCVBUFFORCE = 33
_ROOM = 16 << 20  # octets of frames that may wait for an ear
_AUXILIARY = struct.Struct("=IIIHHHH")
_VALID, _PROTOCOL_VALID = 1 << 4, 1 << 6  # TP_STATUS_VLAN_VALID, TP_STATUS_VLAN_TPID_VALID


class Ears:
    """A socket on the wire of each host."""

    def __init__(self, sockets: dict[str, socket.socket]) -> None:
        self._sockets = sockets
        self._selector = selectors.DefaultSelector()
        for name, wire in sockets.items():
            wire.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _ROOM)
            self._selector.register(wire, selectors.EVENT_READ, name)

    def send(self, sender: str, octets: bytes) -> None:
        """Put octets on a host's wire as they are. Raises ``OSError`` for more than its MTU."""
        self._sockets[sender].send(octets)

    def hear(self, patience: float) -> Iterator[tuple[str, bytes]]:
        """What has arrived, with the host that it arrived at; waits so many seconds for the first of it."""
        for key, _ in self._selector.select(patience):
            wire = cast(socket.socket, key.fileobj)
            while True:
                try:
                    octets, told, _, _ = wire.recvmsg(65536, 64)
                except BlockingIOError:
                    break
                yield key.data, as_on_wire(octets, [auxiliary for _, _, auxiliary in told])


def as_on_wire(octets: bytes, told: list[bytes]) -> bytes:
    """The octets with the VLAN tag that the kernel tells of beside them."""
    for auxiliary in told:
        status, _, _, _, _, tag, protocol = _AUXILIARY.unpack(auxiliary[: _AUXILIARY.size])
        if status & _VALID:
            kind = protocol if status & _PROTOCOL_VALID else 0x8100
            octets = octets[:12] + struct.pack("!HH", kind, tag) + octets[12:]
    return octets


@contextmanager
def ears_of(lab: HeldLab) -> Iterator[Ears]:
    """Ears on all hosts, who say nothing themselves any more: their kernels would answer what they hear."""
    for host in lab.hosts.values():
        within = ("nsenter", "-t", str(host["pid"]), "-n")
        quiet = f"ip addr flush dev {host['interface']}; echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6"
        subprocess.run([*within, "sh", "-c", quiet], check=True)
    with wires({name: (host["pid"], host["interface"]) for name, host in lab.hosts.items()}) as sockets:
        ears = Ears(sockets)
        while list(ears.hear(0.3)):
            pass
        yield ears
