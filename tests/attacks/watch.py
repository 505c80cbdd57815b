"""A watch over a fabric while traits change: forbidden frames without a pause, and everybody's lawful traffic."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from tests.attacks.ears import Ears
from weft.conformance.octets.ethernet import BROADCAST, ethernet
from weft.topologies.fabric import Host

FORBIDDEN = b"weft:forbidden"
LAWFUL = b"weft:lawful:"
EXPERIMENT = 0x88B5
_TICK = 0.005  # seconds between two volleys of forbidden frames; everybody speaks in each other one
_TAIL = 0.3  # seconds in which what was sent last may still arrive
_HOPE = 1.5  # the same while something is missing: on a busy machine a switch may sleep for long


class Seen(NamedTuple):
    """What a watch has seen: forbidden frames that arrived, and lawful ones that did not, or not once."""

    leaked: list[str]
    lost: list[str]
    doubled: list[str]
    volleys: int
    rounds: int


class Watch:
    """Hosts of several tenants; those of one tenant hear each other, and nobody else."""

    def __init__(self, ears: Ears, hosts: Sequence[Host]) -> None:
        self._ears = ears
        self._hosts = {host.name: host for host in hosts}
        self._heard: Counter[tuple[str, str]] = Counter()
        self._expected: set[tuple[str, str]] = set()
        self._leaked: list[str] = []

    def during(
        self, change: Callable[[], None], attacker: str, forbidden: Sequence[bytes], but: frozenset[str] = frozenset()
    ) -> Seen:
        """Watch while the change is made, elsewhere, and shortly before and after.

        The attacker and those named by ``but`` are not missed when they hear nothing, nor are frames of theirs.
        """
        self._heard.clear()
        self._expected.clear()
        self._leaked.clear()
        speakers = [host for host in self._hosts.values() if host.name != attacker and host.name not in but]
        volleys, began = 0, time.monotonic()
        with ThreadPoolExecutor(1) as pool:
            done: Future[None] = pool.submit(change)
            while not done.done():
                for octets in forbidden:
                    self._ears.send(attacker, octets)
                if volleys % 2:
                    self._round(volleys, speakers)
                volleys += 1
                self._listen(began + volleys * _TICK)
            done.result()
        self._listen(time.monotonic() + _TAIL)
        end = time.monotonic() + _HOPE
        while self._expected - self._heard.keys() and time.monotonic() < end:
            self._listen(time.monotonic() + _TAIL)
        lost = sorted(f"{receiver} did not hear {text}" for receiver, text in self._expected - self._heard.keys())
        doubled = sorted(f"{name} heard {text} {n} times" for (name, text), n in self._heard.items() if n > 1)
        strangers = {attacker, *but}
        for receiver, text in self._heard.keys() - self._expected:
            if receiver not in strangers:
                self._leaked.append(f"{receiver} heard {text}, which was for others")
        return Seen(list(self._leaked), lost, doubled, volleys, volleys // 2)

    def _round(self, number: int, speakers: Sequence[Host]) -> None:
        """Everybody says something to one other, and one says something to all."""
        for host in speakers:
            peers = [peer for peer in speakers if peer.tenant == host.tenant and peer != host]
            peer = peers[number // 2 % len(peers)]
            self._say(host, peer.mac, f"{number} {host.name} to {peer.name}", [peer])
        loud = speakers[number // 2 % len(speakers)]
        peers = [peer for peer in speakers if peer.tenant == loud.tenant and peer != loud]
        self._say(loud, BROADCAST, f"{number} {loud.name} to all", peers)

    def _say(self, host: Host, destination: str, text: str, receivers: Sequence[Host]) -> None:
        said = LAWFUL + text.encode()
        self._ears.send(host.name, ethernet(destination, host.mac, EXPERIMENT, said.ljust(46, b"\0")))
        self._expected |= {(receiver.name, text) for receiver in receivers}

    def _listen(self, until: float) -> None:
        while True:
            for name, octets in self._ears.hear(max(0.0, until - time.monotonic())):
                if FORBIDDEN in octets:
                    self._leaked.append(f"{name} heard {octets.hex()}")
                _, mark, text = octets.partition(LAWFUL)
                if mark:
                    self._heard[name, text.rstrip(b"\0").decode()] += 1
            if time.monotonic() >= until:
                return
