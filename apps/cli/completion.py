"""What the shell may complete: names of things, asked of the controller while somebody waits at the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import typer

from weft.apps.cli import profiles
from weft.apps.cli.names import NAMED
from weft.apps.cli.reach import COMMON, client_of, sources_of
from weft.apps.client import Documents

PATIENCE = 0.3  # seconds: whoever is slower has nothing to say
Completion = Callable[[typer.Context, str], list[tuple[str, str]]]


def of_kind(kind: str) -> Completion:
    """``of_kind(kind)`` completes the things of that kind: by name, and by id where one has begun to type it."""

    def complete(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        return [*_fitting(_things(ctx, kind), incomplete)]

    return complete


def of_profiles(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The completion of profiles."""
    try:
        found = profiles.load().profiles
    except typer.BadParameter:
        return []
    return [(name, profile.url or "") for name, profile in found.items() if name.startswith(incomplete)]


def _things(ctx: typer.Context, kind: str) -> Documents:
    """The things of that kind, or none where nobody says them in time."""
    found: Documents = []

    def ask() -> None:
        try:
            with client_of(sources_of(ctx, {name: ctx.params.get(name) for name in COMMON}), PATIENCE) as client:
                found.extend(client.list(kind, fields="id,name" if kind in NAMED else "id"))
        except Exception:  # whatever is wrong: a shell that completes is no place to say it
            return

    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PATIENCE)
    return found if not asking.is_alive() else []


def _fitting(things: Documents, incomplete: str) -> Iterator[tuple[str, str]]:
    """The words that begin so, each with what it says.

    >>> web, other = {"id": "p1", "name": "web"}, {"id": "p2", "name": ""}
    >>> [*_fitting([web, other], "")], [*_fitting([web, other], "p")]
    ([('web', 'p1'), ('p2', '')], [('p1', 'web'), ('p2', '')])
    """
    names: list[Any] = [thing.get("name") for thing in things]
    for thing, name in zip(things, names, strict=True):
        usable = name and names.count(name) == 1 and not set(name) & set(" \t'\"\\$`")
        if usable and name.startswith(incomplete):
            yield name, thing["id"]
        elif thing["id"].startswith(incomplete) and (incomplete or not usable):
            yield thing["id"], name or ""
