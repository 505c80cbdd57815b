"""What is wrong with a pipeline is found before any switch sees it, and the core's has no fault."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from weft.controller.compile.compiler import Compiler
from weft.controller.model.network import Network
from weft.controller.pipeline.core import CORE, PLANE, SEGMENT
from weft.controller.pipeline.faults import faults
from weft.controller.pipeline.reasons import METERED, REASON_BY_NAME, Reason
from weft.controller.pipeline.render import drawing, reasons, registers
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


WHY = Register("why", reg=2, low=0, high=3)
ASK = Table("ask", 0, (), writes=(RED,), next=("end",))
END = Table("end", 9, (WHY, RED))
BAD, WORSE = Reason(1, "ask:bad", "sender", ""), Reason(2, "ask:worse", "sender", "")
UNSURE: dict[str, Pipeline] = {
    "table end, where frames are dropped, is not the last one": Pipeline(
        (ASK, END, Table("later", 10, ())), END, WHY, (BAD, WORSE)
    ),
    "table end does not match the register that tells why": Pipeline((ASK, END), END, BLUE, (BAD, WORSE)),
    "reasons ask:bad and ask:worse share the number 1": Pipeline((ASK, END), END, WHY, (BAD, WORSE._replace(number=1))),
    "two reasons are called ask:bad": Pipeline((ASK, END), END, WHY, (BAD, BAD._replace(number=2))),
    "reason ask:bad has number 16, outside 1..15": Pipeline((ASK, END), END, WHY, (BAD._replace(number=16), WORSE)),
    "reason ask:worse has number 0, outside 1..15": Pipeline((ASK, END), END, WHY, (BAD, WORSE._replace(number=0))),
    "reason other:bad is named after a question that no table asks": Pipeline(
        (ASK, END), END, WHY, (BAD._replace(name="other:bad"), WORSE)
    ),
}


@pytest.mark.parametrize(("fault", "pipeline"), UNSURE.items(), ids=UNSURE)
def test_reasons_can_be_told_apart_where_frames_die(fault: str, pipeline: Pipeline) -> None:
    assert faults(Pipeline((ASK, END), END, WHY, (BAD, WORSE))) == []
    assert faults(pipeline) == [fault]


def test_a_question_may_be_asked_by_two_tables() -> None:
    second = Table("again", 1, (), question="ask")
    assert faults(Pipeline((ASK, second, END), END, WHY, (BAD, WORSE))) == []
    assert [second.reason("bad"), second.reason("ask:bad"), ASK.reason("bad")] == ["ask:bad"] * 3


def test_what_a_meter_drops_is_a_reason_too() -> None:
    assert METERED.keys() <= REASON_BY_NAME.keys()
    assert sorted(METERED.values()) == list(range(len(METERED)))


def test_the_reasons_can_be_read() -> None:
    shown = reasons(Pipeline((ASK, END), END, WHY, (BAD._replace(doc="It was | bad."),)))
    assert shown.splitlines()[2:] == ["| `ask:bad` | 1 | sender | It was \\| bad. |"]
    assert len(reasons(CORE).splitlines()) == len(CORE.reasons) + 2


def test_a_register_says_who_writes_it() -> None:
    shown = registers(Pipeline((ASK, END), END, WHY, (BAD,))).splitlines()[2:]
    assert shown == [
        "| **red** | `reg0[0..15]` |  | ask | end |",
        "| **why** | `reg2[0..3]` |  | whoever drops | end |",
    ]


def test_the_picture_shows_every_step_and_no_drops() -> None:
    first = Table("first", 0, (), next=("second", "third"))
    second, third, end = Table("second", 1, (), next=("third",)), Table("third", 2, ()), Table("end", 9, ())
    shown = drawing(Pipeline((first, second, third, end), drop=end))
    places = {name: box(shown, name) for name in ("first", "second", "third", "end")}
    assert [name for name, _ in sorted(places.items(), key=lambda item: item[1].top)] == list(places)
    curves = re.findall(r'<path class="edge" d="(M[^"L]*)"( marker-end)?', shown)
    assert sum(bool(tip) for _, tip in curves) == 4, "to the first; to the second; to the third, from there and past it"
    lines = [ends(path) for path in re.findall(r'<path class="edge" d="(M[^"C]*)"', shown)]
    for start, end in (*(ends(path) for path, _ in curves), *lines):
        assert end[1] < places["end"].top, "nothing points to where frames are dropped"
        if start[1] <= places["second"].top < end[1]:
            assert start[0] == end[0], "across a row a way runs straight"
            assert not places["second"].left <= start[0] <= places["second"].right, "and not behind a table"
    assert len(lines) == 1


class Place(NamedTuple):
    """Where the box of a table is."""

    left: float
    right: float
    top: float


def box(svg: str, table: str) -> Place:
    """The box of that table in a picture."""
    found = re.search(rf'<rect class="box" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"[^>]*>\n<text[^>]*>{table} ', svg)
    assert found is not None, f"there is no box of {table}"
    x, y, width = map(float, found.groups())
    return Place(x, x + width, y)


def ends(path: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where a path of a picture begins and ends."""
    numbers = [float(number) for number in re.findall(r"[\d.]+", path)]
    return (numbers[0], numbers[1]), (numbers[-2], numbers[-1])


def test_registers_in_different_places_do_not_overlap() -> None:
    high = Register("high", reg=0, low=16, high=31)
    assert faults(Pipeline((Table("a", 0, (), writes=(RED, high, BLUE)),))) == []


def test_a_part_covers_the_low_bits_of_its_register() -> None:
    assert (PLANE.reg, PLANE.low, PLANE.width, PLANE.mask) == (SEGMENT.reg, SEGMENT.low, 3, 0b111)
    assert Register("r", reg=0, low=8, high=15).part("p", width=2, doc="").mask == 0x300


def test_next_is_the_first_table_that_may_follow() -> None:
    names = [CORE.following(table).name for table in CORE.tables if table.next]
    assert names == [
        *("admit", "origin", "listen", "listen", "listen", "listen", "forward"),
        *("transit", "flood", "receive", "receive", "deliver"),
    ]
    with pytest.raises(KeyError, match="no table follows deliver"):
        CORE.following(CORE.table_by_name["deliver"])


def test_nothing_is_compiled_for_a_faulty_pipeline() -> None:
    with pytest.raises(ValueError, match="table a has id 255"):
        Compiler(Network(), pipeline=Pipeline((Table("a", 255, ()),)))
