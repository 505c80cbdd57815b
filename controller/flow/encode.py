"""From a flow in the pipeline's names to an entry in OpenFlow's bytes.

The encoder refuses what the pipeline does not declare: a write of a register that the table does not write, a step to
a table that does not follow. The digest in the cookie covers all that the switch will hold, and nothing else.
"""

from __future__ import annotations

import struct
from hashlib import blake2b

from weft.controller.flow.actions import (
    Action,
    Copy,
    Drop,
    Goto,
    Load,
    Output,
    PopVlan,
    PushVlan,
    Resubmit,
)
from weft.controller.flow.entry import OURS, Entry
from weft.controller.flow.flow import Flow, Masked, Value
from weft.controller.flow.oxm import FIELD_BY_NAME, RANK, tlv
from weft.controller.pipeline.schema import Pipeline, Register, Table

NICIRA = 0x00002320
VLAN_ETHERTYPE = 0x8100
CONTROLLER_WHOLE_FRAME = 0xFFFF  # OFPCML_NO_BUFFER
_OUTPUT = struct.Struct("!HHIH6x")  # ofp_action_output
_PUSH = struct.Struct("!HHH2x")  # ofp_action_push
_POP = struct.Struct("!HH4x")  # ofp_action_header
_REG_LOAD = struct.Struct("!HHIHHIQ")  # nx_action_reg_load
_REG_MOVE = struct.Struct("!HHIHHHHII")  # nx_action_reg_move
_RESUBMIT = struct.Struct("!HHIHHB3x")  # nx_action_resubmit, to a table
_APPLY = struct.Struct("!HH4x")  # ofp_instruction_actions
_GOTO = struct.Struct("!HHB3x")  # ofp_instruction_goto_table
_IN_PORT = 0xFFF8


class Undeclared(ValueError):
    """A flow does what its table does not declare."""


class Encoder:
    """Encodes flows of one pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self._matchers = {name: _register_matcher(r) for name, r in pipeline.register_by_name.items()}

    def entry(self, flow: Flow, stage: int) -> Entry:
        """``entry(flow, stage)`` returns the bytes of the flow, its cookie naming the stage and the content.

        Raises ``Undeclared`` when the flow does what its table does not declare.
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
                wanted[name] = _field_value(said)
            else:
                field, shift, width_mask = matcher
                value, mask = wanted.get(field, (0, 0))
                said_value, said_mask = _field_value(said)
                narrow = width_mask if said_mask is None else said_mask
                if not 0 <= said_value | narrow <= width_mask:
                    raise Undeclared(f"{said_value} does not fit into the {width_mask.bit_length()} bits of {name}")
                wanted[field] = (value | said_value << shift, (mask or 0) | narrow << shift)
        parts = sorted((RANK[name], name) for name in wanted)
        return b"".join([tlv(FIELD_BY_NAME[name], *wanted[name]) for _, name in parts])

    def _instructions(self, flow: Flow) -> bytes:
        goto = b""
        applied = bytearray()
        for action in flow.actions:
            if isinstance(action, Goto):
                goto = self._goto(flow.table, action)
            else:
                applied += self._action(flow.table, action)
        return (_APPLY.pack(4, 8 + len(applied)) + bytes(applied) if applied else b"") + goto

    def _goto(self, table: Table, goto: Goto) -> bytes:
        if goto.table is None and not table.next:
            raise Undeclared(f"table {table.name} does not declare that any table follows")
        target = goto.table if goto.table is not None else self.pipeline.following(table)
        if target.name not in table.next:
            raise Undeclared(f"table {table.name} does not declare that {target.name} follows")
        return _GOTO.pack(1, 8, target.id)

    def _action(self, table: Table, action: Action) -> bytes:
        match action:
            case Load(register, value):
                if register not in table.writes:
                    raise Undeclared(f"table {table.name} does not declare that it writes {register.name}")
                if not 0 <= value < 1 << register.width:
                    raise Undeclared(f"{value} does not fit into the {register.width} bits of {register.name}")
                bits = register.low << 6 | register.width - 1
                return _REG_LOAD.pack(0xFFFF, 24, NICIRA, 7, bits, FIELD_BY_NAME[f"reg{register.reg}"].header, value)
            case Copy(register, name):
                if register not in table.reads:
                    raise Undeclared(f"table {table.name} does not declare that it reads {register.name}")
                source, target = FIELD_BY_NAME[f"reg{register.reg}"], FIELD_BY_NAME[name]
                width = 12 if name == "vlan_vid" else 8 * target.length
                return _REG_MOVE.pack(
                    0xFFFF, 24, NICIRA, 6, width, register.low, 0, source.header, target.header
                )  # fmt: skip
            case Output(ofport):
                return _OUTPUT.pack(0, 16, ofport, max_len_of(ofport))
            case PushVlan():
                return _PUSH.pack(17, 8, VLAN_ETHERTYPE)
            case PopVlan():
                return _POP.pack(18, 8)
            case Resubmit(target_table):
                if target_table.name not in table.next:
                    raise Undeclared(f"table {table.name} does not declare that {target_table.name} follows")
                return _RESUBMIT.pack(0xFFFF, 16, NICIRA, 14, _IN_PORT, target_table.id)
            case Drop():
                return b""
            case _:
                raise Undeclared(f"no encoding is known for {action!r}")


def max_len_of(ofport: int) -> int:
    """How much of a frame an output to that port sends: the controller is sent all of it, and no port asks."""
    return CONTROLLER_WHOLE_FRAME if ofport > 0xFFFFFF00 else 0


def _register_matcher(register: Register) -> tuple[str, int, int]:
    return f"reg{register.reg}", register.low, (1 << register.width) - 1


def _field_value(said: Value | Masked) -> tuple[int, int | None]:
    if isinstance(said, tuple):
        return _number(said[0]), _number(said[1])
    return _number(said), None


def _number(value: Value) -> int:
    return int(value.replace(":", ""), 16) if isinstance(value, str) else value
