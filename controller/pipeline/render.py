"""A pipeline as people read it: its tables and registers in Markdown, and a picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from weft.controller.pipeline.drawing import LINE, Box, Point, Text, arrow, box, label, picture
from weft.controller.pipeline.schema import Pipeline, Register, Table

_WIDTH, _GAP, _STEP, _MARGIN = 350, 24, 44, 24  # of a box; between two in a row, and between two rows; around all
_LETTERS = 46  # that fit on a line of a box


def tables(pipeline: Pipeline) -> str:
    """``tables(pipeline)`` returns a Markdown table: what each table decides, matches and writes, and what follows."""
    head = ("table", "id", "decides", "matches", "writes", "next")
    rows = (
        (
            f"**{table.name}**",
            str(table.id),
            table.doc,
            _code(_names(table.matches)),
            _code(_names(table.writes)),
            ", ".join(table.next),
        )
        for table in pipeline.tables
    )
    return markdown(head, rows)


def registers(pipeline: Pipeline) -> str:
    """``registers(pipeline)`` returns a Markdown table: which bits each register has, and what it tells."""
    head = ("register", "bits", "tells", "written by", "read by")
    return markdown(head, (_register_row(pipeline, register) for register in pipeline.register_by_name.values()))


def drawing(pipeline: Pipeline) -> str:
    """``drawing(pipeline)`` returns an SVG picture: each table below those that lead to it."""
    rows = _rows(pipeline)
    width = max(len(row) for row in rows) * (_WIDTH + _GAP) - _GAP + 2 * _MARGIN
    place: dict[str, Box] = {}
    y: float = _MARGIN + LINE + 14
    for row in rows:
        height = max(len(_texts(table)) for table in row) * LINE + 16
        x = (width - len(row) * (_WIDTH + _GAP) + _GAP) / 2
        for n, table in enumerate(row):
            place[table.name] = Box(x + n * (_WIDTH + _GAP), y, _WIDTH, height)
        y += height + _STEP
    start = place[rows[0][0].name].top
    shapes = [label(Text("a frame comes in", "soft"), Point(start.x, _MARGIN + 8))]
    shapes.append(arrow(Point(start.x, _MARGIN + 13), start))
    shapes += [arrow(place[t.name].bottom, place[follower].top) for t in pipeline.tables for follower in t.next]
    shapes += [box(place[table.name], _texts(table)) for table in pipeline.tables]
    return picture("The pipeline of every switch", width, y - _STEP + _MARGIN, shapes)


def markdown(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """The rows as a Markdown table.

    >>> print(markdown(("a", "b"), [("1", "x|y")]))
    | a | b |
    | --- | --- |
    | 1 | x\\|y |
    """
    names = list(head)
    cells = [names, ["---"] * len(names), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _register_row(pipeline: Pipeline, register: Register) -> tuple[str, ...]:
    whole = register.part_of or register
    writers = [table.name for table in pipeline.tables if whole in table.writes]
    readers = [table.name for table in pipeline.tables if register in (*table.matches, *table.reads)]
    tells = f"{register.doc} (a part of {whole.name})" if register.part_of else register.doc
    bits = f"reg{register.reg}[{register.low}..{register.high}]"
    return f"**{register.name}**", f"`{bits}`", tells, ", ".join(writers), ", ".join(readers)


def _rows(pipeline: Pipeline) -> list[list[Table]]:
    """The tables by the length of the longest way to them."""
    rank: dict[str, int] = {}
    for table in sorted(pipeline.tables, key=lambda table: table.id):  # none goes backwards
        rank[table.name] = 1 + max((rank[p.name] for p in pipeline.tables if table.name in p.next), default=-1)
    return [[t for t in pipeline.tables if rank[t.name] == depth] for depth in range(max(rank.values()) + 1)]


def _texts(table: Table) -> list[Text]:
    """The lines in the box of a table."""
    said = [Text(f"{table.name} · {table.id}", "ink bold", 15), *map(Text, wrap(table.doc, _LETTERS))]
    for what, members in (("matches", table.matches), ("writes", table.writes)):
        if members:
            said.append(Text(f"{what} {', '.join(_names(members))}", "accent", 12))
    return said


def _names(members: Iterable[Register | str]) -> Iterator[str]:
    return (member if isinstance(member, str) else member.name for member in members)


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
