"""The meters of one simulated switch: token buckets, filled by a clock."""

from __future__ import annotations

from collections.abc import Callable

from weft.controller.flow.entry import Entry
from weft.controller.flow.meter import MeterWish, wish_of

KILO = 1000
OCTET = 8  # bits


class Meters:
    """Lets as much pass as each meter allows. ``clock`` tells seconds, and never goes backwards."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._wishes: dict[int, MeterWish] = {}
        self._buckets: dict[int, tuple[float, float]] = {}  # what may pass yet, and when that was so

    def put(self, entry: Entry) -> None:
        """Have the meter of this entry, with a full bucket. What nobody can have wished for limits nothing."""
        id, wish = int.from_bytes(entry.match, "big"), wish_of(entry)
        self.drop(id)
        if wish is not None:
            self._wishes[id] = wish

    def drop(self, id: int) -> None:
        """Have the meter of that id no longer."""
        self._wishes.pop(id, None)
        self._buckets.pop(id, None)

    def passes(self, id: int, octets: int) -> bool:
        """Whether a frame of so many octets passes the meter now. What there is no meter for passes."""
        wish = self._wishes.get(id)
        if wish is None:
            return True
        scale, cost = (KILO, octets * OCTET) if wish.unit == "kbit/s" else (1, 1)
        now = self._clock()
        left, then = self._buckets.get(id, (wish.burst * scale, now))
        left = min(wish.burst * scale, left + (now - then) * wish.rate * scale)
        enough = left >= cost
        self._buckets[id] = (left - cost if enough else left, now)
        return enough
