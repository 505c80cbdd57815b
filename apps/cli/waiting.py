"""Waiting for ports: until each of them is in a state, or the time is over."""

from __future__ import annotations

import time
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from weft.apps.cli.completion import of_kind
from weft.apps.cli.exits import NotInTime
from weft.apps.cli.names import resolve
from weft.apps.cli.reach import Reach, reaching
from weft.apps.client import Client, Documents

LONGEST = 86_400  # seconds
FIRST, SLOWEST = 0.05, 1.0  # seconds from look to look, at first and in the end
FEW = 20  # ports that are asked for one by one


class State(StrEnum):
    """A port's."""

    active = "ACTIVE"
    build = "BUILD"
    down = "DOWN"
    error = "ERROR"


Timeout = Annotated[float, typer.Option(min=0, max=LONGEST, metavar="SECONDS", help="How long to wait at most.")]


def until_active(reach: Reach, ports: Sequence[str], timeout: float) -> None:
    """Wait until these of the ports that have a VIF in them are ACTIVE. Raises ``NotInTime``."""
    plugged = [port["id"] for port in _look(reach.client, ports) if port["vif"] is not None]
    until(reach, plugged, State.active.value, timeout)
    reach.tell(f"{len(plugged)} port{'' if len(plugged) == 1 else 's'} {State.active.value}")


def until(reach: Reach, ports: Sequence[str], state: str, timeout: float) -> None:
    """Wait until the ports of these ids are in that state. Raises ``NotInTime``, which names those that are not."""
    end, pause = time.monotonic() + timeout, FIRST
    while late := [port for port in _look(reach.client, ports) if port["status"]["state"] != state]:
        if time.monotonic() + pause > end:
            told = "; ".join(f"{port['name'] or port['id']} is {_how(port['status'])}" for port in late[:5])
            more = f"; and {len(late) - 5} more" if len(late) > 5 else ""
            raise NotInTime(f"not {state} after {timeout:g} s: {told}{more}")
        ports = [port["id"] for port in late]  # whoever was there once has been waited for
        time.sleep(pause)
        pause = min(pause * 1.5, SLOWEST)


def _look(client: Client, ports: Sequence[str]) -> Documents:
    if len(ports) <= FEW:
        return [client.show("port", port) for port in ports]
    found = {port["id"]: port for port in client.list("port")}
    return [found.get(port) or client.show("port", port) for port in ports]  # or says that there is none


def _how(status: dict[str, str]) -> str:
    return f"{status['state']} ({status['reason']})" if status.get("reason") else status["state"]


def wait_port(
    reach: Reach,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Ports, by id or name.", autocompletion=of_kind("port"))
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Each port that has a VIF in it.")] = False,
    project: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --all: those of this project.", show_default=False)
    ] = None,
    for_: Annotated[State, typer.Option("--for", help="The state to wait for.")] = State.active,
    timeout: Timeout = 30.0,
) -> None:
    """Wait until ports are in a state. Exit status 7: not in time."""
    if all_ == bool(names):
        raise typer.BadParameter("name the ports to wait for, or say --all")
    if all_:
        filters = {} if project is None else {"project": project}
        ports = [port["id"] for port in reach.client.list("port", **filters) if port["vif"] is not None]
    else:
        ports = [resolve(reach.client, "port", name) for name in names or ()]
    until(reach, ports, for_.value, timeout)
    reach.tell(f"{len(ports)} port{'' if len(ports) == 1 else 's'} {for_.value}")


commands = typer.Typer(no_args_is_help=True, help="Wait until something is so.")
commands.callback()(lambda: None)  # so that `port` is a command of it, though the only one
commands.command("port")(reaching(wait_port))
