"""What is wrong with a pipeline, found before any switch sees it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from weft.controller.pipeline.schema import Pipeline, Register, Table, registers_of

REGISTERS = 16
REGISTER_BITS = 32
LAST_TABLE = 254


def faults(pipeline: Pipeline) -> list[str]:
    """``faults(pipeline)`` returns a sentence for each thing that is wrong; nothing is wrong when it is empty."""
    checks = (_clashes, _bad_registers, _bad_steps, _unwritten_reads, _bad_reasons)
    return [fault for check in checks for fault in check(pipeline)]


def _clashes(pipeline: Pipeline) -> Iterator[str]:
    for one, other in combinations(pipeline.tables, 2):
        if one.id == other.id:
            yield f"tables {one.name} and {other.name} share the id {one.id}"
        if one.name == other.name:
            yield f"two tables are called {one.name}"
    for table in pipeline.tables:
        if not 0 <= table.id <= LAST_TABLE:
            yield f"table {table.name} has id {table.id}, outside 0..{LAST_TABLE}"


def _bad_registers(pipeline: Pipeline) -> Iterator[str]:
    registers = dict.fromkeys(r for table in pipeline.tables for r in registers_of(table))
    for register in registers:
        if not 0 <= register.reg < REGISTERS:
            yield f"register {register.name} is in reg{register.reg}, outside reg0..reg{REGISTERS - 1}"
        if not 0 <= register.low <= register.high < REGISTER_BITS:
            yield f"register {register.name} has bits {register.low}..{register.high}, outside 0..{REGISTER_BITS - 1}"
        if register.part_of is not None and register.mask & ~register.part_of.mask:
            yield f"register {register.name} is not inside {register.part_of.name}, which it is a part of"
    for one, other in combinations(registers, 2):
        if one.name == other.name:
            yield f"two registers are called {one.name}"
        related = one.part_of == other or other.part_of == one
        if one.reg == other.reg and one.mask & other.mask and not related:
            yield f"registers {one.name} and {other.name} overlap in reg{one.reg}"
    for table in pipeline.tables:
        for register in table.writes:
            if register.part_of is not None:
                yield f"table {table.name} writes {register.name}, which is only a part of {register.part_of.name}"


def _bad_steps(pipeline: Pipeline) -> Iterator[str]:
    for table in pipeline.tables:
        for name in table.next:
            follower = pipeline.table_by_name.get(name)
            if follower is None:
                yield f"table {table.name} is followed by {name}, which does not exist"
            elif follower.id <= table.id:
                yield f"table {table.name} ({table.id}) goes backwards to {name} ({follower.id})"


def _unwritten_reads(pipeline: Pipeline) -> Iterator[str]:
    """A register may be read only where every way into the table has written it."""
    written: dict[str, frozenset[Register]] = {}
    for table in sorted(pipeline.tables, key=lambda t: t.id):
        if table == pipeline.drop:  # whoever has not been told is charged to nobody
            continue
        ways = [written[p.name] | set(p.writes) for p in pipeline.tables if table.name in p.next and p.name in written]
        known = frozenset.intersection(*map(frozenset, ways)) if ways else frozenset()
        written[table.name] = known
        for register in _read_by(table):
            if (register.part_of or register) not in known:
                yield f"table {table.name} reads {register.name} before every way into it has written it"


def _read_by(table: Table) -> tuple[Register, ...]:
    return (*(m for m in table.matches if isinstance(m, Register)), *table.reads)


def _bad_reasons(pipeline: Pipeline) -> Iterator[str]:
    """Frames die in the last table, for reasons that can be told apart and whose question some table asks."""
    if pipeline.drop is None:
        return
    if pipeline.drop not in pipeline.tables or pipeline.drop.id != max(table.id for table in pipeline.tables):
        yield f"table {pipeline.drop.name}, where frames are dropped, is not the last one"
    if pipeline.reason is None or pipeline.reason not in pipeline.drop.matches:
        yield f"table {pipeline.drop.name} does not match the register that tells why"
        return
    questions = {table.question or table.name for table in pipeline.tables}
    for one, other in combinations(pipeline.reasons, 2):
        if one.number == other.number:
            yield f"reasons {one.name} and {other.name} share the number {one.number}"
        if one.name == other.name:
            yield f"two reasons are called {one.name}"
    for reason in pipeline.reasons:
        if not 0 < reason.number < 1 << pipeline.reason.width:
            yield f"reason {reason.name} has number {reason.number}, outside 1..{(1 << pipeline.reason.width) - 1}"
        if reason.name.partition(":")[0] not in questions:
            yield f"reason {reason.name} is named after a question that no table asks"
