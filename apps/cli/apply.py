"""``weft apply``: what files declare is made so."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from typing import Annotated

import typer

from weft.apps.cli.declared.files import gather
from weft.apps.cli.declared.held import FEW, Held
from weft.apps.cli.declared.matching import PRUNED, Matching
from weft.apps.cli.declared.plan import Plan
from weft.apps.cli.declared.steps import Step, transactions
from weft.apps.cli.declared.telling import summary, tell
from weft.apps.cli.exits import PENDING
from weft.apps.cli.output import Format
from weft.apps.cli.reach import Reach
from weft.apps.cli.waiting import Timeout, until_active
from weft.apps.client import Problem
from weft.apps.model_file import Entry, ModelError
from weft.apps.northbound.paths import COLLECTIONS


def apply(
    reach: Reach,
    files: Annotated[
        list[str],
        typer.Option(
            "--file", "-f", metavar="FILE", help="A file, a folder of them, or - for standard input. May be repeated."
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.", show_default=False)] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan alone. Exit status 4: there are changes.")
    ] = False,
    prune: Annotated[
        bool,
        typer.Option("--prune", help="Delete what the files do not name, in the projects that they name."),
    ] = False,
    prune_fabric: Annotated[
        bool, typer.Option("--prune-fabric", help="Delete the switches and declared links that the files do not name.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the files' ports are ACTIVE.")] = False,
    timeout: Timeout = 60.0,
) -> None:
    """Make the model what files say: show what would change, ask, and do it.

    The form is that of `weft compile` and `weft export`. What a file does not say of a thing stays as it is; an empty
    value (null, [] or "") clears it. Nothing is deleted without --prune. Without a terminal, --yes is needed.
    """
    try:
        entries = gather(files)
        pruning = [kind for kind in (*PRUNED * prune, *("link", "switch") * prune_fabric) if kind in COLLECTIONS]
        held = Held(reach.client, _whole(entries))
        plan = Matching(held, reach.client.project).plan(entries, pruning)
    except ModelError as error:
        raise typer.TyperException(str(error)) from None
    batches = transactions(plan)
    if reach.form is Format.table:
        tell(plan, len(batches))
    if dry_run:
        _print_document(reach, plan, batches, None)
        raise typer.Exit(PENDING if batches else 0)
    if batches and not yes:
        _ask(reach)
    revision = _do(reach, batches)
    _print_document(reach, plan, batches, revision)
    if batches:
        reach.tell(f"done: revision {revision}")
    if wait:
        until_active(reach, plan.ports, timeout)


def _whole(entries: Iterable[Entry]) -> list[str]:
    """The kinds of which so much is said that their lists are read whole."""
    counts = Counter(entry.kind for entry in entries)
    counts["segment"] += len({entry.given.get("segment") for entry in entries})
    return [kind for kind, count in counts.items() if count > FEW]


def _ask(reach: Reach) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or reach.form is not Format.table:
        raise typer.BadParameter("nobody is at a terminal to be asked: say --yes, or --dry-run to see the plan alone")
    if not typer.confirm("Make it so?"):
        raise typer.Abort


def _do(reach: Reach, batches: list[list[Step]]) -> int | None:
    """Do one transaction after the other, and return the last one's revision."""
    revision = None
    for number, steps in enumerate(batches, 1):
        try:
            revision = reach.client.transaction([step.command for step in steps])["revision"]
        except Problem as problem:
            raise _placed(problem, steps, number, len(batches)) from None
        if len(batches) > 1:
            reach.tell(f"transaction {number} of {len(batches)} is done")
    return revision


def _placed(problem: Problem, steps: list[Step], number: int, of: int) -> Problem:
    """The same refusal, with the place in the file that it is about."""
    where, _, rest = (problem.field or "").partition("].")
    index = where.removeprefix("commands[").rstrip("]")
    if not index.isdecimal() or int(index) >= len(steps):
        return problem
    difference = steps[int(index)].of
    field = rest.removeprefix("fields.")
    place = difference.place or f"deleting {difference.label}"
    detail = (
        f"{place}{'.' if difference.place else ': '}{field}: {problem.rule}" if field else f"{place}: {problem.rule}"
    )
    if "stale" in problem.type:
        detail = f"{difference.label} has been changed by somebody else meanwhile; nothing is done, so look again"
    if number > 1:
        detail += f" (transactions 1 to {number - 1} of {of} are done; apply again for the rest)"
    return problem.saying(detail)


def _print_document(reach: Reach, plan: Plan, batches: list[list[Step]], revision: int | None) -> None:
    if reach.form is not Format.table:
        told = {"summary": summary(plan, len(batches)), "transactions": len(batches), "revision": revision}
        reach.show({**plan.document(), **told})
