"""Who works when: the event loop is shared with every switch's session, so OVSDB has its turns and no more."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

import eventlet
from eventlet.semaphore import Semaphore

SLICE = 0.005  # seconds of work after which the others get theirs


class Turns:
    """One at a time works, in the order of asking. After each slice it rests for as long as the slice took.

    So however many databases talk, and however much, half of the event loop's time is left, and nobody else waits for
    longer than one slice.
    """

    def __init__(self) -> None:
        self._one = Semaphore(1)

    def work(self, steps: Iterator[None]) -> None:
        """Do all the steps. Nobody else has a turn until they are done."""
        with self._one:
            while self._slice(steps):
                pass

    def share(self, steps: Iterator[None]) -> None:
        """Do all the steps. Between two slices others have a turn."""
        more = True
        while more:
            with self._one:
                more = self._slice(steps)

    def _slice(self, steps: Iterator[None]) -> bool:
        """Work and rest. Whether there may be more to do."""
        began = monotonic()
        more = False
        for _ in steps:
            if monotonic() - began >= SLICE:
                more = True
                break
        eventlet.sleep(monotonic() - began)
        return more
