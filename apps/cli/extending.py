"""``weft extension``: which extensions the controller runs, and what they add."""

from __future__ import annotations

from typing import Annotated

import typer

from weft.apps.cli.output import Format
from weft.apps.cli.reach import Reach, reaching

COLUMNS = ("alias", "name", "updated", "description")

commands = typer.Typer(no_args_is_help=True, help="List and show the extensions that the controller runs.")


def _list(reach: Reach) -> None:
    """List the extensions in force."""
    reach.show(reach.client.extensions(), COLUMNS)


def _show(reach: Reach, alias: Annotated[str, typer.Argument(metavar="ALIAS", help="Its alias.")]) -> None:
    """Show what an extension adds: attributes of things, tables and stages in switches, paths of the API."""
    found = reach.client.extension(alias)
    if reach.form is Format.table:
        found["attributes"] = [f"{one['name']} of a {one['kind']}" for one in found["attributes"]]
    reach.show(found)


commands.command("list")(reaching(_list))
commands.command("show", no_args_is_help=True)(reaching(_show))
