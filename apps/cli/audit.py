"""``weft audit``: who has asked for what, from where, and what came of it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated

import typer

from weft.apps.cli.output import Format, printable
from weft.apps.cli.reach import Reach
from weft.apps.cli.times import since as time_since
from weft.apps.cli.times import told
from weft.apps.client import Document, Documents

PAGE = 1000  # the most lines that the API gives at once
PAUSE = 1.0  # seconds from look to look


def audit(
    reach: Reach,
    user: Annotated[str | None, typer.Option(metavar="NAME", help="Only what this user asked for.")] = None,
    project: Annotated[str | None, typer.Option(metavar="NAME", help="Only what was asked for this project.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only what was asked about this kind of thing.")] = None,
    id: Annotated[str | None, typer.Option(help="Only what was asked about the thing of this id.")] = None,
    outcome: Annotated[
        str | None, typer.Option(help="Only what came to this: done, forbidden, not-found, conflict, stale, …")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only from then on: 10m, 2h, 7d, or 2030-01-01T00:00:00Z.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=999_999, help="At most so many lines, the last ones.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes.")] = False,
) -> None:
    """Who asked for what, from where, and what came of it: the audit log, the newest at the end.

    Whether a switch holds what it should is looked at by `weft switch audit`.
    """
    given = {"user": user, "project": project, "kind": kind, "id": id, "outcome": outcome}
    filters = {name: value for name, value in given.items() if value is not None}
    try:
        begin = time_since(since, int(time.time())) if since is not None else 0
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=["--since"]) from None
    found = list(_last(reach, filters, begin, limit))
    if not follow and reach.form is not Format.table:
        reach.show(found[::-1])
        return
    _print(reach, found[::-1])
    with suppress(KeyboardInterrupt):
        while follow:
            time.sleep(PAUSE)
            newest = reach.client.audit_log(limit=PAGE, **filters).items
            new = _new(newest, found)
            _print(reach, newest[:new][::-1])
            found = newest


def _last(reach: Reach, filters: dict[str, str], begin: int, limit: int) -> Iterator[Document]:
    """The last lines, the newest first."""
    marker, left = None, limit
    while left > 0:
        page = reach.client.audit_log(limit=min(left, PAGE), marker=marker, **filters)
        for record in page.items:
            if record["at"] < begin:
                return
            yield record
        marker, left = page.marker, left - len(page.items)
        if marker is None:
            return


def _new(now: Documents, before: Documents) -> int:
    """How many of the lines now were not there before; both have the newest first.

    >>> _new([{"id": 3}, {"id": 2}, {"id": 2}], [{"id": 2}, {"id": 2}, {"id": 1}]), _new([{"id": 1}], [])
    (1, 1)
    """
    if not before:
        return len(now)
    for new in range(len(now)):
        rest = now[new:]
        shared = min(len(rest), len(before))
        if rest[:shared] == before[:shared]:
            return new
    return len(now)


def _print(reach: Reach, records: Documents) -> None:
    for record in records:
        print(line(record) if reach.form is Format.table else json.dumps(record))
    sys.stdout.flush()


def line(record: Document) -> str:
    """A line of the log as people read it.

    >>> line({"at": 0, "user": "ann", "project": "red", "origin": "10.0.0.1 d65623d7", "action": "create",
    ...       "kind": "port", "id": "web", "outcome": "conflict", "detail": "mac: is there already", "revision": 0})
    '1970-01-01T00:00:00Z ann (project red) from 10.0.0.1: create port web: conflict: mac: is there already'
    """
    who = record["user"] or "-"
    whose = f" (project {record['project']})" if record["project"] else ""
    origin = f" from {record['origin'].partition(' ')[0]}" if record["origin"] else ""  # behind it is the request's id
    what = " ".join(part for part in (record["action"], record["kind"], record["id"]) if part)
    came = record["outcome"] + (f": {record['detail']}" if record["detail"] else "")
    revision = f" (revision {record['revision']})" if record["revision"] else ""
    return printable(f"{told(record['at'])} {who}{whose}{origin}: {what}: {came}{revision}")
