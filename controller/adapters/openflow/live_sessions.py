"""Who is connected: live sessions by datapath id, and connections that have not finished their handshake."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar


class Peer(Protocol):
    """What the register needs of a connection."""

    address: tuple[str, int]

    def end(self, reason: str) -> None:
        """End it for this reason."""

    def probe(self) -> None:
        """End it, unless its switch soon shows a sign of life."""


P = TypeVar("P", bound=Peer)


class Sessions(Generic[P]):
    """The one place that says which connection speaks for a datapath id, and the limit of those that say nothing.

    An unfinished connection costs little, but many could use up the file descriptors: beyond the limit the oldest one
    is ended, so a real switch always finds a place.
    """

    def __init__(self, most_unfinished: int = 1024) -> None:
        self.most_unfinished = most_unfinished
        self.by_dpid: dict[int, P] = {}
        self._unfinished: dict[P, None] = {}  # in the order of arrival

    @property
    def unfinished(self) -> int:
        """How many connections have not finished their handshake."""
        return len(self._unfinished)

    def arrive(self, peer: P) -> None:
        """A connection is there; the oldest unfinished one makes room for it when there are too many."""
        self._unfinished[peer] = None
        if len(self._unfinished) > self.most_unfinished:
            self.end_oldest(f"more than {self.most_unfinished} connections had not finished their handshake")

    def end_oldest(self, reason: str) -> None:
        """End the oldest unfinished connection, if there is one."""
        oldest = next(iter(self._unfinished), None)
        if oldest is not None:
            del self._unfinished[oldest]
            oldest.end(reason)

    def claim(self, dpid: int, peer: P) -> P:
        """``claim(dpid, peer)`` returns who speaks for this datapath id from now on: the peer, or a live session.

        The live session is probed, so a switch that lost its old connection is not locked out for long.
        """
        holder = self.by_dpid.setdefault(dpid, peer)
        if holder is not peer:
            holder.probe()
        return holder

    def finish(self, peer: P) -> None:
        """The handshake of this connection is done."""
        self._unfinished.pop(peer, None)

    def leave(self, peer: P) -> None:
        """This connection is gone, and with it all that it claimed."""
        self._unfinished.pop(peer, None)
        for dpid in [dpid for dpid, holder in self.by_dpid.items() if holder is peer]:
            del self.by_dpid[dpid]
