"""``weft drops``, and the counters of ``weft port show``: what has passed, what has died, and why."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

import typer
from rich.console import Console

from weft.apps.cli.output import Format
from weft.apps.cli.reach import Reach
from weft.apps.client import Documents, Problem

COLUMNS = ("frames", "reason", "port", "name", "segment", "switch", "why")
Watched = dict[tuple[Any, ...], int]  # frames by switch, port and reason


def drops(
    reach: Reach,
    limit: Annotated[int, typer.Option(min=1, help="At most so many lines.")] = 20,
    watch: Annotated[
        float | None,
        typer.Option(min=0.1, metavar="SECONDS", help="Look again every so many seconds, and say how fast it goes."),
    ] = None,
) -> None:
    """Why frames die: whose they were and for which reason, the most first, as the switches count them now."""
    if watch is None:
        _show(reach, reach.client.drops(limit))
        return
    before: Watched = {}
    looked = 0.0
    with suppress(KeyboardInterrupt):
        while True:
            now, document = time.monotonic(), reach.client.drops(limit)
            found = _with_rates(document["drops"], before, now - looked if looked else None)
            if sys.stdout.isatty() and reach.form is Format.table:
                Console().clear()
            _show(reach, {**document, "drops": found})
            sys.stdout.flush()
            before, looked = before | {_which(drop): drop["frames"] for drop in found}, now
            time.sleep(watch)


def _show(reach: Reach, document: Mapping[str, Any]) -> None:
    if reach.form is not Format.table:
        reach.show(document)
        return
    rated = any("rate" in drop for drop in document["drops"])
    reach.show(document["drops"], ("rate", *COLUMNS) if rated else COLUMNS)
    for switch in document["unanswered"]:
        reach.tell(f"switch {switch} does not answer; what it has dropped is not in here")


def _with_rates(found: Documents, before: Watched, seconds: float | None) -> Documents:
    """Each with its frames a second since the last look; None at the first one.

    >>> drop = {"switch": "s1", "port": "web", "reason": "admit:rate", "frames": 30}
    >>> [drop["rate"] for drop in _with_rates([drop], {("s1", "web", "admit:rate"): 10}, 2.0)]
    [10.0]
    """

    def rate(drop: Mapping[str, Any]) -> float | None:
        if seconds is None:
            return None
        more: int = max(0, drop["frames"] - before.get(_which(drop), 0))  # where a counter has begun anew: none
        return round(more / seconds, 1)

    return [{"rate": rate(drop), **drop} for drop in found]


def _which(drop: Mapping[str, Any]) -> tuple[Any, ...]:
    return drop["switch"], drop["port"], drop["reason"]


def with_counters(reach: Reach, port: Mapping[str, Any]) -> dict[str, Any]:
    """The port's document with its counters; without them when nobody can say them now."""
    try:
        counters = reach.client.counters(port["id"])
    except Problem as problem:
        if problem.status not in (409, 503):
            raise
        return {**port, "counters": None}
    if reach.form is not Format.table:
        return {**port, "counters": counters}
    dropped = [f"{drop['reason']} {drop['frames']}" for drop in counters["dropped"]]
    return {**port, "received": counters["received"], "sent": counters["sent"], "dropped": dropped}
