"""``weft conformance``: whether a plug-in means by the core API what everybody else does, proven with frames."""

from __future__ import annotations

import platform
import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from weft.apps.file_errors import why


def conformance(
    plugin: Annotated[
        str, typer.Argument(help="The plug-in, by the name of its bed; without, all beds are listed.")
    ] = "",
    histories: Annotated[int, typer.Option(min=0, help="How many random histories are run.")] = 5,
    steps: Annotated[int, typer.Option(min=1, help="How many random steps each of them has.")] = 40,
    seed: Annotated[int, typer.Option(min=0, help="The seed of the first; the others follow.")] = 0,
    traits: Annotated[bool, typer.Option(help="Ask for each trait in turn.")] = True,
    patience: Annotated[
        float, typer.Option(min=0.1, help="Seconds in which all must be as it should, after whatever has happened.")
    ] = 15.0,
    write: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the report between the plug-in's markers in this document."),
    ] = None,
) -> None:
    """Let a plug-in's devices carry frames, and compare who hears them with what the core API means.

    Each trait is asked for: it must be honoured, which frames prove, or be refused. Then random histories are run
    against a controller of their own; of one that fails, the shortest that still does is printed. Exit status 1 when
    anything is wrong.
    """
    from weft.apps.lab.errors import LabError
    from weft.conformance.bed import beds
    from weft.conformance.controller import ControllerEnded, real_world
    from weft.conformance.proving import Row, rows
    from weft.conformance.report import Report
    from weft.conformance.report import write as write_report
    from weft.conformance.run import Result, Tally
    from weft.conformance.run import histories as run_histories

    known = beds()
    if not plugin:
        print("".join(f"{name}\n" for name in sorted(known)), end="")
        return
    if plugin not in known:
        raise typer.BadParameter(f"no bed of that name is installed; there are {', '.join(sorted(known)) or 'none'}")

    def show(row: Row) -> None:
        print(f"{row.answer:9} {row.subject:32} {row.shown}", flush=True)

    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")  # where a bed knows the plug-in's insides
    try:
        make = known[plugin]()
        found: list[Row] = []
        if traits:
            with real_world(make, patience) as world:
                found = rows(world, show)
        result = Result(Tally(), None)
        if histories:
            seeds = range(seed, seed + histories)
            refused = frozenset(row.trait for row in found if row.answer == "refused" and row.trait)
            result = run_histories(
                lambda: real_world(make, patience), seeds, steps, refused, lambda line: print(line, flush=True)
            )
    except (LabError, ControllerEnded, ImportError) as error:
        raise typer.TyperException(f"the bed of {plugin} cannot be made: {error}") from None
    command = f"weft conformance {plugin} --histories {histories} --steps {steps} --seed {seed}"
    machine = f"Python {platform.python_version()}, Linux {platform.release()}, {datetime.now(UTC):%Y-%m-%d}"
    report = Report(plugin, command, machine, found, result)
    if result.failure is not None:
        print(result.failure)
    if write is not None:
        try:
            write_report(report, write)
        except (OSError, ValueError) as error:
            raise typer.TyperException(f"--write: {why(error) if isinstance(error, OSError) else error}") from None
    broken = sum(row.answer == "broken" for row in found)
    said = f"{plugin} {'passes' if report.passed else 'FAILS'}: {len(found)} traits, {broken} of them broken; "
    print(f"{said}{result.tally.histories} histories, {result.tally.frames} frames", file=sys.stderr)
    if not report.passed:
        raise typer.Exit(1)
