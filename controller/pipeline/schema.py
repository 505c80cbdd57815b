"""The words in which a pipeline is declared: registers, tables, and the pipeline they make.

A declaration is data. It is checked by ``faults.faults`` and rendered by ``render``; stages name it, never its numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from weft.controller.pipeline.reasons import Reason


@dataclass(frozen=True, slots=True)
class Register:
    """Bits ``low`` to ``high`` (inclusive) of Open vSwitch's 32-bit register ``reg``, under a name.

    ``part_of`` names a wider register that these bits are read from; a part is never written itself.
    """

    name: str
    reg: int
    low: int
    high: int
    doc: str = ""
    part_of: Register | None = None

    @property
    def width(self) -> int:
        """How many bits it has."""
        return self.high - self.low + 1

    @property
    def mask(self) -> int:
        """Its bits, in place."""
        return ((1 << self.width) - 1) << self.low

    def part(self, name: str, width: int, doc: str) -> Register:
        """The ``width`` lowest bits, under a name of their own."""
        return Register(name, self.reg, self.low, self.low + width - 1, doc, part_of=self)


@dataclass(frozen=True, slots=True)
class Table:
    """One flow table: what it decides, what it may match and write, and which tables may follow.

    ``matches`` are registers and names of OpenFlow match fields; ``reads`` are registers that its actions copy from.
    The first of ``next`` is what ``NEXT`` means in a flow of this table. ``question`` is what its drops are named
    after, where that is not its own name: the question that it answers together with another table.
    """

    name: str
    id: int
    matches: tuple[Register | str, ...]
    writes: tuple[Register, ...] = ()
    reads: tuple[Register, ...] = ()
    next: tuple[str, ...] = ()
    doc: str = ""
    question: str = ""
    match_names: frozenset[str] = field(init=False, repr=False, compare=False)  # by which its flows may match

    def __post_init__(self) -> None:
        names = frozenset(m if isinstance(m, str) else m.name for m in self.matches)
        object.__setattr__(self, "match_names", names)

    def reason(self, name: str) -> str:
        """The whole name of a reason for which this table drops."""
        return name if ":" in name else f"{self.question or self.name}:{name}"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Tables in the order of their ids, and the registers between them.

    With a ``drop`` table, frames die there alone: whoever drops writes the number of one of ``reasons`` into the
    register ``reason`` and goes there, from any table.

    ``through`` says by which table a step leads (names of both ends) where extensions have put one in between: what was
    written for the pipeline without them names the table behind.
    """

    tables: tuple[Table, ...]
    drop: Table | None = None
    reason: Register | None = None
    reasons: tuple[Reason, ...] = ()
    through: Mapping[tuple[str, str], str] = field(default_factory=dict, repr=False, compare=False)
    table_by_name: dict[str, Table] = field(init=False, repr=False, compare=False)
    table_by_id: dict[int, Table] = field(init=False, repr=False, compare=False)
    register_by_name: dict[str, Register] = field(init=False, repr=False, compare=False)
    reason_by_name: dict[str, Reason] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "table_by_name", {table.name: table for table in self.tables})
        object.__setattr__(self, "table_by_id", {table.id: table for table in self.tables})
        object.__setattr__(self, "register_by_name", {r.name: r for table in self.tables for r in registers_of(table)})
        object.__setattr__(self, "reason_by_name", {reason.name: reason for reason in self.reasons})

    def following(self, table: Table) -> Table:
        """The table that ``NEXT`` means in a flow of ``table``. Raises ``KeyError`` where none follows."""
        known = self.known(table)
        if not known.next:
            raise KeyError(f"no table follows {table.name}")
        return self.table_by_name[known.next[0]]

    def known(self, table: Table) -> Table:
        """The table as this pipeline has it: extensions may have put another one behind it."""
        return self.table_by_name.get(table.name, table)

    def step(self, table: Table, target: Table) -> Table:
        """Where a step from ``table`` to ``target`` leads first: to the target, or to what stands in between."""
        between = self.through.get((table.name, target.name))
        return self.table_by_name[between] if between is not None else target


def registers_of(table: Table) -> tuple[Register, ...]:
    """Every register that a table speaks of, wider ones before their parts."""
    spoken = (*(m for m in table.matches if isinstance(m, Register)), *table.writes, *table.reads)
    return tuple(dict.fromkeys(r for register in spoken for r in (register.part_of, register) if r is not None))
