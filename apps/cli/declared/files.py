"""The files that ``weft apply`` is given, as one list of entries."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

from weft.apps.file_errors import why
from weft.apps.model_file import FILED, Entry, ModelError, entries

SUFFIXES = (".yaml", ".yml", ".json")
STDIN = "-"


def gather(names: Iterable[str]) -> list[Entry]:
    """``gather(names)`` returns what these files say, each entry after those that it names.

    A folder stands for the files in it, and ``-`` for the standard input. Raises ``ModelError``, which names the file,
    and ``typer.BadParameter`` where there is no such file.
    """
    found = []
    for name in _files(names):
        try:
            found += [entry._replace(place=f"{name}: {entry.place}") for entry in entries(_text(name))]
        except ModelError as error:
            raise ModelError(f"{name}: {error}") from None
    return sorted(found, key=lambda entry: FILED.index(entry.kind))


def _files(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if name != STDIN and Path(name).is_dir():
            inside = sorted(path for path in Path(name).iterdir() if path.suffix in SUFFIXES and path.is_file())
            if not inside:
                raise typer.BadParameter(f"{name} holds no file that ends in {', '.join(SUFFIXES)}", param_hint=["-f"])
            yield from map(str, inside)
        else:
            yield name


def _text(name: str) -> str:
    try:
        return sys.stdin.read() if name == STDIN else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"cannot read {name}: {why(error)}", param_hint=["-f"]) from None
