"""How much one may ask: a bucket for each name, which fills at a steady rate."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from weft.apps.identity.identity import Busy, Identify, Identity, Presented, Unidentified

MOST_NAMES = 10_000


class Buckets:
    """So many a second for each name, and twice as many at once. The names longest unheard of are forgotten."""

    def __init__(self, rate: float, now: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._most = max(1.0, 2 * rate)
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is left, and when it was counted

    def take(self, name: str) -> float:
        """``take(name)`` takes one, and returns 0; or how many seconds it is until there is one."""
        left = self._left(name)
        self._buckets[name] = (left - 1 if left >= 1 else left, self._now())
        self._buckets.move_to_end(name)
        if len(self._buckets) > MOST_NAMES:
            self._buckets.popitem(last=False)
        return 0.0 if left >= 1 else (1 - left) / self._rate

    def wait(self, name: str) -> float:
        """How many seconds it is until there is one; none is taken."""
        return max(0.0, 1 - self._left(name)) / self._rate

    def _left(self, name: str) -> float:
        left, counted = self._buckets.get(name, (self._most, 0.0))
        return min(self._most, left + (self._now() - counted) * self._rate)


class Limited:
    """An ``Identify`` that counts: what one credential asks, and how often one address brings what nobody knows."""

    def __init__(self, identify: Identify, requests: Buckets, failures: Buckets) -> None:
        self._identify = identify
        self._requests = requests
        self._failures = failures

    def __call__(self, presented: Presented) -> Identity:
        """Who asks. Raises ``Busy`` where that is too often."""
        try:
            found = self._identify(presented)
        except Unidentified:
            if seconds := self._failures.take(presented.peer):
                raise Busy("too many requests from this address bring no valid token", seconds) from None
            raise
        if seconds := self._requests.take(found.credential):
            raise Busy("too many requests; slow down", seconds)
        return found
