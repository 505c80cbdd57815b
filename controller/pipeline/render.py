"""A pipeline as people read it: its tables and registers in Markdown, and a picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from statistics import fmean
from textwrap import wrap

from weft.controller.pipeline.drawing import LINE, Box, Point, Text, arrow, box, curve, label, line, picture
from weft.controller.pipeline.schema import Pipeline, Register, Table

_WIDTH, _GAP, _STEP, _MARGIN = 350, 24, 44, 24  # of a box; between two in a row, and between two rows; around all
_LANE = 24  # width of a way that passes a row
_LETTERS = 46  # that fit on a line of a box
Stop = tuple[str, int]  # a table in its row, or in a row above the way to it that passes there


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


def reasons(pipeline: Pipeline) -> str:
    """``reasons(pipeline)`` returns a Markdown table: why frames are dropped, and whose drops they are."""
    head = ("reason", "number", "charged to", "why")
    rows = ((f"`{reason.name}`", str(reason.number), reason.charged, reason.doc) for reason in pipeline.reasons)
    return markdown(head, rows)


def drawing(pipeline: Pipeline) -> str:
    """``drawing(pipeline)`` returns an SVG picture: each table below those that lead to it.

    The drop table stands last and without arrows, because every table leads to it.
    """
    rank = _ranks(pipeline)
    before = _before(pipeline, rank)
    place = _places(pipeline, rank, before)
    start = place[pipeline.tables[0].name, 0].top
    shapes = [label(Text("a frame comes in", "soft"), Point(start.x, _MARGIN + 8))]
    shapes.append(arrow(Point(start.x, _MARGIN + 13), start))
    for stop, stops in before.items():
        name, depth = stop
        reach = arrow if rank[name] == depth else curve
        shapes += (reach(place[earlier].bottom, place[stop].top) for earlier in stops)
        if rank[name] != depth:
            shapes.append(line(place[stop].top, place[stop].bottom))
    if pipeline.drop is not None:
        above = place[pipeline.drop.name, rank[pipeline.drop.name]].top
        shapes.append(label(Text("whatever is dropped in any table comes here", "soft"), Point(above.x, above.y - 8)))
    shapes += (box(place[table.name, rank[table.name]], _texts(table)) for table in pipeline.tables)
    width = max(at.x + at.width for at in place.values()) + _MARGIN
    height = max(at.y + at.height for at in place.values()) + _MARGIN
    return picture("The pipeline of every switch", width, height, shapes)


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
    if whole == pipeline.reason:
        writers.append("whoever drops")
    readers = [table.name for table in pipeline.tables if register in (*table.matches, *table.reads)]
    tells = f"{register.doc} (a part of {whole.name})" if register.part_of else register.doc
    bits = f"reg{register.reg}[{register.low}..{register.high}]"
    return f"**{register.name}**", f"`{bits}`", tells, ", ".join(writers), ", ".join(readers)


def _ranks(pipeline: Pipeline) -> dict[str, int]:
    """The row of each table: as deep as the longest way to it, and below all others the drop table."""
    rank: dict[str, int] = {}
    for table in sorted(pipeline.tables, key=lambda table: table.id):  # none goes backwards
        ways = (rank[p.name] for p in pipeline.tables if table.name in p.next)
        rank[table.name] = 1 + max(rank.values() if table == pipeline.drop else ways, default=-1)
    return rank


def _before(pipeline: Pipeline, rank: dict[str, int]) -> dict[Stop, list[Stop]]:
    """Which stops come right before each."""
    before: dict[Stop, list[Stop]] = {(table.name, rank[table.name]): [] for table in pipeline.tables}
    for table in pipeline.tables:
        for follower in table.next:
            way = [(table.name, rank[table.name])]
            way += ((follower, depth) for depth in range(rank[table.name] + 1, rank[follower] + 1))
            for earlier, later in pairwise(way):
                stops = before.setdefault(later, [])
                stops += [earlier] if earlier not in stops else []
    return before


def _places(pipeline: Pipeline, rank: dict[str, int], before: dict[Stop, list[Stop]]) -> dict[Stop, Box]:
    """Where each stop is: in its row, in the order of those that lead to it."""
    rows = [[stop for stop in before if stop[1] == depth] for depth in range(max(rank.values()) + 1)]
    widths = {stop: _WIDTH if rank[stop[0]] == stop[1] else _LANE for stop in before}
    middle = max(sum(widths[stop] + _GAP for stop in row) - _GAP for row in rows) / 2 + _MARGIN
    place: dict[Stop, Box] = {}
    y: float = _MARGIN + LINE + 14
    for row in rows:
        row.sort(key=lambda stop: fmean([place[earlier].top.x for earlier in before[stop]] or [middle]))
        tables = (pipeline.table_by_name[name] for name, depth in row if rank[name] == depth)
        height = max(len(_texts(table)) for table in tables) * LINE + 16
        x = middle - (sum(widths[stop] + _GAP for stop in row) - _GAP) / 2
        for stop in row:
            place[stop] = Box(x, y, widths[stop], height)
            x += widths[stop] + _GAP
        y += height + _STEP
    return place


def _texts(table: Table) -> list[Text]:
    """The lines in the box of a table."""
    said = [Text(f"{table.name} · {table.id}", "ink bold", 15), *map(Text, wrap(table.doc, _LETTERS))]
    for what, members in (("matches", table.matches), ("writes", table.writes)):
        if members:
            said += (Text(part, "accent", 12) for part in wrap(f"{what} {', '.join(_names(members))}", _LETTERS))
    return said


def _names(members: Iterable[Register | str]) -> Iterator[str]:
    return (member if isinstance(member, str) else member.name for member in members)


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
