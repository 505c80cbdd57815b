"""Requests take turns: between two of them whoever else is in the process, a switch above all, has its own."""

from __future__ import annotations

from collections import deque

import eventlet
from eventlet.event import Event


class Turns:
    """One request begins in each round of the event loop, in the order in which they came."""

    def __init__(self, most: int = 128) -> None:
        self._most = most
        self._waiting: deque[Event] = deque()
        self._giving = False

    def take(self) -> bool:
        """Wait for a turn. False at once where so many wait that this one had better come again."""
        if len(self._waiting) >= self._most:
            return False
        turn = Event()
        self._waiting.append(turn)
        if not self._giving:
            self._giving = True
            eventlet.spawn_n(self._give)
        turn.wait()
        return True

    def _give(self) -> None:
        try:
            while self._waiting:
                self._waiting.popleft().send(None)
                eventlet.sleep(0)
        finally:
            self._giving = False
