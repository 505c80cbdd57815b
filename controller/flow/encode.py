"""From a flow in the pipeline's names to an entry in OpenFlow's bytes.

The encoder refuses what the pipeline does not declare: a write of a register that the table does not write, a step to
a table that does not follow, a drop without a reason. The digest in the cookie covers all that the switch will hold,
and nothing else.
"""

from __future__ import annotations

import struct
from hashlib import blake2b

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
from weft.controller.flow.entry import OURS, Entry
from weft.controller.flow.flow import Flow, Masked, Value
from weft.controller.flow.oxm import FIELD_BY_NAME, FRAGMENTS, RANK, Field, read, tlv
from weft.controller.pipeline.schema import Pipeline, Register, Table

NICIRA = 0x00002320
VLAN_ETHERTYPE = 0x8100
CONTROLLER_WHOLE_FRAME = 0xFFFF  # OFPCML_NO_BUFFER
_OUTPUT = struct.Struct("!HHIH6x")  # ofp_action_output
_PUSH = struct.Struct("!HHH2x")  # ofp_action_push
_POP = struct.Struct("!HH4x")  # ofp_action_header
_SET_FIELD = struct.Struct("!HH")  # ofp_action_set_field, before its TLV
_REG_LOAD = struct.Struct("!HHIHHIQ")  # nx_action_reg_load
_REG_MOVE = struct.Struct("!HHIHHHHII")  # nx_action_reg_move
_RESUBMIT = struct.Struct("!HHIHHB3x")  # nx_action_resubmit, to a table
_CLONE = struct.Struct("!HHIH6x")  # ext_action_header
_OUTPUT_TRUNC = struct.Struct("!HHIHHI")  # nx_action_output_trunc
_APPLY = struct.Struct("!HH4x")  # ofp_instruction_actions
_GOTO = struct.Struct("!HHB3x")  # ofp_instruction_goto_table
_METER = struct.Struct("!HHI")  # ofp_instruction_meter
_IN_PORT = 0xFFF8
# Open vSwitch copies the frame apart only for what it cannot undo, and does not see a meter behind a look-up. So the
# copy begins with such an action that does nothing: fourteen octets to a port that no bridge has.
REALLY_APART = _OUTPUT_TRUNC.pack(0xFFFF, 16, NICIRA, 39, _IN_PORT, 14)
_LAST_METER = 0xFFFF0000  # OFPM_MAX


class Undeclared(ValueError):
    """A flow does what its table does not declare."""


class Encoder:
    """Encodes flows of one pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self._matchers = {name: _register_matcher(r) for name, r in pipeline.register_by_name.items()}

    def entry(self, flow: Flow, stage: int) -> Entry:
        """``entry(flow, stage)`` returns the bytes of the flow, its cookie naming the stage and the content.

        Raises ``Undeclared`` when the flow does what its table does not declare, ``ValueError`` for a match of text
        that is no value of the field.
        """
        match = self._match(flow)
        instructions = self._instructions(flow)
        name = flow.drop
        content = b"%d %d %b|%b|%b" % (flow.table.id, flow.priority, match, instructions, name.encode())
        digest = int.from_bytes(blake2b(content, digest_size=6).digest(), "big")
        return Entry(flow.table.id, flow.priority, match, instructions, OURS << 56 | stage << 48 | digest, name)

    def _match(self, flow: Flow) -> bytes:
        """The TLVs of the match. Registers that share one 32-bit register become one TLV."""
        wanted: dict[str, tuple[int, int | None]] = {}
        for name, said in flow.match.items():
            matcher = self._matchers.get(name)
            if matcher is None:
                wanted[name] = _field_value(FIELD_BY_NAME[name], said)
            else:
                field, shift, width_mask = matcher
                value, mask = wanted.get(field, (0, 0))
                said_value, said_mask = _register_value(name, said)
                narrow = width_mask if said_mask is None else said_mask
                if not 0 <= said_value | narrow <= width_mask:
                    raise Undeclared(f"{said_value} does not fit into the {width_mask.bit_length()} bits of {name}")
                wanted[field] = (value | said_value << shift, (mask or 0) | narrow << shift)
        parts = sorted((RANK[name], name) for name in wanted)
        return b"".join([tlv(FIELD_BY_NAME[name], *wanted[name]) for _, name in parts])

    def _instructions(self, flow: Flow) -> bytes:
        first = last = b""
        applied = bytearray()
        for n, action in enumerate(flow.actions):
            if n and isinstance(flow.actions[n - 1], Goto | Drop):
                raise Undeclared(f"a flow of table {flow.table.name} does something after {flow.actions[n - 1]!r}")
            match action:
                case Goto():
                    last = self._goto(flow.table, action)
                case Drop():
                    why, last = self._drop(flow)
                    applied += why
                case Meter(id):
                    if n or not 0 < id <= _LAST_METER:
                        raise Undeclared(f"meter {id} is not the first thing that a flow of {flow.table.name} does")
                    first = _METER.pack(6, 8, id)
                case _:
                    applied += self._action(flow.table, action)
        return first + (_APPLY.pack(4, 8 + len(applied)) + bytes(applied) if applied else b"") + last

    def _goto(self, table: Table, goto: Goto) -> bytes:
        table = self.pipeline.known(table)
        if goto.table is None and not table.next:
            raise Undeclared(f"table {table.name} does not declare that any table follows")
        target = self.pipeline.following(table) if goto.table is None else self.pipeline.step(table, goto.table)
        if target.name not in table.next:
            raise Undeclared(f"table {table.name} does not declare that {target.name} follows")
        return _GOTO.pack(1, 8, target.id)

    def _drop(self, flow: Flow) -> tuple[bytes, bytes]:
        """The action that tells the drop table why, and the step there. In it, and where there is none: nothing."""
        drop, register = self.pipeline.drop, self.pipeline.reason
        if drop is None or register is None:
            return b"", b""
        reason = self.pipeline.reason_by_name.get(flow.drop)
        if reason is None:
            raise Undeclared(f"table {flow.table.name} drops for {flow.drop}, which is no reason of the pipeline")
        if flow.table.id != drop.id:
            return _reg_load(register, reason.number), _GOTO.pack(1, 8, drop.id)
        if flow.match.get(register.name) != reason.number:
            raise Undeclared(f"table {drop.name} calls {flow.drop} what does not match its number {reason.number}")
        return b"", b""

    def _action(self, table: Table, action: Action) -> bytes:
        match action:
            case Load(register, value):
                if register not in table.writes:
                    raise Undeclared(f"table {table.name} does not declare that it writes {register.name}")
                if not 0 <= value < 1 << register.width:
                    raise Undeclared(f"{value} does not fit into the {register.width} bits of {register.name}")
                return _reg_load(register, value)
            case Copy(register, name):
                if register not in table.reads:
                    raise Undeclared(f"table {table.name} does not declare that it reads {register.name}")
                source, target = FIELD_BY_NAME[f"reg{register.reg}"], FIELD_BY_NAME[name]
                width = 12 if name == "vlan_vid" else 8 * target.length
                return _REG_MOVE.pack(
                    0xFFFF, 24, NICIRA, 6, width, register.low, 0, source.header, target.header
                )  # fmt: skip
            case Set(name, value):
                return _set_field(name, value)
            case Output(ofport):
                return _OUTPUT.pack(0, 16, ofport, max_len_of(ofport))
            case PushVlan():
                return _PUSH.pack(17, 8, VLAN_ETHERTYPE)
            case PopVlan():
                return _POP.pack(18, 8)
            case Resubmit(named):
                target_table = self.pipeline.step(table, named)
                if target_table.name not in self.pipeline.known(table).next:
                    raise Undeclared(f"table {table.name} does not declare that {named.name} follows")
                return _RESUBMIT.pack(0xFFFF, 16, NICIRA, 14, _IN_PORT, target_table.id)
            case Apart(actions):
                copied = REALLY_APART + b"".join(self._action(table, one) for one in actions)
                return _CLONE.pack(0xFFFF, _CLONE.size + len(copied), NICIRA, 42) + copied
            case _:
                raise Undeclared(f"no encoding is known for {action!r}")


def max_len_of(ofport: int) -> int:
    """How much of a frame an output to that port sends: the controller is sent all of it, and no port asks."""
    return CONTROLLER_WHOLE_FRAME if ofport > 0xFFFFFF00 else 0


def _reg_load(register: Register, value: int) -> bytes:
    bits = register.low << 6 | register.width - 1
    return _REG_LOAD.pack(0xFFFF, 24, NICIRA, 7, bits, FIELD_BY_NAME[f"reg{register.reg}"].header, value)


def _set_field(name: str, value: int) -> bytes:
    field = FIELD_BY_NAME.get(name)
    if field is None or name == "in_port" or name.startswith("reg"):
        raise Undeclared(f"{name} is no field of a frame")
    _check_fits(field, value)
    said = tlv(field, value, None)
    length = (_SET_FIELD.size + len(said) + 7) & ~7
    return (_SET_FIELD.pack(25, length) + said).ljust(length, b"\0")


def _register_matcher(register: Register) -> tuple[str, int, int]:
    return f"reg{register.reg}", register.low, (1 << register.width) - 1


def _register_value(name: str, said: Value | Masked) -> tuple[int, int | None]:
    value, mask = said if isinstance(said, tuple) else (said, None)
    if isinstance(value, str) or isinstance(mask, str):
        raise ValueError(f"{said!r} is no {name}")
    return value, mask


def _field_value(field: Field, said: Value | Masked) -> tuple[int, int | None]:
    """Value and mask, which must be such as a switch takes."""
    mask: int | None
    if isinstance(said, tuple):
        value, mask = (read(field, part)[0] if isinstance(part, str) else part for part in said)
    else:
        value, mask = read(field, said) if isinstance(said, str) else (said, None)
    _check_fits(field, value)
    if mask is not None:
        _check_fits(field, mask)
        if value & ~mask:
            raise Undeclared(f"{field.name} is matched where the mask has no bits: {said!r}")
        if field.whole and mask != field.all_bits:
            raise Undeclared(f"{field.name} can be matched only whole")
    if field.form == "fragment" and (value, field.all_bits if mask is None else mask) not in FRAGMENTS.values():
        raise Undeclared(f"{field.name} is matched as {', '.join(FRAGMENTS)}, not as {said!r}")
    return value, mask


def _check_fits(field: Field, value: int) -> None:
    if not 0 <= value <= field.all_bits:
        raise Undeclared(f"{value} does not fit into the {field.all_bits.bit_length()} bits of {field.name}")
