"""Traffic between the hosts of a lab: rounds of numbered frames, and what became of each."""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from tests.system.held_lab import HeldLab
from weft.apps.lab.frames import wires

BROADCAST = "ff:ff:ff:ff:ff:ff"
ETHERTYPE = b"\x88\xb5"
MARK = b"weft test:"


class Expected(NamedTuple):
    """One frame that one host must receive: in which round it was sent, by whom, to whom."""

    round: int
    sender: str
    receiver: str
    way: str


class Outcome(NamedTuple):
    """What became of the frames: never received, received twice or more (or by their sender), received by somebody
    they were not for (with the round that they were sent in)."""

    lost: list[Expected]
    doubled: list[Expected]
    strays: list[tuple[int, str]]
    sent: int

    @property
    def clean(self) -> bool:
        """Whether everything arrived once, where it should."""
        return not (self.lost or self.doubled or self.strays)


class Hosts:
    """A socket on the wire of every host of a lab."""

    def __init__(self, lab: HeldLab, sockets: dict[str, socket.socket]) -> None:
        self.by_name = lab.hosts
        self.sockets = sockets
        self._selector = selectors.DefaultSelector()
        for name, wire in sockets.items():
            self._selector.register(wire, selectors.EVENT_READ, name)

    def peers(self, name: str) -> list[str]:
        """The other hosts of its segment."""
        segment = self.by_name[name]["segment"]
        return [other for other, host in self.by_name.items() if host["segment"] == segment and other != name]

    def send(self, sender: str, octets: bytes) -> None:
        """Put octets on the sender's wire as they are."""
        self.sockets[sender].send(octets)

    def frame(self, sender: str, destination: str, text: str) -> bytes:
        """A frame with the sender's own address."""
        return addresses(destination, self.by_name[sender]["mac"]) + ETHERTYPE + MARK + text.encode().ljust(46, b"\0")

    def hear(self, silence: float) -> Iterator[tuple[str, bytes]]:
        """All frames that arrive, with the receiver, until none has come for so many seconds."""
        while ready := self._selector.select(silence):
            for key, _ in ready:
                wire: Any = key.fileobj
                yield key.data, wire.recv(65536)

    def drain(self, silence: float = 0.2) -> None:
        """Let everything that is on its way arrive, and forget it."""
        for _ in self.hear(silence):
            pass

    def run(self, seconds: float, interval: float, events: dict[float, Callable[[], None]]) -> Outcome:
        """Rounds of traffic, one each interval: every host to one peer, and one host of each segment to all.

        ``events`` are done at their time (in seconds) between two rounds.
        """
        expected: set[Expected] = set()
        arrived: Counter[Expected] = Counter()
        strays: list[tuple[int, str]] = []
        names = sorted(self.by_name)
        pending = sorted(events.items(), key=lambda item: item[0])
        began, number = time.monotonic(), 0
        while (now := time.monotonic() - began) < seconds:
            while pending and pending[0][0] <= now:
                pending.pop(0)[1]()
            for sender in names:
                peers = self.peers(sender)
                receiver = peers[number % len(peers)]
                self.send(sender, self.frame(sender, self.by_name[receiver]["mac"], f"{number} {sender} {receiver}"))
                expected.add(Expected(number, sender, receiver, "unicast"))
            speaker = names[number % len(names)]
            self.send(speaker, self.frame(speaker, BROADCAST, f"{number} {speaker} *"))
            expected |= {Expected(number, speaker, peer, "broadcast") for peer in self.peers(speaker)}
            number += 1
            self._collect(max(0.0, began + number * interval - time.monotonic()), arrived, strays)
        self._collect(0.5, arrived, strays)
        lost = sorted(expected - arrived.keys())
        strays += [
            (e.round, f"{e} was not for that receiver") for e in arrived if e not in expected and e.sender != e.receiver
        ]
        doubled = sorted(e for e, times in arrived.items() if times > (e.sender != e.receiver))
        return Outcome(lost, doubled, strays, len(expected))

    def _collect(self, seconds: float, arrived: Counter[Expected], strays: list[tuple[int, str]]) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                wire: Any = key.fileobj
                self._note(key.data, wire.recv(65536), arrived, strays)

    def _note(self, receiver: str, octets: bytes, arrived: Counter[Expected], strays: list[tuple[int, str]]) -> None:
        header, mark, text = octets.partition(MARK)
        if not mark:
            return
        number, sender, to = text.rstrip(b"\0").decode().split()
        if len(header) != 14 or self.by_name[sender]["segment"] != self.by_name[receiver]["segment"]:
            strays.append((int(number), f"{receiver} received {octets.hex()} from {sender}"))
        arrived[Expected(int(number), sender, receiver, "broadcast" if to == "*" else "unicast")] += 1


def addresses(destination: str, source: str) -> bytes:
    """The first twelve octets of a frame."""
    return bytes.fromhex((destination + source).replace(":", ""))


@contextmanager
def hosts_of(lab: HeldLab) -> Iterator[Hosts]:
    """The hosts of a lab, with a socket each."""
    with wires({name: (host["pid"], host["interface"]) for name, host in lab.hosts.items()}) as sockets:
        hosts = Hosts(lab, sockets)
        hosts.drain()
        yield hosts
