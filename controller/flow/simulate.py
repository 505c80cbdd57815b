"""What a switch does with a frame, in pure Python: the meaning of its entries, without a switch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from weft.controller.flow.actions import Action, Copy, Goto, Load, Output, PopVlan, PushVlan, Resubmit
from weft.controller.flow.decode import Unknown, actions_of, fields_of
from weft.controller.flow.encode import VLAN_ETHERTYPE
from weft.controller.flow.entry import Entry
from weft.controller.pipeline.schema import Pipeline

RESUBMITS = 4096  # as many as Open vSwitch does for one frame
TAGS = 2  # as many as it knows of one frame: who pushes more loses the innermost


@dataclass(frozen=True, slots=True)
class Frame:
    """An Ethernet frame, as far as the pipeline looks into it. ``vlans`` are its tags, the outermost first."""

    src: str
    dst: str
    eth_type: int = 0x88B5  # IEEE 802 local experimental
    vlans: tuple[int, ...] = ()
    payload: str = ""


class _Run:
    """One frame on its way through the tables of one switch."""

    def __init__(self, frame: Frame, in_port: int) -> None:
        self.frame = replace(frame, vlans=frame.vlans[:1])
        self.unseen = frame.vlans[1:]  # Open vSwitch looks no deeper than one tag (its vlan-limit)
        self.in_port = in_port
        self.registers = [0] * 16
        self.left = RESUBMITS

    def field(self, name: str) -> int:
        """The value that a match sees."""
        frame = self.frame
        match name:
            case "in_port":
                return self.in_port
            case "eth_src":
                return int(frame.src.replace(":", ""), 16)
            case "eth_dst":
                return int(frame.dst.replace(":", ""), 16)
            case "eth_type":
                return VLAN_ETHERTYPE if self.unseen else frame.eth_type
            case "vlan_vid":
                return 0x1000 | frame.vlans[0] if frame.vlans else 0
            case _ if name.startswith("reg"):
                return self.registers[int(name[3:])]
            case _:
                raise ValueError(f"a simulated frame has no field {name}")


class SimulatedSwitch:
    """The tables of one switch."""

    def __init__(self, entries: Iterable[Entry], pipeline: Pipeline) -> None:
        self._tables: dict[int, list[tuple[list[tuple[str, int, int]], list[Action | Unknown], Entry]]] = {}
        for entry in sorted(entries, key=lambda entry: -entry.priority):
            match = [
                (field.name, value, mask if mask is not None else (1 << 8 * field.length) - 1)
                for field, value, mask in fields_of(entry.match)
            ]
            actions = list(actions_of(entry.instructions, pipeline))
            self._tables.setdefault(entry.table, []).append((match, actions, entry))

    def receive(self, frame: Frame, in_port: int) -> Iterator[tuple[int, Frame]]:
        """The frames that leave, each with the OpenFlow port that it leaves by."""
        return self._look_up(_Run(frame, in_port), 0)

    def drop_reason(self, frame: Frame, in_port: int) -> str:
        """The name of the drop that a frame that goes nowhere ends at."""
        run, table = _Run(frame, in_port), 0
        while True:
            actions, entry = self._hit(run, table)
            if entry is None or entry.name:
                return entry.name if entry is not None else ""
            list(self._do(run, actions))
            goto = next((a.table for a in actions if isinstance(a, Goto)), None)
            if goto is None:
                return ""
            table = goto.id

    def _hit(self, run: _Run, table: int) -> tuple[list[Action | Unknown], Entry | None]:
        for match, actions, entry in self._tables.get(table, ()):
            if all(run.field(name) & mask == value for name, value, mask in match):
                return actions, entry
        return [], None

    def _look_up(self, run: _Run, table: int) -> Iterator[tuple[int, Frame]]:
        actions, _ = self._hit(run, table)
        yield from self._do(run, actions)
        for action in actions:
            if isinstance(action, Goto) and action.table is not None:
                yield from self._look_up(run, action.table.id)

    def _do(self, run: _Run, actions: Iterable[Action | Unknown]) -> Iterator[tuple[int, Frame]]:
        for action in actions:
            match action:
                case Load(register, value):
                    cleared = run.registers[register.reg] & ~register.mask
                    run.registers[register.reg] = cleared | value << register.low
                case Copy(register, "vlan_vid"):
                    tag = (run.registers[register.reg] & register.mask) >> register.low
                    run.frame = replace(run.frame, vlans=(tag & 0xFFF, *run.frame.vlans[1:]))
                case PushVlan():
                    run.frame = replace(run.frame, vlans=(0, *run.frame.vlans)[:TAGS])
                case PopVlan():
                    run.frame = replace(run.frame, vlans=run.frame.vlans[1:])
                case Output(ofport):
                    if ofport != run.in_port:
                        yield ofport, replace(run.frame, vlans=run.frame.vlans + run.unseen)
                case Resubmit(table):
                    run.left -= 1
                    if run.left < 0:
                        raise RecursionError(f"more than {RESUBMITS} look-ups for one frame")
                    yield from self._look_up(run, table.id)
                case Goto():
                    pass
                case _:
                    raise ValueError(f"a simulated switch cannot do {action!r}")
