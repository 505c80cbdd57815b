"""What one simulated switch has counted: frames and octets of its ports, entries and meters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from weft.controller.contracts import Count, Question, Reading, Traffic
from weft.controller.flow.decode import fields_of
from weft.controller.flow.entry import Identity
from weft.controller.flow.meter import METERS
from weft.controller.flow.simulate import Event, Left, Looked, Metered

_NOTHING = Count(0, 0)


class Tally:
    """Counts what happens to frames, from when the switch was first told anything."""

    def __init__(self) -> None:
        self._received: dict[int, Count] = defaultdict(lambda: _NOTHING)
        self._sent: dict[int, Count] = defaultdict(lambda: _NOTHING)
        self._matched: dict[Identity, Count] = defaultdict(lambda: _NOTHING)
        self._metered: dict[int, Count] = defaultdict(lambda: _NOTHING)

    def note(self, in_port: int, octets: int, events: Iterable[Event]) -> None:
        """A frame of so many octets has come in by that port, and this has happened to it."""
        self._received[in_port] = _more(self._received[in_port], octets)
        for event in events:
            match event:
                case Looked(_, entry) if entry is not None:
                    self._matched[entry.identity] = _more(self._matched[entry.identity], octets)
                case Left(ofport, _, leaving):
                    self._sent[ofport] = _more(self._sent[ofport], len(leaving))
                case Metered(meter):
                    self._metered[meter] = _more(self._metered[meter], octets)

    def forget(self, identity: Identity) -> None:
        """The entry is gone, and its counter with it."""
        self._matched.pop(identity, None)
        if identity.table == METERS:
            self._metered.pop(int.from_bytes(identity.match, "big"), None)

    def reading(self, question: Question) -> Reading:
        """What a switch answers to that."""
        ports = {ofport: Traffic(self._received[ofport], self._sent[ofport]) for ofport in question.ofports}
        entries = [
            (identity.table, identity.match, count)
            for identity, count in self._matched.items()
            if any(identity.table == table and _says(identity.match, match) for table, match in question.entries)
        ]
        asked = self._metered.keys() if question.meters is None else self._metered.keys() & set(question.meters)
        return Reading(ports, entries, {meter: self._metered[meter] for meter in asked})


def _more(count: Count, octets: int) -> Count:
    return Count(count.frames + 1, count.octets + octets)


def _says(match: bytes, least: bytes) -> bool:
    """Whether an entry that matches ``match`` matches nothing that ``least`` does not."""
    said = {field.name: (value, field.all_bits if mask is None else mask) for field, value, mask in fields_of(match)}
    for field, value, mask in fields_of(least):
        wanted = field.all_bits if mask is None else mask
        found, covered = said.get(field.name, (0, 0))
        if covered & wanted != wanted or found & wanted != value:
            return False
    return True
