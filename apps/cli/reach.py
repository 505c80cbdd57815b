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
from weft.apps.client import DEFAULT_URL, Client

DEFAULT_TOKEN_FILE = Path("weft.db.token")

Url = Annotated[str | None, typer.Option(metavar="URL", help=f"The controller; else WEFT_URL, else {DEFAULT_URL}.")]
TokenFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help=f"The file of its token; else WEFT_TOKEN_FILE, WEFT_TOKEN itself, or {DEFAULT_TOKEN_FILE}.",
    ),
]
Output = Annotated[Format, typer.Option("--output", "-o", help="Tables are for people.")]


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
    def run(ctx: typer.Context, url: str | None, token_file: Path | None, output: Format, **given: Any) -> None:
        everywhere = ctx.find_root().params  # the same options, said before the command
        url = url or everywhere["url"] or os.environ.get("WEFT_URL") or DEFAULT_URL
        with Client(url, _token(token_file or everywhere["token_file"])) as client:
            command(Reach(client, output), **given)

    _, *own = inspect.signature(command, eval_str=True).parameters.values()
    named = [p.replace(kind=p.KEYWORD_ONLY) for p in own if p.kind is not p.VAR_KEYWORD]
    common = [
        _option("ctx", typer.Context, inspect.Parameter.empty),
        _option("url", Url, None),
        _option("token_file", TokenFile, None),
        _option("output", Output, Format.table),
    ]
    signature = inspect.Signature([*named, *more, *common])
    run.__annotations__ = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    run.__signature__ = signature  # type: ignore[attr-defined]
    return run


def _option(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _token(file: Path | None) -> str:
    """The token from wherever it was said to be; none where nobody said and the usual file is missing."""
    if file is None and os.environ.get("WEFT_TOKEN"):
        return _sound(os.environ["WEFT_TOKEN"], "WEFT_TOKEN")
    named = file or (Path(os.environ["WEFT_TOKEN_FILE"]) if os.environ.get("WEFT_TOKEN_FILE") else None)
    if named is None and not DEFAULT_TOKEN_FILE.exists():
        return ""
    try:
        return _sound((named or DEFAULT_TOKEN_FILE).read_text(errors="replace"), str(named or DEFAULT_TOKEN_FILE))
    except OSError as error:
        raise typer.BadParameter(f"cannot read the token: {error}") from None


def _sound(text: str, where: str) -> str:
    """The token in the text, which must be one that a header can carry."""
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise typer.BadParameter(f"{where} holds no token")
    return token
