"""``weft doctor``: what is wrong, how bad it is, and what to do about it."""

from __future__ import annotations

import typer

from weft.apps.cli.output import Format
from weft.apps.cli.reach import Reach


def doctor(reach: Reach) -> None:
    """What is wrong with switches, ports and links, and what to do about it. Exit status 1 when there is an error."""
    found = reach.client.doctor()
    if found or reach.form is not Format.table:
        reach.show(found, ("severity", "about", "what", "do"))
    else:
        reach.tell("nothing is wrong")
    if any(finding["severity"] == "error" for finding in found):
        raise typer.Exit(1)
