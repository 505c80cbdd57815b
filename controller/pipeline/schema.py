"""The words in which a pipeline is declared: registers, tables, and the pipeline they make.

A declaration is data. It is checked by ``faults.faults`` and rendered by ``render``; stages name it, never its numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field


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
    The first of ``next`` is what ``NEXT`` means in a flow of this table.
    """

    name: str
    id: int
    matches: tuple[Register | str, ...]
    writes: tuple[Register, ...] = ()
    reads: tuple[Register, ...] = ()
    next: tuple[str, ...] = ()
    doc: str = ""

    @property
    def match_names(self) -> frozenset[str]:
        """The names by which a flow of this table may match."""
        return frozenset(m if isinstance(m, str) else m.name for m in self.matches)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Tables in the order of their ids, and the registers between them."""

    tables: tuple[Table, ...]
    table_by_name: dict[str, Table] = field(init=False, repr=False, compare=False)
    table_by_id: dict[int, Table] = field(init=False, repr=False, compare=False)
    register_by_name: dict[str, Register] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "table_by_name", {table.name: table for table in self.tables})
        object.__setattr__(self, "table_by_id", {table.id: table for table in self.tables})
        object.__setattr__(self, "register_by_name", {r.name: r for table in self.tables for r in registers_of(table)})

    def following(self, table: Table) -> Table:
        """The table that ``NEXT`` means in a flow of ``table``. Raises ``KeyError`` where none follows."""
        if not table.next:
            raise KeyError(f"no table follows {table.name}")
        return self.table_by_name[table.next[0]]


def registers_of(table: Table) -> tuple[Register, ...]:
    """Every register that a table speaks of, wider ones before their parts."""
    spoken = (*(m for m in table.matches if isinstance(m, Register)), *table.writes, *table.reads)
    return tuple(dict.fromkeys(r for register in spoken for r in (register.part_of, register) if r is not None))
