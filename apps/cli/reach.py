"""Where the controller is, and how to print what it says: the options that every command of the API has."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from weft.apps.cli.output import Format, show
from weft.apps.client import DEFAULT_URL, BadAddress, Client, Problem
from weft.apps.file_errors import why

DEFAULT_TOKEN_FILE = Path("weft.db.token")

Url = Annotated[str | None, typer.Option(metavar="URL", help=f"The controller; else WEFT_URL, else {DEFAULT_URL}.")]
TokenFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help=f"The file of its token; else WEFT_TOKEN itself, the file WEFT_TOKEN_FILE, or {DEFAULT_TOKEN_FILE}.",
    ),
]
AsProject = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Act as this project, and not as the operator.", show_default=False),
]
AsRole = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Act in this role of --as-project. May be repeated.", show_default=False),
]
Output = Annotated[Format, typer.Option("--output", "-o", help="Tables are for people.")]


class Said(NamedTuple):
    """What an option, a variable or a file said, and which of them."""

    text: str
    source: str


class Reach(NamedTuple):
    """The controller at hand, and the format that was asked for."""

    client: Client
    form: Format

    def show(self, value: Any, columns: tuple[str, ...] = ()) -> None:
        """Print what the controller said."""
        show(value, self.form, columns)

    def tell(self, sentence: str) -> None:
        """Say to people what was done; programs see the exit status."""
        if self.form is Format.table:
            print(sentence)


def reaching(command: Callable[..., None], *more: inspect.Parameter) -> Callable[..., None]:
    """``reaching(command)`` is the command with the options of the controller, which hand it its ``Reach``.

    ``more`` are the parameters that stand for the command's own ``**given``.
    """

    @wraps(command)
    def run(
        ctx: typer.Context,
        url: str | None,
        token_file: Path | None,
        as_project: str | None,
        as_role: list[str] | None,
        output: Format,
        **given: Any,
    ) -> None:
        everywhere = ctx.find_root().params  # the same options, said before the command
        address = _address(url if url is not None else everywhere["url"])
        token = _token(token_file or everywhere["token_file"])
        project = as_project if as_project is not None else everywhere["as_project"]
        roles = as_role or everywhere["as_role"] or ()
        if roles and project is None:
            raise typer.BadParameter("is a role of a project; name it with --as-project", param_hint=["--as-role"])
        try:
            with Client(address.text, token.text, project=project, roles=roles) as client:
                command(Reach(client, output), **given)
        except BadAddress as error:
            raise BadAddress(f"{address.source} {error}") from None
        except Problem as problem:
            if problem.status != 401:
                raise
            raise _refused_token(problem, address, token) from None

    _, *own = inspect.signature(command, eval_str=True).parameters.values()
    named = [p.replace(kind=p.KEYWORD_ONLY) for p in own if p.kind is not p.VAR_KEYWORD]
    common = [
        _option("ctx", typer.Context, inspect.Parameter.empty),
        _option("url", Url, None),
        _option("token_file", TokenFile, None),
        _option("as_project", AsProject, None),
        _option("as_role", AsRole, None),
        _option("output", Output, Format.table),
    ]
    signature = inspect.Signature([*named, *more, *common])
    run.__annotations__ = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    run.__signature__ = signature  # type: ignore[attr-defined]
    return run


def _option(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _address(option: str | None) -> Said:
    """The controller's URL from wherever it was said to be."""
    if option is not None:
        return Said(option, "--url")
    if os.environ.get("WEFT_URL"):
        return Said(os.environ["WEFT_URL"], "WEFT_URL")
    return Said(DEFAULT_URL, "the usual address")


def _token(option: Path | None) -> Said:
    """The token from wherever it was said to be; none where nobody said and the usual file is missing."""
    if option is not None:
        return _read(option, f"--token-file {option}")
    if os.environ.get("WEFT_TOKEN"):
        return _sound(os.environ["WEFT_TOKEN"], "WEFT_TOKEN")
    if named := os.environ.get("WEFT_TOKEN_FILE"):
        return _read(Path(named), f"WEFT_TOKEN_FILE {named}")
    return _read(DEFAULT_TOKEN_FILE, f"./{DEFAULT_TOKEN_FILE}") if DEFAULT_TOKEN_FILE.exists() else Said("", "")


def _read(file: Path, source: str) -> Said:
    try:
        return _sound(file.read_text(errors="replace"), source)
    except OSError as error:
        raise typer.BadParameter(f"{source} cannot be read: {why(error)}") from None


def _sound(text: str, source: str) -> Said:
    """The token in the text, which must be one that a header can carry."""
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise typer.BadParameter(f"{source} holds no token")
    return Said(token, source)


def _refused_token(problem: Problem, address: Said, token: Said) -> Problem:
    """The same refusal, with whose token it was and where the right one is."""
    refused = f"refuses the token of {token.source}" if token.text else "wants its token, and none was given"
    ways = "--token-file, or mend WEFT_TOKEN" if token.source == "WEFT_TOKEN" else "--token-file or WEFT_TOKEN_FILE"
    where = "weft-controller says in its first line where that is (token_file), and a held lab prints it"
    detail = f"the controller at {address.text} {refused}; name the token's file by {ways}: {where}"
    return Problem({"type": problem.type, "status": problem.status, "title": problem.title, "detail": detail})
