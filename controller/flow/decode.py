"""From the bytes of an entry back to fields and actions, also where somebody else made the entry."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple, cast

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
from weft.controller.flow.encode import NICIRA, REALLY_APART, max_len_of
from weft.controller.flow.entry import Entry
from weft.controller.flow.oxm import FIELD_BY_HEADER, FIELD_BY_NAME, MASKED, Field
from weft.controller.pipeline.schema import Pipeline, Register, Table

_REGISTER_BY_HEADER = {FIELD_BY_NAME[f"reg{n}"].header: n for n in range(16)}


class Unknown(NamedTuple):
    """An action or instruction that Weft never writes, in hexadecimal."""

    bytes: str


def fields_of(match: bytes) -> Iterator[tuple[Field, int, int | None]]:
    """The fields that a match names, with value and mask (None: the whole field).

    Raises ``ValueError`` when the TLVs do not fill the bytes.
    """
    offset = 0
    while offset < len(match):
        if len(match) - offset < 4:
            raise ValueError("a TLV of a match is cut short")
        header = int.from_bytes(match[offset : offset + 4], "big")
        length = header & 0xFF
        data = match[offset + 4 : offset + 4 + length]
        if len(data) != length:
            raise ValueError("a TLV of a match is cut short")
        masked = bool(header & MASKED)
        size = length // 2 if masked else length
        field = FIELD_BY_HEADER.get(header >> 9) or Field(f"oxm_{header >> 9:x}", header >> 16, 0, size, "?", "hex")
        mask = int.from_bytes(data[size:], "big") if masked else None
        yield field, int.from_bytes(data[:size], "big"), mask
        offset += 4 + length


def actions_of(instructions: bytes, pipeline: Pipeline) -> Iterator[Action | Unknown]:
    """The actions of an entry, the step to another table last; one to the drop table, with a reason, is a drop.

    Raises ``ValueError`` on lengths that do not fit.
    """
    done: list[Action | Unknown] = []
    for kind, body in _cut(instructions):
        if kind == 1:  # OFPIT_GOTO_TABLE
            done.append(Goto(_table(pipeline, body[4])))
        elif kind == 4:  # OFPIT_APPLY_ACTIONS
            done += (_action(action_kind, action, pipeline) for action_kind, action in _cut(body[8:]))
        elif kind == 6:  # OFPIT_METER
            done.append(Meter(int.from_bytes(body[4:8], "big")))
        else:
            done.append(Unknown(body.hex()))
    if pipeline.drop is not None and done[-1:] == [Goto(pipeline.drop)] and len(done) > 1:
        why = done[-2]
        name = _reason(pipeline, why.value) if isinstance(why, Load) and why.register == pipeline.reason else ""
        done[-2:] = [Drop(name)] if name else done[-2:]
    yield from done


def reason_of(entry: Entry, pipeline: Pipeline) -> str:
    """The whole name of the reason for which the entry drops; empty when it does not, or does not say why.

    An entry that a switch has returned knows no name. Its bytes tell: in the drop table its match, elsewhere its
    actions. Raises ``ValueError`` on lengths that do not fit.
    """
    if entry.name:
        return entry.name
    if pipeline.drop is None or pipeline.reason is None or entry.table != pipeline.drop.id:
        done = actions_of(entry.instructions, pipeline)
        return next((action.name for action in done if isinstance(action, Drop)), "")
    if entry.instructions:
        return ""
    register = pipeline.reason
    for field, value, mask in fields_of(entry.match):
        if field.name == f"reg{register.reg}" and (mask is None or mask & register.mask == register.mask):
            return _reason(pipeline, (value & register.mask) >> register.low)
    return ""


def _reason(pipeline: Pipeline, number: int) -> str:
    return next((reason.name for reason in pipeline.reasons if reason.number == number), "")


def _cut(data: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset < len(data):
        if len(data) - offset < 8:
            raise ValueError("an action or instruction is cut short")
        kind, length = struct.unpack_from("!HH", data, offset)
        if length < 8 or offset + length > len(data):
            raise ValueError(f"an action or instruction says that it has {length} bytes")
        yield kind, data[offset : offset + length]
        offset += length


def _action(kind: int, data: bytes, pipeline: Pipeline) -> Action | Unknown:
    if kind == 0 and len(data) == 16:
        ofport, max_len = struct.unpack_from("!IH", data, 4)
        if max_len == max_len_of(ofport):
            return Output(ofport)
    if kind == 17 and data[4:6] == b"\x81\x00":
        return PushVlan()
    if kind == 18:
        return PopVlan()
    if kind == 25:
        return _set_field(data)
    if kind == 0xFFFF and len(data) >= 16:
        vendor, subtype = struct.unpack_from("!IH", data, 4)
        if vendor == NICIRA and subtype == 14 and data[10:12] == b"\xff\xf8":  # under the same in_port
            return Resubmit(_table(pipeline, data[12]))
        if vendor == NICIRA and subtype == 42 and data[16:].startswith(REALLY_APART):
            copied = tuple(_action(*one, pipeline) for one in _cut(data[16 + len(REALLY_APART) :]))
            if all(isinstance(one, Load | Resubmit) for one in copied):
                return Apart(cast("tuple[Load | Resubmit, ...]", copied))
        if vendor == NICIRA and subtype == 7 and len(data) == 24:
            bits, header, value = struct.unpack_from("!HIQ", data, 10)
            return Load(_register(pipeline, header, bits >> 6, (bits & 0x3F) + 1), value)
        if vendor == NICIRA and subtype == 6 and len(data) == 24:
            width, low, target_low, source, target = struct.unpack_from("!HHHII", data, 10)
            if (width, target_low, target) == (12, 0, FIELD_BY_NAME["vlan_vid"].header):
                return Copy(_register(pipeline, source, low, width, part=True), "vlan_vid")
    return Unknown(data.hex())


def _set_field(data: bytes) -> Set | Unknown:
    field = FIELD_BY_HEADER.get(int.from_bytes(data[4:8], "big") >> 9)
    if field is None or data[4:8] != field.header.to_bytes(4, "big") or any(data[8 + field.length :]):
        return Unknown(data.hex())
    return Set(field.name, int.from_bytes(data[8 : 8 + field.length], "big"))


def _table(pipeline: Pipeline, id: int) -> Table:
    return pipeline.table_by_id.get(id) or Table(str(id), id, ())


def _register(pipeline: Pipeline, header: int, low: int, width: int, part: bool = False) -> Register:
    """The register of the pipeline that is these bits, or begins with them; otherwise one named after the bits."""
    number = _REGISTER_BY_HEADER.get(header)
    if number is None:
        return Register(f"{header:08x}[{low}..{low + width - 1}]", 0, low, low + width - 1)
    for register in pipeline.register_by_name.values():
        here = (register.reg, register.low) == (number, low) and register.part_of is None
        if here and (register.width == width or (part and register.width > width)):
            return register
    return Register(f"reg{number}[{low}..{low + width - 1}]", number, low, low + width - 1)
