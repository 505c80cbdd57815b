"""``weft <alias>``: the commands of extensions that are installed here, imported when somebody asks for them."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from weft.apps.extensions.installed import ExtensionUnusable, installed, load


class Extended(TyperGroup):
    """The commands of Weft, and behind them those of extensions."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All names."""
        return [*super().list_commands(ctx), *(name for name in installed() if name not in self.commands)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name; those of an extension that cannot be used are not there."""
        found = super().get_command(ctx, cmd_name)
        if found is not None or cmd_name not in installed():
            return found
        try:
            commands = load(cmd_name).commands
        except ExtensionUnusable as error:
            if ctx.resilient_parsing or ctx.args == []:  # somebody asks for help, or for all names
                return None
            raise typer.TyperException(str(error)) from None
        if commands is None:
            return None
        own = commands()
        own._add_completion = False  # which is the whole command line's
        made = typer.main.get_command(own)
        made.name = cmd_name
        return made
