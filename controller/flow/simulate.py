"""What a switch does with a frame, in pure Python: the meaning of its entries, without a switch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from weft.controller.flow.actions import TO_IN_PORT, Action, Apart, Drop, Goto, Meter, Output, Resubmit
from weft.controller.flow.decode import Unknown, actions_of, reason_of
from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.frame import Frame
from weft.controller.flow.headers import seen
from weft.controller.flow.lookup import FlowTable
from weft.controller.flow.meter import METERS
from weft.controller.flow.octets import read
from weft.controller.flow.passage import RESUBMITS, Passage
from weft.controller.pipeline.schema import Pipeline, Register


class Looked(NamedTuple):
    """A frame was looked up in a table, and this entry matched, or none."""

    table: int
    entry: Entry | None


class Left(NamedTuple):
    """A frame has left by an OpenFlow port; its octets are there where it came in as octets."""

    ofport: int
    frame: Frame
    octets: bytes = b""


class Metered(NamedTuple):
    """A frame, or a copy of it, has died in a meter, because too many have come before it."""

    meter: int


class Dropped(NamedTuple):
    """A frame has died in a table, for a reason by its whole name; it is empty where no entry of the table matched.

    ``told`` is what the registers that the drop table matches held, by name: the reason, and whose it is. ``entry`` is
    the one that counts it.
    """

    reason: str
    table: str
    told: Mapping[str, int]
    entry: Entry | None


Event = Looked | Left | Metered | Dropped


class _Exceeded(Exception):
    """What a meter says of a frame: it goes no further."""


class SimulatedSwitch:
    """The tables of one switch.

    ``passes_meter`` says whether a frame of so many octets passes the meter of that id. Without it all do: there is no
    clock here.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        pipeline: Pipeline,
        passes_meter: Callable[[int, int], bool] = lambda meter, octets: True,
    ) -> None:
        self._pipeline = pipeline
        self._passes_meter = passes_meter
        self._told = [m for m in pipeline.drop.matches if isinstance(m, Register)] if pipeline.drop else []
        self._entries: dict[Identity, Entry] = {}
        self._tables: dict[int, FlowTable] = {}
        self._actions: dict[bytes, list[Action | Unknown]] = {}  # by the instructions that say them, once asked for
        for entry in entries:
            self.put(entry)

    @property
    def entries(self) -> Mapping[Identity, Entry]:
        """All that it holds, meters too."""
        return self._entries

    def put(self, entry: Entry) -> None:
        """Hold the entry, in the place of the one that is the same to a switch."""
        self._entries[entry.identity] = entry
        if entry.table != METERS:
            self._tables.setdefault(entry.table, FlowTable()).put(entry)

    def drop(self, identity: Identity) -> None:
        """Hold that entry no longer, where it was held."""
        entry = self._entries.pop(identity, None)
        if entry is not None and entry.table != METERS:
            self._tables[entry.table].drop(entry)
            self._actions.pop(entry.instructions, None)

    def receive(self, frame: Frame, in_port: int) -> Iterator[tuple[int, Frame]]:
        """The frames that leave, each with the OpenFlow port that it leaves by."""
        events = self._enter(Passage(frame, in_port))
        return ((event.ofport, event.frame) for event in events if isinstance(event, Left))

    def verdicts(self, frame: Frame, in_port: int) -> list[Left | Dropped]:
        """All that became of a frame and its copies, in turn: each that left, and each that died."""
        return [event for event in self._enter(Passage(frame, in_port)) if isinstance(event, Left | Dropped)]

    def passes(self, octets: bytes, in_port: int) -> list[Event]:
        """All that happens to a frame of these octets, in turn. ``ValueError`` where they are no Ethernet frame."""
        frame = seen(octets)
        return self._enter(Passage(frame, in_port, read(octets, frame)))

    def drop_reason(self, frame: Frame, in_port: int) -> str:
        """The whole name of the last reason for which a frame, or a copy of it, died; empty when there was none."""
        died = [verdict for verdict in self.verdicts(frame, in_port) if isinstance(verdict, Dropped)]
        return died[-1].reason if died else ""

    def _hit(self, way: Passage, table: int) -> Entry | None:
        found = self._tables.get(table)
        return found.hit(way.fields) if found is not None else None

    def _does(self, instructions: bytes) -> list[Action | Unknown]:
        done = self._actions.get(instructions)
        if done is None:
            done = self._actions[instructions] = list(actions_of(instructions, self._pipeline))
        return done

    def _enter(self, way: Passage) -> list[Event]:
        events: list[Event] = []
        with suppress(_Exceeded):
            self._look_up(way, 0, events)
        return events

    def _look_up(self, way: Passage, table: int, events: list[Event]) -> None:
        entry = self._hit(way, table)
        events.append(Looked(table, entry))
        actions = self._does(entry.instructions) if entry is not None else []
        self._do(way, table, actions, events)
        if not actions or (entry is not None and entry.name and self._pipeline.drop is None):
            reason = reason_of(entry, self._pipeline) if entry is not None else ""
            events.append(self._dropped(way, table, reason, entry))

    def _do(self, way: Passage, table: int, actions: Iterable[Action | Unknown], events: list[Event]) -> None:
        for action in actions:
            match action:
                case Goto(follower) if follower is not None:
                    self._look_up(way, follower.id, events)
                case Resubmit(other):
                    way.left -= 1
                    if way.left < 0:
                        raise RecursionError(f"more than {RESUBMITS} look-ups for one frame")
                    self._look_up(way, other.id, events)
                case Apart(copied):
                    aside = way.copy()
                    with suppress(_Exceeded):
                        self._do(aside, table, copied, events)
                    way.left = aside.left
                case Output(ofport):
                    if action == TO_IN_PORT:
                        events.append(Left(way.fields["in_port"], *way.leaves()))
                    elif ofport != way.fields["in_port"]:
                        events.append(Left(ofport, *way.leaves()))
                case Drop(name):
                    self._drop(way, table, name, events)
                case Meter(id):
                    if not self._passes_meter(id, way.length):
                        events.append(Metered(id))
                        raise _Exceeded
                case _:
                    way.write(action)

    def _drop(self, way: Passage, table: int, name: str, events: list[Event]) -> None:
        """Tell the drop table why, and let its entry count it."""
        drop, register = self._pipeline.drop, self._pipeline.reason
        assert drop is not None, "without a drop table, no bytes are decoded as a drop"
        assert register is not None, "without a register of reasons, no bytes are decoded as a drop"
        way.load(register, self._pipeline.reason_by_name[name].number)
        entry = self._hit(way, drop.id)
        events += (Looked(drop.id, entry), self._dropped(way, table, name, entry))

    def _dropped(self, way: Passage, table: int, name: str, entry: Entry | None) -> Dropped:
        known = self._pipeline.table_by_id.get(table)
        told = {register.name: way.read(register) for register in self._told}
        return Dropped(name, known.name if known is not None else str(table), told, entry)
