"""``weft token``: who is known by a token. The secret of a new one is printed once."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from weft.apps.cli.output import Format
from weft.apps.cli.reach import Reach, reaching

COLUMNS = ("id", "user", "project", "roles", "expires", "description")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PERIOD = re.compile(r"([0-9]{1,9})([smhdw])")
_NO_PERIOD = "must be a number and s, m, h, d or w, such as 30d"

Id = Annotated[str, typer.Argument(metavar="ID", help="Its id.")]

commands = typer.Typer(no_args_is_help=True, help="List, show, create and revoke tokens.")


def _list(
    reach: Reach,
    user: Annotated[str | None, typer.Option(help="Only those of this user.", show_default=False)] = None,
    project: Annotated[str | None, typer.Option(help="Only those of this project.", show_default=False)] = None,
) -> None:
    """List the tokens: all of them, or those that fit the options."""
    given = {"user": user, "project": project}
    reach.show(reach.client.tokens(**{name: value for name, value in given.items() if value is not None}), COLUMNS)


def _show(reach: Reach, id: Id) -> None:
    """Show one token, without its secret, which nobody has but its holder."""
    reach.show(reach.client.token(id))


def _create(
    reach: Reach,
    user: Annotated[str | None, typer.Option(help="Who is known by it; else yourself.", show_default=False)] = None,
    project: Annotated[
        str | None, typer.Option(help="The project that it acts for; an operator needs none.", show_default=False)
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(help="What it may do: operator, member [default], reader, or a role of yours. May be repeated."),
    ] = None,
    expires_in: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="When it ends, such as 30d; else never.", show_default=False)
    ] = None,
    description: Annotated[str | None, typer.Option(help="A text for people.", show_default=False)] = None,
) -> None:
    """Make a token, and print its secret: this once, for it is kept nowhere."""
    given = {"user": user, "project": project, "roles": role or None, "description": description}
    fields: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if expires_in is not None:
        fields["expires_in"] = _seconds(expires_in)
    made = reach.client.create_token(fields)
    reach.show(made)
    if reach.form is Format.table:
        reach.tell(
            "\nKeep the secret now; nobody can show it again. Used as WEFT_TOKEN, or in the file WEFT_TOKEN_FILE."
        )


def _revoke(reach: Reach, id: Id) -> None:
    """Revoke a token: from the next request on nobody is known by it."""
    reach.client.revoke_token(id)
    reach.tell(f"token {id} is revoked")


def _seconds(text: str) -> int:
    """The seconds of a period.

    >>> _seconds("90s"), _seconds("30d")
    (90, 2592000)
    """
    found = _PERIOD.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{_NO_PERIOD}, not {text!r}", param_hint=["--expires-in"])
    return int(found[1]) * _SECONDS[found[2]]


for name, command in (("list", _list), ("show", _show), ("create", _create), ("revoke", _revoke)):
    commands.command(name)(reaching(command))
