"""``weft shadow``: stages that are compiled beside those that the switches follow, how they differ, and promotion."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from weft.apps.cli.exits import NotInTime
from weft.apps.cli.output import Format, printable
from weft.apps.cli.reach import Reach, reaching
from weft.apps.stage_difference import COST, costs, lines
from weft.controller.model.promotion import REAL

COLUMNS = ("name", "state", "promoted", "added", "replaced", "left_out", "evaluations", "seconds", "problems")
PAUSE = 0.1  # seconds between two looks

Name = Annotated[str, typer.Argument(metavar="NAME", help="Its name.")]
Timeout = Annotated[
    float, typer.Option("--timeout", min=0, help="The most seconds to wait for it to be followed; 0: do not wait.")
]

commands = typer.Typer(no_args_is_help=True, help="List, show and compare stages in the shadow, and promote them.")


def _list(reach: Reach) -> None:
    """List the sets of stages: the real one, and those that are compiled beside it."""
    reach.show(reach.client.shadows(), COLUMNS)


def _show(reach: Reach, name: Name) -> None:
    """Show one set of stages."""
    reach.show(reach.client.shadow(name))


def _diff(
    reach: Reach,
    name: Name,
    flows: Annotated[int, typer.Option(min=0, help="At most so many flows.")] = 1000,
    frames: Annotated[int, typer.Option(min=0, help="Try at most so many frames.")] = 1000,
) -> None:
    """How it differs from what the switches follow: in their tables, in what becomes of frames, and in cost."""
    found = reach.client.shadow_difference(name, flows=flows, frames=frames)
    if reach.form is not Format.table:
        reach.show(found)
        return
    print("\n".join(map(printable, lines(found))))
    print(f"\ncost, {found['against']} and {found['name']}")
    reach.show(costs(found), COST)


def _promote(reach: Reach, name: Name, timeout: Timeout = 30.0) -> None:
    """Let the switches follow it: they are told what differs, and what is added is added before anything is removed."""
    reach.client.promote_shadow(name)
    _await(reach, name, timeout)


def _demote(reach: Reach, timeout: Timeout = 30.0) -> None:
    """Let the switches follow the real stages again."""
    reach.client.promote_shadow(REAL)
    _await(reach, REAL, timeout)


def _await(reach: Reach, name: str, timeout: float) -> None:
    end = time.monotonic() + timeout
    while (found := reach.client.shadow(name))["state"] != "followed" and time.monotonic() < end:
        time.sleep(PAUSE)
    if found["state"] != "followed" and timeout:
        raise NotInTime(f"not followed after {timeout:g} s: shadow {name} is {found['state']}")
    if reach.form is not Format.table:
        reach.show(found)
    elif found["state"] == "followed":
        reach.tell(f"the switches follow {name}")
    else:
        reach.tell(f"the switches will follow {name} as soon as it is compiled")


for name, command in (
    *(("list", _list), ("show", _show), ("diff", _diff)),
    *(("promote", _promote), ("demote", _demote)),
):
    commands.command(name)(reaching(command))
