"""A siege of a real fabric: frames by the thousand, in bursts that no queue drops, and ears on all wires at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from tests.attacks.ears import Ears
from tests.attacks.tally import Tally
from weft.conformance.families.attempt import MARK, Attempt
from weft.conformance.machine.hearing import Verdict, judge
from weft.conformance.machine.society import Society, Station

_BURST = 24  # attempts on the way at a time
_LULL = 0.25  # seconds without a frame, after which the rest of a burst counts as lost
_BREATH = 0.002  # seconds that a burst is given that nobody must hear
_SILENCE = 0.1  # seconds without a frame, after which nothing more is on its way
_HOPE = 1.5  # the same while something is missing: on a busy machine a switch may sleep for long
_LIMIT = 10.0  # seconds of listening at most after the last frame was sent: in a loop they never stop


class Siege:
    """Attempts of one station after the other, and what became of each."""

    def __init__(self, ears: Ears, there: Society, tally: Tally) -> None:
        self._ears = ears
        self._there = there
        self._tally = tally

    def lay(self, sender: Station, tries: Iterable[Attempt]) -> None:
        """Send all attempts of a station, and note what became of them. No two may be alike."""
        self._sent: dict[bytes, tuple[Attempt, Verdict]] = {}
        self._heard: dict[bytes, Counter[tuple[str, bytes]]] = {}
        self._expected: dict[tuple[str, bytes], bytes] = {}
        rest = iter(tries)
        while burst := list(islice(rest, _BURST)):
            left = sum(self._announce(sender, attempt) for attempt in burst)
            for attempt in burst:
                self._ears.send(sender.name, attempt.octets)
            patience = _LULL if left else _BREATH
            while left > 0 and (came := self._listen(patience)) is not None:
                left -= came
        end = time.monotonic() + _LIMIT
        while self._listen(_SILENCE if self._complete else _HOPE) is not None and time.monotonic() < end:
            pass
        for octets, (attempt, verdict) in self._sent.items():
            self._tally.note(sender, attempt, verdict, self._heard[octets])

    @property
    def _complete(self) -> bool:
        """Whether all that must be heard was heard."""
        return all(verdict.must.items() <= self._heard[octets].keys() for octets, (_, verdict) in self._sent.items())

    def _announce(self, sender: Station, attempt: Attempt) -> int:
        """Put down what will be sent; how many hosts must hear it."""
        verdict = judge(self._there, sender, attempt.octets)
        assert attempt.octets not in self._sent, f"{attempt.name} is sent twice"
        self._sent[attempt.octets] = attempt, verdict
        self._heard[attempt.octets] = Counter()
        for arrival in (*verdict.must.items(), *verdict.may.items()):
            self._expected[arrival] = attempt.octets
        return len(verdict.must)

    def _listen(self, patience: float) -> int | None:
        """Put down what has come, and return how much of it was ours; None when nothing came in that time."""
        ours, silent = 0, True
        for name, octets in self._ears.hear(patience):
            silent = False
            whose = self._expected.get((name, octets)) or (octets if octets in self._sent else None)
            if whose is not None:
                self._heard[whose][name, octets] += 1
                ours += 1
            elif MARK in octets:
                self._tally.strays.append(f"{name} heard what nobody has sent: {octets.hex()}")
        return None if silent else ours
