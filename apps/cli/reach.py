"""Where the controller is, and how to print what it says: the options that every command of the API has."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from weft.apps.cli.output import Format, show
from weft.apps.cli.sources import DEFAULT_TOKEN_FILE, Options, Sources, find
from weft.apps.client import DEFAULT_URL, BadAddress, Client, Problem
from weft.apps.identity.identity import UNKNOWN

PANEL = "Controller"  # the part of the help in which these options stand

Url = Annotated[
    str | None,
    typer.Option(metavar="URL", help=f"The controller; else WEFT_URL, else {DEFAULT_URL}.", rich_help_panel=PANEL),
]
TokenFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help=f"The file of its token; else WEFT_TOKEN itself, the file WEFT_TOKEN_FILE, or {DEFAULT_TOKEN_FILE}.",
        rich_help_panel=PANEL,
    ),
]
AsProject = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Act as this project, and not as the operator; else WEFT_AS_PROJECT.",
        show_default=False,
        rich_help_panel=PANEL,
    ),
]
AsRole = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="Act in this role of --as-project. May be repeated. Else WEFT_AS_ROLE, with commas.",
        show_default=False,
        rich_help_panel=PANEL,
    ),
]
Authority = Annotated[
    Path | None,
    typer.Option(
        "--ca-certificate",
        metavar="FILE",
        help="Whose word for an https:// controller is believed; else WEFT_CA.",
        show_default=False,
        rich_help_panel=PANEL,
    ),
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="The profile that says what no option and no variable says; else WEFT_PROFILE.",
        show_default=False,
        rich_help_panel=PANEL,
    ),
]
Output = Annotated[Format, typer.Option("--output", "-o", help="Tables are for people.")]
COMMON: dict[str, Any] = {
    "url": Url,
    "token_file": TokenFile,
    "as_project": AsProject,
    "as_role": AsRole,
    "ca_certificate": Authority,
    "profile": ProfileName,
}


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
    def run(ctx: typer.Context, output: Format, **given: Any) -> None:
        sources = sources_of(ctx, {name: given.pop(name) for name in COMMON})
        try:
            with client_of(sources) as client:
                command(Reach(client, output), **given)
        except BadAddress as error:
            raise BadAddress(f"{sources.url.source} {error}") from None
        except Problem as problem:
            if problem.status != 401:
                raise
            raise _refused_token(problem, sources) from None

    _, *own = inspect.signature(command, eval_str=True).parameters.values()
    named = [p.replace(kind=p.KEYWORD_ONLY) for p in own if p.kind is not p.VAR_KEYWORD]
    common = [
        _option("ctx", typer.Context, inspect.Parameter.empty),
        _option("output", Output, Format.table),
        *(_option(name, annotation, None) for name, annotation in COMMON.items()),
    ]
    signature = inspect.Signature([*named, *more, *common])
    run.__annotations__ = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    run.__signature__ = signature  # type: ignore[attr-defined]
    return run


def sources_of(ctx: typer.Context, given: Mapping[str, Any]) -> Sources:
    """What holds for a command: its own options go before the same ones said before the command."""
    everywhere = ctx.find_root().params
    return find(Options(**given).over(Options(**{name: everywhere.get(name) for name in COMMON})))


def client_of(sources: Sources, timeout: float = 30.0) -> Client:
    """The client that these lead to. Raises ``BadAddress``."""
    return Client(
        sources.url.text,
        sources.token.text,
        timeout,
        project=sources.project.text if sources.project.source else None,
        roles=[role.text for role in sources.roles],
        ca_certificate=sources.ca_certificate.text or None,
    )


def _option(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _refused_token(problem: Problem, sources: Sources) -> Problem:
    """The same refusal, with whose token it was and where the right one is."""
    address, token = sources.url, sources.token
    why = f" ({problem.rule})" if problem.rule not in (None, UNKNOWN) else ""
    refused = f"refuses the token of {token.source}{why}" if token.text else "wants its token, and none was given"
    ways = "--token-file, or mend WEFT_TOKEN" if token.source == "WEFT_TOKEN" else "--token-file or WEFT_TOKEN_FILE"
    where = "weft-controller says in its first line where that is (token_file), and a held lab prints it"
    detail = f"the controller at {address.text} {refused}; name the token's file by {ways}: {where}"
    return problem.saying(detail)
