"""What a command prints: tables for people, JSON or YAML for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from weft.apps.cli.notation import spelled

WIDE = 10_000  # whoever is no terminal gets whole lines


class Format(StrEnum):
    """How to print."""

    table = "table"
    json = "json"
    yaml = "yaml"


def show(value: Any, form: Format, columns: Sequence[str] = ()) -> None:
    """Print one document, or a list of them with these columns. Programs get all of it, whatever the columns."""
    if form is Format.json:
        print(json.dumps(value, indent=2))
    elif form is Format.yaml:
        import yaml

        print(yaml.safe_dump(value, sort_keys=False, allow_unicode=True), end="")
    elif isinstance(value, Mapping):
        _print(("field", "value"), ((name, cell(spelled(name, inner))) for name, inner in value.items()))
    else:
        _print(columns, ([cell(spelled(column, _inner(row, column))) for column in columns] for row in value))


def cell(value: Any) -> str:
    """A value as it reads in a table.

    >>> cell(True), cell(None), cell(["a", "b"]), cell({"state": "DOWN", "reason": "no carrier"})
    ('yes', '-', 'a, b', 'state=DOWN reason=no carrier')
    """
    if value is None or value in ("", [], {}):
        return "-"
    match value:
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return " ".join(f"{name}={cell(inner)}" for name, inner in value.items())
        case list() | tuple():
            return ", ".join(map(cell, value))
        case _:
            return printable(str(value))


def printable(text: str) -> str:
    r"""The text without anything that a terminal would obey.

    >>> printable("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _inner(row: Mapping[str, Any], path: str) -> Any:
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _print(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading.rpartition(".")[2].upper(), overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console(width=None if sys.stdout.isatty() else WIDE, highlight=False).print(table)
