"""``weft-lab``: the options, and what its exit status means.

0: every frame arrived where it should, and nowhere else. 1: not so. 2: there is no lab, and why. 130: interrupted.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from weft.apps.lab.commands import check_machine
from weft.apps.lab.errors import LabError
from weft.apps.lab.lab import Wishes, run
from weft.apps.lab.openvswitch import datapath_type
from weft.apps.lab.story import Story
from weft.apps.usage import complaint
from weft.topologies.fabric import Fabric
from weft.topologies.shapes import SHAPES

Topology = Enum("Topology", {name: name for name in SHAPES}, type=str)  # type: ignore[misc]
Datapath = Enum("Datapath", {name: name for name in ("auto", "kernel", "user")}, type=str)  # type: ignore[misc]
Size = int | None


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. It ends the program."""
    app = typer.Typer(add_completion=False)
    app.command()(lab)
    try:
        status = app(args=arguments, prog_name="weft-lab", standalone_mode=False)
    except typer.TyperException as error:
        print(f"weft-lab: {complaint(error)}", file=sys.stderr)
        status = 2
    sys.exit(status)


def _above_zero(seconds: float) -> float:
    if not seconds > 0:  # which is how NaN is refused as well
        raise typer.BadParameter(f"must be a number above 0, not {seconds:g}")
    return seconds


def lab(
    topology: Annotated[Topology, typer.Option(help="The shape of the fabric.")] = Topology["leaf-spine"],
    switches: Annotated[Size, typer.Option(help="How many switches a linear or ring fabric has.")] = None,
    spines: Annotated[Size, typer.Option(help="How many spines a leaf-spine fabric has.")] = None,
    leaves: Annotated[Size, typer.Option(help="How many leaves a leaf-spine fabric has.")] = None,
    k: Annotated[Size, typer.Option("--k", help="How many ports a switch of a fat tree has.")] = None,
    hosts: Annotated[Size, typer.Option(help="How many hosts each switch at the edge has.")] = None,
    hold: Annotated[bool, typer.Option("--hold", help="Leave all running until Ctrl-C; say how to use it.")] = False,
    cli: Annotated[
        bool, typer.Option("--cli", help="Open Mininet's command line at the end. With --hold, the lab outlives it.")
    ] = False,
    describe: Annotated[Path | None, typer.Option(help="Write what runs to this file, as JSON.")] = None,
    keep_logs: Annotated[Path | None, typer.Option(help="Copy the logs to this directory at the end.")] = None,
    datapath: Annotated[Datapath, typer.Option(help="auto is the kernel's where there is one.")] = Datapath["auto"],
    patience: Annotated[
        float, typer.Option(help="Seconds in which all ports must be ACTIVE; above 0.", callback=_above_zero)
    ] = 60.0,
) -> None:
    """Start a fabric of real switches with two tenants on it, and show who reaches whom.

    The tenants have the same MAC and IP addresses. Everything lives in namespaces of its own and is gone afterwards.
    """
    console = Console()
    sizes = {"switches": switches, "spines": spines, "leaves": leaves, "k": k, "hosts": hosts}
    try:
        check_machine()
        fabric = _fabric(topology.value, {name: size for name, size in sizes.items() if size is not None})
        wishes = Wishes(hold, cli, describe, keep_logs, datapath_type(datapath.value), patience)
        correct = run(fabric, wishes, Story(console))
    except LabError as error:
        Console(stderr=True).print(f"[bold red]No lab:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        Console(stderr=True).print("Interrupted. Nothing of the lab is left.")
        raise typer.Exit(130) from None
    raise typer.Exit(0 if correct else 1)


def _fabric(topology: str, sizes: dict[str, int]) -> Fabric:
    """The fabric of that shape and size; ``LabError`` when the shape has no such size."""
    shape = SHAPES[topology]
    known = inspect.signature(shape).parameters
    for name in sizes:
        if name not in known:
            has = ", ".join(f"--{size}" for size in known)
            raise LabError(f"A {topology} fabric has no --{name}; its sizes are {has}.")
    try:
        return shape(**sizes)
    except ValueError as error:
        raise LabError(f"There is no such {topology} fabric: {error}.") from None
