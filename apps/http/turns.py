"""Requests take turns: between two of them whoever else is in the process, a switch above all, has its own."""

from __future__ import annotations

from collections import deque

import eventlet
from eventlet.event import Event


class Turns:
    """One request begins in each round of the event loop, in the order in which they came."""

    def __init__(self) -> None:
        self._waiting: deque[Event] = deque()
        self._giving = False

    def take(self) -> None:
        """Return when it is this one's turn."""
        if self._giving:
            turn = Event()
            self._waiting.append(turn)
            turn.wait()
        else:  # nobody else waits: the next round is this one's
            self._giving = True
            eventlet.spawn_n(self._give)
            eventlet.sleep(0)

    def _give(self) -> None:
        try:
            while self._waiting:
                self._waiting.popleft().send(None)
                eventlet.sleep(0)
        finally:
            self._giving = False
