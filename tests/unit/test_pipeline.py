"""What is wrong with a pipeline is found before any switch sees it, and the core's has no fault."""

from __future__ import annotations

import pytest

from weft.controller.compile.compiler import Compiler
from weft.controller.model.network import Network
from weft.controller.pipeline.core import CORE, PLANE, SEGMENT
from weft.controller.pipeline.faults import faults
from weft.controller.pipeline.schema import Pipeline, Register, Table

RED = Register("red", reg=0, low=0, high=15)
BLUE = Register("blue", reg=1, low=0, high=31)
LOW = RED.part("low", width=4, doc="")


def test_the_core_has_no_fault() -> None:
    assert faults(CORE) == []


def test_a_register_may_be_read_where_every_way_has_written_it() -> None:
    first = Table("first", 0, ("in_port",), writes=(RED,), next=("left", "right"))
    left = Table("left", 1, (RED,), writes=(BLUE,), next=("last",))
    right = Table("right", 2, (LOW,), writes=(BLUE,), next=("last",))
    assert faults(Pipeline((first, left, right, Table("last", 3, (BLUE, LOW), reads=(RED,))))) == []


FAULTY = {
    "tables a and b share the id 4": (Table("a", 4, ()), Table("b", 4, ())),
    "two tables are called a": (Table("a", 4, ()), Table("a", 5, ())),
    "table a has id 255, outside 0..254": (Table("a", 255, ()),),
    "table a has id -1, outside 0..254": (Table("a", -1, ()),),
    "register r is in reg16, outside reg0..reg15": (Table("a", 0, (), writes=(Register("r", 16, 0, 1),)),),
    "register r has bits 8..32, outside 0..31": (Table("a", 0, (), writes=(Register("r", 0, 8, 32),)),),
    "register r has bits 9..8, outside 0..31": (Table("a", 0, (), writes=(Register("r", 0, 9, 8),)),),
    "two registers are called red": (Table("a", 0, (), writes=(RED, Register("red", 3, 0, 1))),),
    "registers red and other overlap in reg0": (Table("a", 0, (), writes=(RED, Register("other", 0, 15, 20))),),
    "register wide is not inside red, which it is a part of": (
        Table("a", 0, (), writes=(RED,), next=("b",)),
        Table("b", 1, (RED.part("wide", width=17, doc=""),)),
    ),
    "table a writes low, which is only a part of red": (Table("a", 0, (), writes=(LOW,)),),
    "table a is followed by b, which does not exist": (Table("a", 0, (), next=("b",)),),
    "table b (8) goes backwards to a (4)": (Table("a", 4, (), next=("b",)), Table("b", 8, (), next=("a",))),
    "table a (4) goes backwards to a (4)": (Table("a", 4, (), next=("a",)),),
    "table a reads red before every way into it has written it": (Table("a", 0, (RED,)),),
    "table b reads blue before every way into it has written it": (
        Table("a", 0, (), writes=(RED,), next=("b",)),
        Table("b", 1, (), reads=(BLUE,)),
    ),
    "table b reads low before every way into it has written it": (
        Table("a", 0, (), writes=(BLUE,), next=("b",)),
        Table("b", 1, (LOW,)),
    ),
    "table last reads blue before every way into it has written it": (
        Table("first", 0, (), writes=(RED,), next=("middle", "last")),  # one way leads past the table that writes blue
        Table("middle", 1, (), writes=(BLUE,), next=("last",)),
        Table("last", 2, (BLUE,)),
    ),
}


@pytest.mark.parametrize(("fault", "tables"), FAULTY.items(), ids=FAULTY)
def test_each_fault_is_found_and_named(fault: str, tables: tuple[Table, ...]) -> None:
    assert faults(Pipeline(tables)) == [fault]


def test_registers_in_different_places_do_not_overlap() -> None:
    high = Register("high", reg=0, low=16, high=31)
    assert faults(Pipeline((Table("a", 0, (), writes=(RED, high, BLUE)),))) == []


def test_a_part_covers_the_low_bits_of_its_register() -> None:
    assert (PLANE.reg, PLANE.low, PLANE.width, PLANE.mask) == (SEGMENT.reg, SEGMENT.low, 3, 0b111)
    assert Register("r", reg=0, low=8, high=15).part("p", width=2, doc="").mask == 0x300


def test_next_is_the_first_table_that_may_follow() -> None:
    names = [CORE.following(table).name for table in CORE.tables if table.next]
    assert names == ["admit", "forward", "forward", "transit", "deliver", "deliver"]
    with pytest.raises(KeyError, match="no table follows deliver"):
        CORE.following(CORE.table_by_name["deliver"])


def test_nothing_is_compiled_for_a_faulty_pipeline() -> None:
    with pytest.raises(ValueError, match="table a has id 255"):
        Compiler(Network(), pipeline=Pipeline((Table("a", 255, ()),)))
