"""``weft history``: how a thing came to be as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from weft.apps.cli.exits import NOT_FOUND, of_answer
from weft.apps.cli.names import resolve
from weft.apps.cli.notation import spelled
from weft.apps.cli.output import Format, cell, printable
from weft.apps.cli.reach import Reach
from weft.apps.cli.times import told
from weft.apps.client import Client, Document, Problem
from weft.apps.northbound.paths import PATHS


def history(
    reach: Reach,
    kind: Annotated[str, typer.Argument(help="What it is: port, segment, …", autocompletion=lambda: list(PATHS))],
    id: Annotated[str, typer.Argument(metavar="ID", help="Its id or name; of what is deleted, the id.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many changes, the last ones.")] = 20,
) -> None:
    """How a thing came to be as it is: who changed what and when, the newest first."""
    if kind not in PATHS:
        raise typer.BadParameter(f"must be one of {', '.join(PATHS)}, not {kind!r}", param_hint=["kind"])
    found = reach.client.history(kind, _id(reach.client, kind, id), limit=limit)
    if reach.form is not Format.table:
        reach.show(found)
        return
    for entry in found:
        print("\n".join(lines(entry)))


def _id(client: Client, kind: str, given: str) -> str:
    """The id of what is there under that name, or the id as it is given."""
    try:
        return resolve(client, kind, given)
    except Problem as problem:
        if of_answer(problem.status) != NOT_FOUND:
            raise
        return given


def lines(entry: Document) -> Iterator[str]:
    """A change as people read it.

    >>> [*lines({"revision": 7, "at": 0, "user": "ann", "what": "updated",
    ...          "changes": [{"field": "mtu", "before": 1500, "after": 9000}]})]
    ['revision 7 - ann: updated', '      mtu: 1500 → 9000']
    """
    when = told(entry["at"]) if entry["at"] else "-"
    yield printable(f"revision {entry['revision']} {when} {entry['user'] or '-'}: {entry['what']}")
    for change in entry["changes"]:
        before, after = (cell(spelled(change["field"], change[side])) for side in ("before", "after"))
        if before != after:
            new = f"{change['field']}: {after}" if entry["what"] == "created" else None
            yield "      " + (new or f"{change['field']}: {before} → {after}")
