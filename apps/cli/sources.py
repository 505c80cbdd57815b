"""Where the controller is and who asks it: from the option, or else the environment, the profile, or what is usual."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import typer

from weft.apps.cli.profiles import Chosen, beside, choose
from weft.apps.client import DEFAULT_URL
from weft.apps.file_errors import why

DEFAULT_TOKEN_FILE = Path("weft.db.token")


class Said(NamedTuple):
    """What an option, a variable or a file said, and which of them."""

    text: str
    source: str


class Options(NamedTuple):
    """The options as they were given; None where they were not."""

    url: str | None = None
    token_file: Path | None = None
    as_project: str | None = None
    as_role: Sequence[str] | None = None
    ca_certificate: Path | None = None
    profile: str | None = None

    def over(self, others: Options) -> Options:
        """These, and where they say nothing the others."""
        return others._replace(**{name: said for name, said in self._asdict().items() if said not in (None, [])})


class Sources(NamedTuple):
    """All that it takes to ask a controller, each with whoever said it; an empty text where nobody did."""

    url: Said
    token: Said
    project: Said
    roles: tuple[Said, ...]
    ca_certificate: Said
    profile: Chosen

    def lines(self) -> Iterator[tuple[str, str, str]]:
        """Each as people read it: what, which and from where. A token is never shown."""
        yield "profile", self.profile.name or "", ""
        yield "url", self.url.text, self.url.source
        yield "token", "****" if self.token.text else "", self.token.source
        yield "project", self.project.text, self.project.source
        yield "roles", ", ".join(role.text for role in self.roles), self.roles[0].source if self.roles else ""
        yield "ca_certificate", self.ca_certificate.text, self.ca_certificate.source


def find(options: Options) -> Sources:
    """``find(options)`` returns what holds. Raises ``typer.BadParameter``, which names whoever said what cannot be."""
    chosen = choose(options.profile)
    project, roles = _acting(options, chosen)
    address = _address(options, chosen)
    return Sources(address, _token(options, chosen, address), project, roles, _authority(options, chosen), chosen)


def _address(options: Options, chosen: Chosen) -> Said:
    """The controller's URL."""
    if options.url is not None:
        return Said(options.url, "--url")
    if os.environ.get("WEFT_URL"):
        return Said(os.environ["WEFT_URL"], "WEFT_URL")
    if chosen.profile.url:
        return Said(chosen.profile.url, chosen.source)
    return Said(DEFAULT_URL, "the usual address")


def _token(options: Options, chosen: Chosen, address: Said) -> Said:
    """The token; none where nobody said and the usual file is missing.

    A profile's token goes to the controller of that profile, and to no other that an option or a variable names.
    """
    if options.token_file is not None:
        return _read(options.token_file, f"--token-file {options.token_file}")
    if os.environ.get("WEFT_TOKEN"):
        return _sound(os.environ["WEFT_TOKEN"], "WEFT_TOKEN")
    if named := os.environ.get("WEFT_TOKEN_FILE"):
        return _read(Path(named), f"WEFT_TOKEN_FILE {named}")
    its_own = address.text.rstrip("/") == (chosen.profile.url or DEFAULT_URL).rstrip("/")
    if its_own and chosen.profile.token:
        return _sound(chosen.profile.token, chosen.source)
    if its_own and chosen.profile.token_file:
        path = beside(chosen.profile.token_file)
        return _read(path, f"{chosen.source}: token_file {path}")
    return _read(DEFAULT_TOKEN_FILE, f"./{DEFAULT_TOKEN_FILE}") if DEFAULT_TOKEN_FILE.exists() else Said("", "")


def _acting(options: Options, chosen: Chosen) -> tuple[Said, tuple[Said, ...]]:
    """The project that one acts as, if any, and its roles: those of whoever named the project."""
    if options.as_project is not None:
        project = Said(options.as_project, "--as-project")
    elif variable := os.environ.get("WEFT_AS_PROJECT"):
        project = Said(variable, "WEFT_AS_PROJECT")
    else:
        project = Said(chosen.profile.project or "", chosen.source if chosen.profile.project else "")
    if options.as_role:
        roles = tuple(Said(role, "--as-role") for role in options.as_role)
    elif project.source == "--as-project":
        roles = ()
    elif variable := os.environ.get("WEFT_AS_ROLE"):
        roles = tuple(Said(role, "WEFT_AS_ROLE") for role in variable.split(",") if role)
    else:
        roles = tuple(Said(role, chosen.source) for role in chosen.profile.roles if project.source == chosen.source)
    if roles and not project.source:
        raise typer.BadParameter("is a role of a project; name it with --as-project", param_hint=[roles[0].source])
    return project, roles


def _authority(options: Options, chosen: Chosen) -> Said:
    """The certificate of whoever vouches for the controller's."""
    if options.ca_certificate is not None:
        return _there(options.ca_certificate, "--ca-certificate")
    if named := os.environ.get("WEFT_CA"):
        return _there(Path(named), "WEFT_CA")
    if chosen.profile.ca_certificate:
        return _there(beside(chosen.profile.ca_certificate), f"{chosen.source}: ca_certificate")
    return Said("", "")


def _there(path: Path, source: str) -> Said:
    try:
        path.open("rb").close()
    except OSError as error:
        raise typer.BadParameter(f"{source} {path} cannot be read: {why(error)}") from None
    return Said(str(path), source)


def _read(path: Path, source: str) -> Said:
    try:
        return _sound(path.read_text(errors="replace"), source)
    except OSError as error:
        raise typer.BadParameter(f"{source} cannot be read: {why(error)}") from None


def _sound(text: str, source: str) -> Said:
    """The token in the text, which must be one that a header can carry."""
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise typer.BadParameter(f"{source} holds no token")
    return Said(token, source)
