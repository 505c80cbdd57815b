"""``weft plugin``: those that are installed here, what those of the controller honour, and the package of a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from weft.apps.cli.output import Format, show
from weft.apps.cli.reach import Output, Reach, reaching
from weft.apps.file_errors import why

commands = typer.Typer(
    no_args_is_help=True, help="Plug-ins: list those that are installed, see what they can honour, begin a new one."
)


@commands.command("list")
def _list(output: Output = Format.table) -> None:
    """List the plug-ins that are installed here, for weft-controller --plugins to name."""
    from weft.apps.plugins.installed import PluginUnusable, installed

    try:
        found = installed()
    except PluginUnusable as error:
        raise typer.TyperException(str(error)) from None
    rows = [{"name": one.name, "package": one.package, "version": one.version} for one in found.values()]
    show(rows, output, ("name", "package", "version"))


def _capabilities(
    reach: Reach,
    name: Annotated[str | None, typer.Argument(help="One of them; else all.", show_default=False)] = None,
) -> None:
    """What the plug-ins that the controller runs can honour; the rest it refuses at their places."""
    if name is not None:
        reach.show(reach.client.plugin(name))
    else:
        reach.show(reach.client.plugins(), ("name", "transports", "vif_kinds", "security", "traits"))


commands.command("capabilities")(reaching(_capabilities))


@commands.command("new", no_args_is_help=True)
def _new(
    name: Annotated[str, typer.Argument(help="Its name, such as acme-switch.")],
    folder: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where; weft-NAME if not given.", show_default=False)
    ] = None,
) -> None:
    """Write a package with a plug-in that works, to begin with: docs/write-a-plugin.md."""
    from weft.apps.plugins import template

    into = folder if folder is not None else Path(f"weft-{name}")
    try:
        files = template.write(name, into)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=["NAME"]) from None
    except OSError as error:
        raise typer.BadParameter(f"cannot write {into}: {why(error)}") from None
    print("".join(f"{file}\n" for file in files), end="")
