"""``weft watch``: what changes, as it happens."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from weft.apps.cli.notation import spelled
from weft.apps.cli.output import Format, cell, printable, show
from weft.apps.cli.reach import Reach
from weft.apps.cli.times import told
from weft.apps.client import BadAddress, Client, Document, Event, Problem, Unreachable

FIRST, SLOWEST = 0.2, 10.0  # seconds before the connection is made anew, at first and in the end
BUSY = 503
_OF_ITSELF = frozenset({"revision", "updated_at"})  # these change whenever anything does


def watch(
    reach: Reach,
    kind: Annotated[
        list[str] | None, typer.Option(help="Only this kind of thing. May be repeated.", show_default=False)
    ] = None,
    project: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only what is this project's. May be repeated.")
    ] = None,
    from_: Annotated[
        int | None,
        typer.Option(
            "--from", min=0, metavar="REVISION", help="What has changed since then as well.", show_default=False
        ),
    ] = None,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many revisions.", show_default=False)] = None,
) -> None:
    """What changes, as it happens: a line for each change, or with -o json one for each revision, until Ctrl-C.

    A connection that is lost is made anew, and nothing is missed.
    """
    seen = 0
    for event in _events(reach.client, from_, {"kinds": kind, "projects": project}):
        if event.name == "end":
            raise typer.TyperException(f"the controller has ended the watch: {event.data.get('reason')}")
        if event.name == "changes":
            _print(reach.form, event.data)
            seen += 1
        if seen == count:
            return


def _events(client: Client, after: int | None, filters: dict[str, Any]) -> Iterator[Event]:
    """The events from a revision on, over as many connections as it takes."""
    at = after if after is not None else int(client.health()["revision"])  # raises where nobody is there at all
    pause = FIRST
    while True:
        try:
            for event in client.watch(at, **filters):
                pause = FIRST
                yield event
                at = max(at, event.id)
        except (Unreachable, Problem) as error:
            if isinstance(error, BadAddress) or (isinstance(error, Problem) and error.status != BUSY):
                raise
            print(f"weft: {printable(' '.join(str(error).split()))}; trying again", file=sys.stderr)
        time.sleep(pause)
        pause = min(pause * 2, SLOWEST)


def _print(form: Format, data: Document) -> None:
    if form is Format.json:
        print(json.dumps(data))
    elif form is Format.yaml:
        print("---")
        show(data, form)
    else:
        for line in lines(data):
            print(line)
    sys.stdout.flush()


def lines(data: Document) -> Iterator[str]:
    """The changes of a revision as people read them.

    >>> change = {"kind": "port", "id": "p1", "what": "updated", "changed": ["max_rate", "revision"],
    ...           "fact": {"name": "web", "max_rate": 1000, "revision": 7}}
    >>> [*lines({"revision": 7, "at": 30, "user": "ann", "changes": [change]})]
    ['1970-01-01T00:00:30Z revision 7 ann: port web updated: max_rate=1000']
    """
    when = told(data["at"]) if data["at"] else "-"
    for change in data["changes"]:
        yield printable(f"{when} revision {data['revision']} {data['user'] or '-'}: {_said(change)}")


def _said(change: Document) -> str:
    fact = change.get("fact") or {}
    if change["kind"] == "attachment":
        return f"port {change['id']} " + (f"has VIF {fact['vif']}" if fact.get("vif") else "is empty")
    changed = [name for name in change.get("changed") or () if name not in _OF_ITSELF]
    values = " ".join(f"{name}={cell(spelled(name, fact.get(name)))}" for name in changed)
    more = f": {values}" if values and change["what"] == "updated" else ""
    return f"{change['kind']} {fact.get('name') or change['id']} {change['what']}{more}"
