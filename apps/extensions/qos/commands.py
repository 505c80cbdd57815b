"""``weft qos``: the mark and the rate of ports and segments."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from weft.apps.cli.names import resolve
from weft.apps.cli.output import Format
from weft.apps.cli.reach import Reach, reaching

FIELDS = ("qos:dscp", "qos:rate", "qos:burst")
Kind = Annotated[str, typer.Argument(metavar="port|segment", help="What sort of thing.")]
Name = Annotated[str, typer.Argument(metavar="ID", help="By id or name.")]

commands = typer.Typer(no_args_is_help=True, help="Mark what ports send, and bound how much they may send.")


def _list(reach: Reach) -> None:
    """The segments and ports that have a mark or a rate of their own."""
    found: list[dict[str, Any]] = []
    for kind in ("segment", "port"):
        for thing in reach.client.list(kind):
            said = {name: thing.get(name) for name in FIELDS}
            if any(value is not None for value in said.values()):
                found.append({"kind": kind, "id": thing["id"], "name": thing["name"], **said})
    if reach.form is Format.table:  # where a colon would part what is inside a field
        found = [{name.removeprefix("qos:"): value for name, value in one.items()} for one in found]
        reach.show(found, ("kind", "id", "name", "dscp", "rate", "burst"))
    else:
        reach.show(found)


def _set(
    reach: Reach,
    kind: Kind,
    name: Name,
    dscp: Annotated[int | None, typer.Option(min=0, max=63, help="The DSCP of what it sends.")] = None,
    rate: Annotated[int | None, typer.Option(min=1, help="The most that it may send, in kbit/s.")] = None,
    burst: Annotated[int | None, typer.Option(min=1, help="How much may come at once on top, in kbit.")] = None,
) -> None:
    """Give a port, or each port of a segment, a mark or a rate; what is not named stays as it is."""
    given = {f"qos:{field}": value for field, value in (("dscp", dscp), ("rate", rate), ("burst", burst))}
    fields = {field: value for field, value in given.items() if value is not None}
    if not fields:
        raise typer.BadParameter("say what to set: --dscp, --rate or --burst")
    reach.show(reach.client.update(*_which(reach, kind, name), fields))


def _clear(reach: Reach, kind: Kind, name: Name) -> None:
    """Take the mark and the rate of a port or segment away."""
    kind, found = _which(reach, kind, name)
    reach.client.update(kind, found, dict.fromkeys(FIELDS))
    reach.tell(f"{kind} {found} has neither mark nor rate of its own")


def _which(reach: Reach, kind: str, name: str) -> tuple[str, str]:
    if kind not in ("port", "segment"):
        raise typer.BadParameter(f"must be port or segment, not {kind!r}")
    return kind, resolve(reach.client, kind, name)


for word, function in (("list", _list), ("set", _set), ("clear", _clear)):
    commands.command(word)(reaching(function))
