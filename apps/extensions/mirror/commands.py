"""``weft mirror``: have a port's frames copied to another port, and see which are."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from weft.apps.cli.completion import of_kind
from weft.apps.cli.names import resolve
from weft.apps.cli.output import Format
from weft.apps.cli.reach import Reach, reaching

PATH = "/v1/ext/mirror/mirrors"
COLUMNS = ("port", "to", "direction", "state", "reason")
PortName = Annotated[str, typer.Argument(help="By id or name.", autocompletion=of_kind("port"))]


class Direction(StrEnum):
    """Which frames are copied, as the port's machine sees them."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


commands = typer.Typer(no_args_is_help=True, help="Copy the frames of a port to another port, its tap.")


def _list(reach: Reach) -> None:
    """Which ports are mirrored, to which tap, and whether that hears it."""
    answer = reach.client.ask("GET", PATH)
    reach.show(answer["mirrors"] if reach.form is Format.table else answer, COLUMNS)


def _start(
    reach: Reach,
    port: PortName,
    to: PortName,
    direction: Annotated[Direction, typer.Option(help="What comes in to it, goes out, or both.")] = Direction.BOTH,
) -> None:
    """Copy the frames of a port to another one."""
    tap = resolve(reach.client, "port", to)
    fields = {"mirror:to": tap, "mirror:direction": direction.value}
    reach.show(reach.client.update("port", resolve(reach.client, "port", port), fields))


def _stop(reach: Reach, port: PortName) -> None:
    """Copy the frames of a port no longer."""
    found = resolve(reach.client, "port", port)
    reach.client.update("port", found, {"mirror:to": None, "mirror:direction": None})
    reach.tell(f"port {found} is not mirrored")


for name, function in (("list", _list), ("start", _start), ("stop", _stop)):
    commands.command(name)(reaching(function))
