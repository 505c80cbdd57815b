"""``weft claim list``: which interfaces of switches say that they are for a port, and what came of it."""

from __future__ import annotations

from typing import Annotated

import typer

from weft.apps.cli.reach import Reach, reaching

COLUMNS = ("switch", "interface", "port", "mac", "vif_kind", "project", "device", "outcome", "field", "rule")

commands = typer.Typer(no_args_is_help=True, help="List the claims that switches' interfaces make to ports.")


def _list(
    reach: Reach,
    switch: Annotated[str | None, typer.Option(help="Only those of this switch.", show_default=False)] = None,
    port: Annotated[str | None, typer.Option(help="Only those to this port.", show_default=False)] = None,
    outcome: Annotated[str | None, typer.Option(help="Only those granted or refused.", show_default=False)] = None,
) -> None:
    """List the claims: all of them, or those that fit the options."""
    given = {"switch": switch, "port": port, "outcome": outcome}
    reach.show(reach.client.claims(**{name: value for name, value in given.items() if value is not None}), COLUMNS)


commands.callback()(lambda: None)  # so that `list` is a command of it, though the only one
commands.command("list")(reaching(_list))
