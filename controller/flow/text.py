"""An entry as people read it: in the pipeline's names, and in the words of ``ovs-ofctl``."""

from __future__ import annotations

from collections.abc import Iterator

from weft.controller.flow.actions import Action, Copy, Drop, Goto, Load, Output, PopVlan, PushVlan, Resubmit
from weft.controller.flow.decode import Unknown, actions_of, fields_of
from weft.controller.flow.entry import Entry
from weft.controller.flow.oxm import Field
from weft.controller.pipeline.schema import Pipeline

_CONTROLLER = 0xFFFFFFFD


def named(entry: Entry, pipeline: Pipeline) -> str:
    """One line in the names of the pipeline.

    ``table=admit priority=100 match=source=1,eth_src=02:00:00:00:00:01 actions=next:forward``
    """
    return f"table={table_name(entry, pipeline)} priority={entry.priority} match={match_text(entry, pipeline)} " \
        f"actions={actions_text(entry, pipeline)}"  # fmt: skip


def table_name(entry: Entry, pipeline: Pipeline) -> str:
    """The name of its table, or the number of one that the pipeline does not have."""
    table = pipeline.table_by_id.get(entry.table)
    return table.name if table is not None else str(entry.table)


def match_text(entry: Entry, pipeline: Pipeline) -> str:
    """What it matches, registers by name; ``*`` for everything."""
    parts: list[str] = []
    for field, value, mask in fields_of(entry.match):
        if field.name.startswith("reg"):
            parts += _registers(field, value, mask, pipeline)
        else:
            parts.append(f"{field.name}={_value(field, value)}" + (f"/{_value(field, mask)}" if mask else ""))
    return ",".join(parts) or "*"


def actions_text(entry: Entry, pipeline: Pipeline) -> str:
    """What it does, in order; a drop says why."""
    if not entry.instructions:
        return f"drop({entry.name})" if entry.name else "drop"
    return ",".join(_named_action(action) for action in actions_of(entry.instructions, pipeline))


def ofctl(entry: Entry, pipeline: Pipeline) -> str:
    """The entry as ``ovs-ofctl -O OpenFlow14 add-flow`` takes it."""
    match = "".join(
        f",{field.ofctl}={_ofctl_value(field, value, mask)}" for field, value, mask in fields_of(entry.match)
    )
    done = ",".join(_ofctl_action(action) for action in actions_of(entry.instructions, pipeline)) or "drop"
    return f"cookie={entry.cookie:#x},table={entry.table},priority={entry.priority}{match},actions={done}"


def _registers(field: Field, value: int, mask: int | None, pipeline: Pipeline) -> Iterator[str]:
    """Each register of the pipeline whose bits the match covers whole; the bits themselves where there is none."""
    covered = mask if mask is not None else 0xFFFFFFFF
    number = int(field.name[3:])
    inside = [r for r in pipeline.register_by_name.values() if r.reg == number and r.mask & ~covered == 0]
    named = [r for r in inside if r.part_of is None or r.part_of not in inside]
    left = covered
    for register in named:
        left &= ~register.mask
        yield f"{register.name}={(value & register.mask) >> register.low}"
    if left:
        yield f"{field.name}={value & left:#x}/{left:#x}"


def _value(field: Field, value: int) -> str:
    if field.form == "mac":
        return ":".join(f"{byte:02x}" for byte in value.to_bytes(6, "big"))
    if field.form == "vlan":
        return str(value & 0xFFF) if value & 0x1000 else "untagged"
    return f"{value:#x}" if field.form == "hex" else str(value)


def _ofctl_value(field: Field, value: int, mask: int | None) -> str:
    if field.form == "vlan":
        whole = 0x1FFF if value & 0x1000 or mask is not None else 0xFFFF
        return f"{value:#06x}/{mask if mask is not None else whole:#x}"
    text = _value(field, value)
    return text if mask is None else f"{text}/{_value(field, mask)}"


def _named_action(action: Action | Unknown) -> str:
    match action:
        case Load(register, value):
            return f"{register.name}:={value}"
        case Copy(register, field):
            return f"{field}:={register.name}"
        case Output(ofport):
            return "controller" if ofport == _CONTROLLER else f"output:{ofport}"
        case PushVlan():
            return "push_vlan"
        case PopVlan():
            return "pop_vlan"
        case Resubmit(table):
            return f"through:{table.name}"
        case Goto(table):
            return f"next:{table.name if table else '?'}"
        case Drop(name):
            return f"drop({name})"
        case Unknown(data):
            return f"unknown({data})"


def _ofctl_action(action: Action | Unknown) -> str:
    match action:
        case Load(register, value):
            return f"load:{value:#x}->NXM_NX_REG{register.reg}[{register.low}..{register.high}]"
        case Copy(register, _):
            return f"move:NXM_NX_REG{register.reg}[{register.low}..{register.low + 11}]->OXM_OF_VLAN_VID[0..11]"
        case Output(ofport):
            return "CONTROLLER:65535" if ofport == _CONTROLLER else f"output:{ofport}"
        case PushVlan():
            return "push_vlan:0x8100"
        case PopVlan():
            return "pop_vlan"
        case Resubmit(table):
            return f"resubmit(,{table.id})"
        case Goto(table):
            return f"goto_table:{table.id if table else '?'}"
        case _:
            return str(action)
