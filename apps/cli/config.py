"""``weft config``: the controllers that one has given a name, and what holds now."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from weft.apps.cli import profiles
from weft.apps.cli.completion import of_profiles
from weft.apps.cli.output import Format, show
from weft.apps.cli.profiles import Profile, changed
from weft.apps.cli.reach import COMMON, Authority, Output, sources_of

COLUMNS = ("", "profile", "url", "token", "token_file", "project", "roles", "ca_certificate")
HIDDEN = "****"

commands = typer.Typer(no_args_is_help=True, help="Profiles: show, set and choose the controllers to ask.")
Name = Annotated[str, typer.Argument(help="What you call the controller.", autocompletion=of_profiles)]


@commands.command("show")
def _show(ctx: typer.Context, output: Output = Format.table) -> None:
    """Show what holds now and who said so, and all profiles."""
    sources = sources_of(ctx, dict.fromkeys(COMMON))
    found = profiles.load()
    if output is not Format.table:
        now = {what: {"value": value or None, "source": source or None} for what, value, source in sources.lines()}
        every = {name: _hiding(one) for name, one in found.profiles.items()}
        show({"file": str(profiles.file()), "now": now, "profiles": every}, output)
        return
    rows = [dict(zip(("what", "value", "from"), line, strict=True)) for line in sources.lines()]
    show(rows, output, ("what", "value", "from"))
    print(f"\nprofiles in {profiles.file()}" if found.profiles else f"\nno profiles in {profiles.file()}")
    if found.profiles:
        chosen = sources.profile.name
        rows = [{"": "*" if n == chosen else " ", "profile": n, **_hiding(p)} for n, p in found.profiles.items()]
        show(rows, output, COLUMNS)


@commands.command("set", no_args_is_help=True)
def _set(
    name: Name,
    url: Annotated[str | None, typer.Option(metavar="URL", help="The controller.", show_default=False)] = None,
    token_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file of its token.", show_default=False)
    ] = None,
    token: Annotated[
        bool, typer.Option("--token", help="Keep the token itself: ask for it, or read it from standard input.")
    ] = False,
    project: Annotated[
        str | None, typer.Option(metavar="NAME", help="Act as this project.", show_default=False)
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="In this role. May be repeated.", show_default=False)
    ] = None,
    ca_certificate: Authority = None,
) -> None:
    """Make or change a profile; an empty value says: nothing."""
    found = profiles.load(make=True)
    given: dict[str, Any] = {"url": url, "project": project, "token": _asked() if token else None}
    given |= {"token_file": _path(token_file), "ca_certificate": _path(ca_certificate)}
    given["roles"] = [one for one in role if one] if role is not None else None
    told = {field: value for field, value in given.items() if value is not None}
    if "token" in told or "token_file" in told:  # one of them holds, and not whichever was there before
        told = {"token": "", "token_file": "", **told}
    profile = changed(found.profiles.get(name, Profile()), told)
    profiles.save(found.model_copy(update={"profiles": {**found.profiles, name: profile}}))
    print(f"profile {name} is in {profiles.file()}")


@commands.command("use")
def _use(
    name: Annotated[str, typer.Argument(help="A profile; an empty name: none.", autocompletion=of_profiles)],
) -> None:
    """Let a profile hold wherever nobody names one."""
    found = profiles.load()
    if name and name not in found.profiles:
        raise typer.BadParameter(f"{name} is no profile in {profiles.file()}; weft config set makes one")
    profiles.save(found.model_copy(update={"profile": name or None}))
    print(f"profile {name} holds" if name else "no profile holds")


@commands.command("delete")
def _delete(name: Name) -> None:
    """Forget a profile."""
    found = profiles.load()
    if name not in found.profiles:
        raise typer.BadParameter(f"{name} is no profile in {profiles.file()}")
    rest = {other: one for other, one in found.profiles.items() if other != name}
    kept = found.profile if found.profile != name else None
    profiles.save(found.model_copy(update={"profiles": rest, "profile": kept}))
    print(f"profile {name} is deleted")


def _asked() -> str:
    """The token that somebody types, unseen, or that comes by the standard input."""
    text = typer.prompt("Token", hide_input=True) if sys.stdin.isatty() else sys.stdin.read()
    token = str(text).strip()
    if not token:
        raise typer.BadParameter("there is none on standard input", param_hint=["--token"])
    return token


def _path(given: Path | None) -> str | None:
    """A file as a profile names it: from wherever one asks. An empty one says: none."""
    if given is None:
        return None
    return os.path.abspath(given) if str(given) != "." else ""


def _hiding(profile: Profile) -> dict[str, Any]:
    return {**profile.model_dump(), "token": HIDDEN if profile.token else None}
