"""What a switch does with a frame, in pure Python: the meaning of its entries, without a switch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from weft.controller.flow.actions import (
    Action,
    Apart,
    Copy,
    Drop,
    Goto,
    Load,
    Meter,
    Output,
    PopVlan,
    PushVlan,
    Resubmit,
    Set,
)
from weft.controller.flow.decode import Unknown, actions_of, fields_of, reason_of
from weft.controller.flow.encode import VLAN_ETHERTYPE
from weft.controller.flow.entry import Entry
from weft.controller.flow.meter import METERS
from weft.controller.pipeline.schema import Pipeline, Register

RESUBMITS = 4096  # as many as Open vSwitch does for one frame
TAGS = 2  # as many as it knows of one frame: who pushes more loses the innermost
INNER = frozenset(  # the fields behind the Ethernet header
    (
        *("arp_op", "arp_spa", "arp_tpa", "arp_sha", "arp_tha", "ip_proto", "ip_frag"),
        *("ipv4_src", "ipv4_dst", "ipv6_src", "ipv6_dst", "udp_src", "udp_dst", "tcp_src", "tcp_dst"),
        *("icmpv6_type", "icmpv6_code", "nd_target", "nd_sll", "nd_tll"),
    )
)


@dataclass(frozen=True, slots=True)
class Frame:
    """An Ethernet frame, as far as the pipeline looks into it.

    ``vlans`` are its tags, the outermost first: the VLAN id, with the priority in bits 13 to 15. ``inner`` are the
    fields of ``INNER`` that are not 0 (``headers.seen`` reads them). Raises ``ValueError`` for one of another name.
    """

    src: str
    dst: str
    eth_type: int = 0x88B5  # IEEE 802 local experimental
    vlans: tuple[int, ...] = ()
    payload: str = ""
    inner: Mapping[str, int] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not self.inner.keys() <= INNER:
            raise ValueError(f"a simulated frame has no field {', '.join(sorted(self.inner.keys() - INNER))}")


class Left(NamedTuple):
    """A frame has left by an OpenFlow port."""

    ofport: int
    frame: Frame


class Dropped(NamedTuple):
    """A frame has died in a table, for a reason by its whole name; it is empty where no entry of the table matched.

    ``told`` is what the registers that the drop table matches held, by name: the reason, and whose it is. ``entry`` is
    the one that counts it.
    """

    reason: str
    table: str
    told: Mapping[str, int]
    entry: Entry | None


class _Run:
    """One frame on its way through the tables of one switch."""

    def __init__(self, frame: Frame, in_port: int) -> None:
        self.unseen = frame.vlans[1:]  # Open vSwitch looks no deeper than one tag (its vlan-limit)
        self.fields = {"in_port": in_port} | {f"reg{n}": 0 for n in range(16)}
        self.left = RESUBMITS
        self.change(replace(frame, vlans=frame.vlans[:1]))

    def change(self, frame: Frame) -> None:
        """Go on with another frame."""
        self.frame = frame
        self.fields |= {
            "eth_src": int(frame.src.replace(":", ""), 16),
            "eth_dst": int(frame.dst.replace(":", ""), 16),
            "eth_type": VLAN_ETHERTYPE if self.unseen else frame.eth_type,
            "vlan_vid": 0x1000 | frame.vlans[0] & 0xFFF if frame.vlans else 0,
            "vlan_pcp": frame.vlans[0] >> 13 if frame.vlans else 0,
        }
        self.fields |= {name: 0 if self.unseen else frame.inner.get(name, 0) for name in INNER}

    def matches(self, name: str, value: int, mask: int) -> bool:
        """Whether a field has that value under the mask. Raises ``ValueError`` where there is no such field."""
        if name not in self.fields:
            raise ValueError(f"a simulated frame has no field {name}")
        return self.fields[name] & mask == value

    def load(self, register: Register, value: int) -> None:
        """Write a register."""
        name = f"reg{register.reg}"
        self.fields[name] = self.fields[name] & ~register.mask | value << register.low

    def read(self, register: Register) -> int:
        """What a register holds."""
        return (self.fields[f"reg{register.reg}"] & register.mask) >> register.low

    def write(self, action: Action | Unknown) -> None:
        """Do what changes registers or the frame. Raises ``ValueError`` for anything else."""
        frame = self.frame
        match action:
            case Load(register, value):
                self.load(register, value)
            case Copy(register, "vlan_vid"):
                priority = frame.vlans[0] & 0xE000 if frame.vlans else 0
                self.change(replace(frame, vlans=(priority | self.read(register) & 0xFFF, *frame.vlans[1:])))
            case Set("vlan_vid", value) if frame.vlans:
                self.change(replace(frame, vlans=(frame.vlans[0] & 0xE000 | value & 0xFFF, *frame.vlans[1:])))
            case Set("vlan_pcp", value) if frame.vlans:
                self.change(replace(frame, vlans=(frame.vlans[0] & 0xFFF | value << 13, *frame.vlans[1:])))
            case Set("eth_src", value):
                self.change(replace(frame, src=value.to_bytes(6, "big").hex(":")))
            case Set("eth_dst", value):
                self.change(replace(frame, dst=value.to_bytes(6, "big").hex(":")))
            case PushVlan():
                self.change(replace(frame, vlans=(0, *frame.vlans)[:TAGS]))
            case PopVlan():
                self.change(replace(frame, vlans=frame.vlans[1:]))
            case _:
                raise ValueError(f"a simulated switch cannot do {action!r} to {frame}")


class SimulatedSwitch:
    """The tables of one switch. Its meters let everything pass: there is no clock here."""

    def __init__(self, entries: Iterable[Entry], pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._told = [m for m in pipeline.drop.matches if isinstance(m, Register)] if pipeline.drop else []
        self._tables: dict[int, list[tuple[list[tuple[str, int, int]], list[Action | Unknown], Entry]]] = {}
        flows = (entry for entry in entries if entry.table != METERS)
        for entry in sorted(flows, key=lambda entry: -entry.priority):
            match = [
                (field.name, value, mask if mask is not None else field.all_bits)
                for field, value, mask in fields_of(entry.match)
            ]
            actions = list(actions_of(entry.instructions, pipeline))
            self._tables.setdefault(entry.table, []).append((match, actions, entry))

    def receive(self, frame: Frame, in_port: int) -> Iterator[tuple[int, Frame]]:
        """The frames that leave, each with the OpenFlow port that it leaves by."""
        return (verdict for verdict in self._look_up(_Run(frame, in_port), 0) if isinstance(verdict, Left))

    def verdicts(self, frame: Frame, in_port: int) -> list[Left | Dropped]:
        """All that became of a frame and its copies, in turn: each that left, and each that died."""
        return list(self._look_up(_Run(frame, in_port), 0))

    def drop_reason(self, frame: Frame, in_port: int) -> str:
        """The whole name of the last reason for which a frame, or a copy of it, died; empty when there was none."""
        died = [verdict for verdict in self.verdicts(frame, in_port) if isinstance(verdict, Dropped)]
        return died[-1].reason if died else ""

    def _hit(self, run: _Run, table: int) -> tuple[list[Action | Unknown], Entry | None]:
        for match, actions, entry in self._tables.get(table, ()):
            if all(run.matches(*said) for said in match):
                return actions, entry
        return [], None

    def _look_up(self, run: _Run, table: int) -> Iterator[Left | Dropped]:
        actions, entry = self._hit(run, table)
        yield from self._do(run, table, actions)
        if not actions or (entry is not None and entry.name and self._pipeline.drop is None):
            yield self._dropped(run, table, reason_of(entry, self._pipeline) if entry is not None else "", entry)

    def _do(self, run: _Run, table: int, actions: Iterable[Action | Unknown]) -> Iterator[Left | Dropped]:
        for action in actions:
            match action:
                case Goto(follower) if follower is not None:
                    yield from self._look_up(run, follower.id)
                case Resubmit(other):
                    run.left -= 1
                    if run.left < 0:
                        raise RecursionError(f"more than {RESUBMITS} look-ups for one frame")
                    yield from self._look_up(run, other.id)
                case Apart(copied):
                    frame, fields = run.frame, dict(run.fields)
                    yield from self._do(run, table, copied)
                    run.frame, run.fields = frame, fields
                case Output(ofport):
                    if ofport != run.fields["in_port"]:
                        yield Left(ofport, replace(run.frame, vlans=run.frame.vlans + run.unseen))
                case Drop(name):
                    yield self._drop(run, table, name)
                case Meter():
                    pass
                case _:
                    run.write(action)

    def _drop(self, run: _Run, table: int, name: str) -> Dropped:
        """Tell the drop table why, and let its entry count it."""
        drop, register = self._pipeline.drop, self._pipeline.reason
        assert drop is not None, "without a drop table, no bytes are decoded as a drop"
        assert register is not None, "without a register of reasons, no bytes are decoded as a drop"
        run.load(register, self._pipeline.reason_by_name[name].number)
        return self._dropped(run, table, name, self._hit(run, drop.id)[1])

    def _dropped(self, run: _Run, table: int, name: str, entry: Entry | None) -> Dropped:
        known = self._pipeline.table_by_id.get(table)
        told = {register.name: run.read(register) for register in self._told}
        return Dropped(name, known.name if known is not None else str(table), told, entry)
