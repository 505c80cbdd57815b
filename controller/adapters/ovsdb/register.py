"""Whose databases are connected, which of them speaks for a switch, and how much memory they may take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

MOST_STRANGERS = 1024
MOST_BYTES = 256 << 20  # that all of them may hold together


class Peer(Protocol):
    """What the register needs of a connection."""

    def end(self, reason: str) -> None:
        """End it for this reason."""

    def probe(self) -> None:
        """End it, unless its database soon shows a sign of life."""


P = TypeVar("P", bound=Peer)


class Register(Generic[P]):
    """The one place that limits connections. A stranger is one that speaks for no switch of the model."""

    def __init__(self, most_strangers: int = MOST_STRANGERS, most_bytes: int = MOST_BYTES) -> None:
        self.most_strangers = most_strangers
        self.most_bytes = most_bytes
        self._strangers: dict[P, None] = {}  # in the order of arrival
        self._speaker_by_dpid: dict[int, P] = {}
        self._dpids_by_speaker: dict[P, set[int]] = {}
        self._bytes: dict[P, int] = {}  # of everybody
        self._all_bytes = 0

    def arrive(self, peer: P) -> None:
        """A connection is there. When too many are strangers, the oldest of them makes room."""
        self._bytes[peer] = 0
        self._estrange(peer)

    def is_stranger(self, peer: P) -> bool:
        """Whether it speaks for no switch of the model."""
        return peer in self._strangers

    def end_oldest(self, reason: str) -> None:
        """End the oldest stranger, if there is one."""
        oldest = next(iter(self._strangers), None)
        if oldest is not None:
            self._end(oldest, reason)

    def speak(self, peer: P, dpids: Iterable[int]) -> set[int]:
        """``speak(peer, dpids)`` returns for which of these switches of the model the peer speaks from now on.

        For the others another one speaks already. That one is probed, so that a hypervisor that has lost its old
        connection is not unheard for long. What the peer does not name, it does not speak for any more.
        """
        if peer not in self._bytes:
            return set()
        named = set(dpids)
        self._silence(peer, self._dpids_by_speaker.get(peer, set()) - named)
        speakers = {dpid: self._speaker_by_dpid.setdefault(dpid, peer) for dpid in named}
        for other in {speaker for speaker in speakers.values() if speaker is not peer}:
            other.probe()
        own = {dpid for dpid, speaker in speakers.items() if speaker is peer}
        if own:
            self._dpids_by_speaker[peer] = own
            self._strangers.pop(peer, None)
        elif not self.is_stranger(peer):
            self._estrange(peer)
        return own

    def hold(self, peer: P, amount: int) -> None:
        """It holds so many bytes now. When all hold too much, whoever holds most is ended, strangers first."""
        if peer not in self._bytes:
            return
        self._all_bytes += amount - self._bytes[peer]
        self._bytes[peer] = amount
        if self._all_bytes > self.most_bytes:
            heaviest = max(self._strangers or self._bytes, key=self._bytes.__getitem__)
            self._end(heaviest, f"all databases together hold more than {self.most_bytes} bytes, and it holds most")

    def leave(self, peer: P) -> None:
        """It is gone; others may speak for its switches. Again does nothing."""
        self._strangers.pop(peer, None)
        self._all_bytes -= self._bytes.pop(peer, 0)
        self._silence(peer, self._dpids_by_speaker.get(peer, set()))

    def _estrange(self, peer: P) -> None:
        self._strangers[peer] = None
        if len(self._strangers) > self.most_strangers:
            self.end_oldest(f"more than {self.most_strangers} databases speak for no switch of the model")

    def _silence(self, peer: P, dpids: set[int]) -> None:
        for dpid in dpids:
            del self._speaker_by_dpid[dpid]
        left = self._dpids_by_speaker.pop(peer, set()) - dpids
        if left:
            self._dpids_by_speaker[peer] = left

    def _end(self, peer: P, reason: str) -> None:
        self.leave(peer)
        peer.end(reason)
