"""A plan as people read it: a line for each thing, and below it what differs."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from weft.apps.cli.declared.plan import Difference, Plan, readable
from weft.apps.cli.output import WIDE, cell

_SIGNS = {"create": ("+", "green"), "update": ("~", "yellow"), "delete": ("-", "red")}
_UNSAID = frozenset({"id", "name", "project", "a", "b"})  # the first line says it already
_MARGIN = 6


def tell(plan: Plan, transactions: int) -> None:
    """Print the plan, and how many transactions it takes."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDE
    console = Console(width=width, highlight=False, soft_wrap=True)
    names = plan.names()
    for do, (sign, style) in _SIGNS.items():
        for difference in plan.those(do):
            console.print(Text(f"{sign} {cell(difference.label)}", style=style))
            for line in _details(difference, names):
                console.print(Text(textwrap.fill(line, width, initial_indent=" " * _MARGIN, subsequent_indent=" " * 8)))
    if plan.differences:
        print()
    print(summary(plan, transactions))


def summary(plan: Plan, transactions: int) -> str:
    """All of it in one sentence."""
    if not plan.differences:
        return "nothing to change"
    counts = [(len(list(plan.those(do))), f"to {do}") for do in _SIGNS]
    how = "in one transaction" if transactions == 1 else f"in {transactions} transactions, one after the other"
    return f"{', '.join(f'{count} {what}' for count, what in counts if count)}, {how}"


def _details(difference: Difference, names: Mapping[str, str]) -> Iterator[str]:
    """What differs, field by field; of a new thing, all of it in one go."""
    if difference.do == "create":
        told = [f"{name}={_cell(name, new, names)}" for name, (_, new) in difference.fields.items() if _says(name, new)]
        if told:
            yield " ".join(told)
    elif difference.do == "update":
        for name, (old, new) in difference.fields.items():
            yield f"{name}: {_cell(name, old, names)} → {_cell(name, new, names)}"


def _says(name: str, value: Any) -> bool:
    return name not in _UNSAID and value not in (None, [], "")


def _cell(name: str, value: Any, names: Mapping[str, str]) -> str:
    return cell(readable(name, value, names))
