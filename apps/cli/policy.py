"""``weft policy``: every right by its name, as a file that one may change."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def policy(
    check: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Say whether this policy file can be used.", show_default=False),
    ] = None,
) -> None:
    """Print all rights, as they are when nobody says otherwise: a file to begin with, for weft-controller --policy."""
    from weft.controller.adapters.oslo_policy import OsloPolicy, PolicyUnusable, sample  # takes a third of a second

    if check is None:
        print(sample(), end="")
        return
    try:
        OsloPolicy(check)
    except PolicyUnusable as error:
        raise typer.TyperException(f"--check: {error}") from None
    print(f"{check} can be used")
