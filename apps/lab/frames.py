"""Real frames between hosts: sent on the wire of one, counted where they arrive.

A packet socket stays in the network namespace that it was made in. So one process can hold a socket in every host, send
from each and listen on all of them at once, without starting anything inside the hosts.
"""

from __future__ import annotations

import selectors
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import NamedTuple, cast

from weft.apps.lab.namespaces import inside, of_process

ETHERTYPE = 0x88B5  # for local experiments (IEEE 802, 9.2.3)
_OURS = ETHERTYPE.to_bytes(2, "big") + b"weft lab:"
_LONGEST = 1514  # octets of a frame without a tag; all are so long, because a tag on the way must not be too much
_BURST = 16  # frames on the way at a time, so that no queue in between overflows
_LULL = 0.05  # seconds without a frame, after which the rest of a burst counts as lost
_SILENCE = 0.3  # seconds without a frame, after which nothing more is on its way
_LIMIT = 10.0  # seconds of listening at most after the last frame was sent: in a loop they never stop

_ALL_PROTOCOLS = 0x0003  # packet(7); before a protocol gets a frame, the kernel has forgotten its VLAN tag
_SOL_PACKET, _AUXDATA, _IGNORE_OUTGOING = 263, 8, 23
_AUXILIARY = struct.Struct("=IIIHHHH")
_VLAN_VALID = 1 << 4


class Frame(NamedTuple):
    """A frame to send: from which host, to which address, with which text in it, and how many hosts should get it."""

    sender: str
    source: str
    destination: str
    text: str
    receivers: int

    @property
    def octets(self) -> bytes:
        """The frame as it goes on the wire."""
        addresses = bytes.fromhex((self.destination + self.source).replace(":", ""))
        return (addresses + _OURS + self.text.encode()).ljust(_LONGEST, b"\0")


class Arrival(NamedTuple):
    """Who received a frame with which text, and whether it still had a VLAN tag."""

    receiver: str
    text: str
    tagged: bool


@contextmanager
def wires(hosts: Mapping[str, tuple[int, str]]) -> Iterator[dict[str, socket.socket]]:
    """A socket on the interface of each host, given as (pid, interface) by name. They hear all, whoever it is for."""
    with ExitStack() as stack:
        sockets = {}
        for name, (pid, interface) in hosts.items():
            with inside(of_process(pid)):
                wire = stack.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
            wire.setsockopt(_SOL_PACKET, _AUXDATA, 1)
            wire.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
            wire.bind((interface, _ALL_PROTOCOLS))
            wire.setblocking(False)
            sockets[name] = wire
        yield sockets


def exchange(sockets: Mapping[str, socket.socket], frames: Iterable[Frame]) -> Counter[Arrival]:
    """Send the frames, and count those that arrive until no more do."""
    arrivals: Counter[Arrival] = Counter()
    expected = 0
    rest = iter(frames)
    with selectors.DefaultSelector() as selector:
        for name, wire in sockets.items():
            selector.register(wire, selectors.EVENT_READ, name)
        while burst := list(islice(rest, _BURST)):
            for frame in burst:
                sockets[frame.sender].send(frame.octets)
                expected += frame.receivers
            while arrivals.total() < expected and _receive(selector, arrivals, _LULL):
                pass
        end = time.monotonic() + _LIMIT
        while _receive(selector, arrivals, _SILENCE) and time.monotonic() < end:
            pass
    return arrivals


def _receive(selector: selectors.BaseSelector, arrivals: Counter[Arrival], patience: float) -> bool:
    """Count what is there, or comes within so many seconds. False when nothing came."""
    ready = selector.select(patience)
    for key, _ in ready:
        octets, told, _, _ = cast(socket.socket, key.fileobj).recvmsg(65536, 64)
        header, ours, text = octets.partition(_OURS)
        if ours:
            tagged = len(header) > 12 or any(_has_tag(auxdata) for _, _, auxdata in told)
            arrivals[Arrival(key.data, text.rstrip(b"\0").decode(errors="replace"), tagged)] += 1
    return bool(ready)


def _has_tag(auxdata: bytes) -> bool:
    """Whether the kernel took a VLAN tag out of the frame, which it tells of beside the frame."""
    return bool(_AUXILIARY.unpack(auxdata[: _AUXILIARY.size])[0] & _VLAN_VALID)
