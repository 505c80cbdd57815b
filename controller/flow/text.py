"""An entry as people read it: in the pipeline's names, and in the words of ``ovs-ofctl``."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from weft.controller.flow.actions import (
    TO_IN_PORT,
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
from weft.controller.flow.entry import Entry
from weft.controller.flow.meter import METERS, wish_of
from weft.controller.flow.oxm import FIELD_BY_NAME, FRAGMENTS, Field
from weft.controller.pipeline.schema import Pipeline

_CONTROLLER = 0xFFFFFFFD
_IN_PORT = TO_IN_PORT.ofport


def named(entry: Entry, pipeline: Pipeline) -> str:
    """One line in the names of the pipeline.

    ``table=admit priority=100 match=source=1,eth_src=02:00:00:00:00:01 actions=next:forward``
    """
    return f"table={table_name(entry, pipeline)} priority={entry.priority} match={match_text(entry, pipeline)} " \
        f"actions={actions_text(entry, pipeline)}"  # fmt: skip


def table_name(entry: Entry, pipeline: Pipeline) -> str:
    """The name of its table, or the number of one that the pipeline does not have; ``meters`` for a meter."""
    if entry.table == METERS:
        return "meters"
    table = pipeline.table_by_id.get(entry.table)
    return table.name if table is not None else str(entry.table)


def match_text(entry: Entry, pipeline: Pipeline) -> str:
    """What it matches, registers by name; ``*`` for everything."""
    if entry.table == METERS:
        return f"meter={int.from_bytes(entry.match, 'big')}"
    parts: list[str] = []
    for field, value, mask in fields_of(entry.match):
        if field.name.startswith("reg"):
            parts += _registers(field, value, mask, pipeline)
        else:
            parts.append(f"{field.name}={_masked(field, value, mask)}")
    return ",".join(parts) or "*"


def actions_text(entry: Entry, pipeline: Pipeline) -> str:
    """What it does, in order; a drop says why."""
    if entry.table == METERS:
        return str(wish_of(entry) or f"unknown({entry.instructions.hex()})")
    if not entry.instructions:
        why = reason_of(entry, pipeline)
        return f"drop({why})" if why else "drop"
    return ",".join(_named_action(action) for action in actions_of(entry.instructions, pipeline))


def ofctl(entry: Entry, pipeline: Pipeline) -> str:
    """The entry as ``ovs-ofctl -O OpenFlow14 add-flow`` takes it; a meter as ``add-meter`` does, behind a ``#``."""
    if entry.table == METERS:
        return f"# add-meter: {_ofctl_meter(entry)}"
    match = "".join(
        f",{field.ofctl}={_ofctl_value(field, value, mask)}" for field, value, mask in fields_of(entry.match)
    )
    done = ",".join(_ofctl_action(action, pipeline) for action in actions_of(entry.instructions, pipeline)) or "drop"
    return f"cookie={entry.cookie:#x},table={entry.table},priority={entry.priority}{match},actions={done}"


def _ofctl_meter(entry: Entry) -> str:
    wish = wish_of(entry)
    if wish is None:
        return f"meter={int.from_bytes(entry.match, 'big')},unknown({entry.instructions.hex()})"
    unit = "kbps" if wish.unit == "kbit/s" else "pktps"
    return f"meter={wish.id},{unit},burst,stats,band=type=drop,rate={wish.rate},burst_size={wish.burst}"


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


def _masked(field: Field, value: int, mask: int | None) -> str:
    """A value as people write it, with its mask where that does not cover all of it."""
    if field.form == "fragment":
        word = next((word for word, said in FRAGMENTS.items() if said == (value, mask or field.all_bits)), "")
        return word or f"{value:#x}/{mask or field.all_bits:#x}"
    text = value_text(field, value)
    if mask is None:
        return text
    if field.form in ("ipv4", "ipv6"):
        beyond = mask ^ field.all_bits
        if beyond & (beyond + 1) == 0:
            return f"{text}/{mask.bit_count()}"
    return f"{text}/{value_text(field, mask)}"


def value_text(field: Field, value: int) -> str:
    """A value of that field as people write it."""
    match field.form:
        case "mac":
            return ":".join(f"{byte:02x}" for byte in value.to_bytes(6, "big"))
        case "ipv4":
            return str(IPv4Address(value))
        case "ipv6":
            return str(IPv6Address(value))
        case "vlan":
            return str(value & 0xFFF) if value & 0x1000 else "untagged"
        case "hex":
            return f"{value:#x}"
        case _:
            return str(value)


def _ofctl_value(field: Field, value: int, mask: int | None) -> str:
    if field.form == "vlan":
        whole = 0x1FFF if value & 0x1000 or mask is not None else 0xFFFF
        return f"{value:#06x}/{mask if mask is not None else whole:#x}"
    return _masked(field, value, mask)


def _named_action(action: Action | Unknown) -> str:
    match action:
        case Load(register, value):
            return f"{register.name}:={value}"
        case Copy(register, field):
            return f"{field}:={register.name}"
        case Set(name, value):
            return f"{name}:={value_text(FIELD_BY_NAME[name], value)}"
        case Meter(id):
            return f"meter:{id}"
        case Output(ofport):
            return {_CONTROLLER: "controller", _IN_PORT: "output:in_port"}.get(ofport, f"output:{ofport}")
        case PushVlan():
            return "push_vlan"
        case PopVlan():
            return "pop_vlan"
        case Resubmit(table):
            return f"through:{table.name}"
        case Apart(actions):
            return f"apart({','.join(map(_named_action, actions))})"
        case Goto(table):
            return f"next:{table.name if table else '?'}"
        case Drop(name):
            return f"drop({name})"
        case Unknown(data):
            return f"unknown({data})"


def _ofctl_action(action: Action | Unknown, pipeline: Pipeline) -> str:
    match action:
        case Load(register, value):
            return f"load:{value:#x}->NXM_NX_REG{register.reg}[{register.low}..{register.high}]"
        case Copy(register, _):
            return f"move:NXM_NX_REG{register.reg}[{register.low}..{register.low + 11}]->OXM_OF_VLAN_VID[0..11]"
        case Set(name, value):
            field = FIELD_BY_NAME[name]
            return f"set_field:{value if field.form == 'vlan' else value_text(field, value)}->{name}"
        case Meter(id):
            return f"meter:{id}"
        case Drop(name) if pipeline.drop is not None and pipeline.reason is not None:
            told = Load(pipeline.reason, pipeline.reason_by_name[name].number)
            return f"{_ofctl_action(told, pipeline)},{_ofctl_action(Goto(pipeline.drop), pipeline)}"
        case Output(ofport):
            return {_CONTROLLER: "CONTROLLER:65535", _IN_PORT: "IN_PORT"}.get(ofport, f"output:{ofport}")
        case PushVlan():
            return "push_vlan:0x8100"
        case PopVlan():
            return "pop_vlan"
        case Resubmit(table):
            return f"resubmit(,{table.id})"
        case Apart(actions):
            copied = ("output(port=IN_PORT,max_len=14)", *(_ofctl_action(one, pipeline) for one in actions))
            return f"clone({','.join(copied)})"
        case Goto(table):
            return f"goto_table:{table.id if table else '?'}"
        case _:
            return str(action)
