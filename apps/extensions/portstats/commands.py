"""``weft portstats``: the ports that are busiest."""

from __future__ import annotations

from typing import Annotated

import typer

from weft.apps.cli.names import resolve
from weft.apps.cli.output import Format
from weft.apps.cli.reach import Reach, reaching

PATH = "/v1/ext/portstats/ports"
COLUMNS = ("port", "switch", "received.frames", "received.bytes", "sent.frames", "sent.bytes", "dropped_frames")

commands = typer.Typer(no_args_is_help=True, help="What has passed and what has died at ports.")


def _list(
    reach: Reach,
    segment: Annotated[str | None, typer.Option(help="Only those of this segment.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=9999, help="At most so many.")] = 20,
) -> None:
    """The ports with most bytes, as their switches count them now."""
    query = {"limit": str(limit)}
    if segment is not None:
        query["segment"] = resolve(reach.client, "segment", segment)
    answer = reach.client.ask("GET", PATH, query)
    if reach.form is not Format.table:
        reach.show(answer)
        return
    reach.show(answer["ports"], COLUMNS)
    for switch in answer["unanswered"]:
        reach.tell(f"switch {switch} does not answer; its ports are not in here")


commands.callback()(lambda: None)  # so that `list` is a command of it, though the only one
commands.command("list")(reaching(_list))
