"""Profiles: controllers that people have given a name, in a file of their own."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import typer
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from weft.apps import yaml12
from weft.apps.file_errors import why
from weft.apps.northbound.wording import rule

_STRICT = ConfigDict(extra="forbid", frozen=True, strict=True)


class Profile(BaseModel):
    """Where a controller is, and as whom one asks it. What is not said is found as it is without a profile."""

    model_config = _STRICT

    url: str | None = None
    token: str | None = None
    token_file: str | None = None
    project: str | None = None
    roles: list[str] = []
    ca_certificate: str | None = None

    @model_validator(mode="after")
    def _roles_are_of_a_project(self) -> Profile:
        if self.roles and not self.project:
            raise ValueError("has roles, which are those of a project: name it as well")
        return self


class Profiles(BaseModel):
    """All of them, and which one holds where nobody names one."""

    model_config = _STRICT

    profile: str | None = None
    profiles: dict[str, Profile] = {}


class Chosen(NamedTuple):
    """The profile that holds, and what it is called in messages; an empty one where nobody has chosen any."""

    profile: Profile
    name: str | None = None

    @property
    def source(self) -> str:
        """The words for whoever said something by it."""
        return f"profile {self.name}"


def file() -> Path:
    """Where the profiles are kept: WEFT_CONFIG_FILE, or config.yaml in the user's folder for such files."""
    if named := os.environ.get("WEFT_CONFIG_FILE"):
        return Path(named)
    folder = os.environ.get("XDG_CONFIG_HOME")
    return (Path(folder) if folder else Path.home() / ".config") / "weft" / "config.yaml"


def load(*, make: bool = False) -> Profiles:
    """The profiles in the file. Raises ``typer.BadParameter``, which names the file.

    Where it is missing there are none; but who names it by WEFT_CONFIG_FILE has it, or is about to ``make`` it.
    """
    path = file()
    try:
        text, mode = path.read_text(encoding="utf-8"), stat.S_IMODE(path.stat().st_mode)
        found = Profiles.model_validate(yaml12.load(text) or {})
    except FileNotFoundError:
        if os.environ.get("WEFT_CONFIG_FILE") and not make:
            raise typer.BadParameter(f"WEFT_CONFIG_FILE {path} cannot be read: No such file or directory") from None
        return Profiles()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise typer.BadParameter(f"{path} cannot be read: {why(error)}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise typer.BadParameter(f"{path}: {'.'.join(map(str, first['loc']))}: {rule(first)}") from None
    if mode & 0o077 and any(profile.token for profile in found.profiles.values()):
        raise typer.BadParameter(f"others may read the token in {path} (mode {mode:04o}); say: chmod 600 {path}")
    return found


def choose(option: str | None) -> Chosen:
    """The profile that the option names, or WEFT_PROFILE, or the file itself."""
    variable = os.environ.get("WEFT_PROFILE")
    found = load()
    name = option if option is not None else variable or found.profile
    if name is None:
        return Chosen(Profile())
    if name not in found.profiles:
        source = "--profile" if option is not None else "WEFT_PROFILE" if variable else f"{file()}: profile:"
        known = f"there are: {', '.join(found.profiles)}" if found.profiles else "there is none"
        raise typer.BadParameter(f"{source} {name} is no profile in {file()}; {known}")
    return Chosen(found.profiles[name], name)


def beside(named: str) -> Path:
    """A file that a profile names: where it says, from the folder of the profiles."""
    return file().parent / Path(named).expanduser()


def save(profiles: Profiles) -> None:
    """Keep the profiles, for their owner's eyes alone."""
    path = file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
        with open(descriptor, "w", encoding="utf-8") as written:
            written.write(yaml.safe_dump(_brief(profiles), sort_keys=False, allow_unicode=True))
        os.replace(name, path)
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {why(error)}") from None


def changed(profile: Profile, given: Mapping[str, Any]) -> Profile:
    """The profile with these fields; an empty one is as if nobody had said it. Raises ``typer.BadParameter``."""
    told = {**profile.model_dump(exclude_defaults=True), **given}
    try:
        return Profile.model_validate({name: value for name, value in told.items() if value})
    except ValidationError as error:
        raise typer.BadParameter(rule(error.errors()[0])) from None


def _brief(profiles: Profiles) -> dict[str, Any]:
    """What the file holds: no more than somebody has said."""
    return {
        **({"profile": profiles.profile} if profiles.profile else {}),
        "profiles": {name: one.model_dump(exclude_defaults=True) for name, one in profiles.profiles.items()},
    }
