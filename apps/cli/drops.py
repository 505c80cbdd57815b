"""``weft drops``, and the counters of ``weft port show``: what has passed, what has died, and why."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console

from weft.apps.cli.output import Format
from weft.apps.cli.reach import Reach
from weft.apps.client import Documents, Problem

COLUMNS = ("frames", "reason", "port", "name", "segment", "switch", "why")
EVERY = 999_999  # lines: the most that the API gives
LONGEST = 86_400  # seconds from look to look
Line = tuple[Any, ...]  # the switch, the port and the reason: what stays the same from look to look


class Look(NamedTuple):
    """All that had died at a time (in seconds), but for the switches that did not answer."""

    at: float
    frames: Mapping[Line, int]
    unanswered: Collection[str]


def drops(
    reach: Reach,
    limit: Annotated[int, typer.Option(min=1, help="At most so many lines.")] = 20,
    watch: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            max=LONGEST,
            metavar="SECONDS",
            help="Look again every so many seconds, and say how fast it goes, the fastest first.",
        ),
    ] = None,
) -> None:
    """Why frames die: whose they were and for which reason, the most first, as the switches count them now."""
    if watch is None:
        _show(reach, reach.client.drops(limit))
        return
    before: Look | None = None
    with suppress(KeyboardInterrupt):
        while True:
            now, document = time.monotonic(), reach.client.drops(EVERY)
            found = document["drops"]
            if sys.stdout.isatty() and reach.form is Format.table:
                Console().clear()
            _show(reach, {**document, "drops": _fastest(found, before, now)[:limit]})
            sys.stdout.flush()
            before = Look(now, {_line(drop): drop["frames"] for drop in found}, document["unanswered"])
            time.sleep(watch)


def _show(reach: Reach, document: Mapping[str, Any]) -> None:
    if reach.form is not Format.table:
        reach.show(document)
        return
    rated = any("rate" in drop for drop in document["drops"])
    reach.show(document["drops"], ("rate", *COLUMNS) if rated else COLUMNS)
    for switch in document["unanswered"]:
        reach.tell(f"switch {switch} does not answer; what it has dropped is not in here")


def _fastest(found: Documents, before: Look | None, now: float) -> Documents:
    """Each with its frames a second since the look before, the fastest first, and of those the most.

    The rate is None where nobody knows it: at the first look, and of a switch that did not answer at the one before.

    >>> web, db = ({"switch": "s1", "port": port, "reason": "admit:rate", "frames": 30} for port in ("web", "db"))
    >>> before = Look(5.0, {("s1", "web", "admit:rate"): 10}, unanswered=[])
    >>> [(drop["port"], drop["rate"]) for drop in _fastest([web, db], before, 7.0)]
    [('db', 15.0), ('web', 10.0)]
    """

    def rate(drop: Mapping[str, Any]) -> float | None:
        if before is None or drop["switch"] in before.unanswered:
            return None
        more: int = max(0, drop["frames"] - before.frames.get(_line(drop), 0))  # where a counter has begun anew: none
        return round(more / (now - before.at), 1)

    rated = [{"rate": rate(drop), **drop} for drop in found]
    return sorted(rated, key=lambda drop: (drop["rate"] or 0, drop["frames"]), reverse=True)


def _line(drop: Mapping[str, Any]) -> Line:
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
