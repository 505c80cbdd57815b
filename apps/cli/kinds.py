"""``weft segment``, ``port``, ``vif``, ``switch`` and ``link``: the same five commands for each kind."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

import typer

from weft.apps.cli.completion import of_kind
from weft.apps.cli.drops import with_counters
from weft.apps.cli.exits import NOT_FOUND, of_answer
from weft.apps.cli.fields import changing, creating, document
from weft.apps.cli.names import by_id, find, resolve
from weft.apps.cli.reach import Reach, reaching
from weft.apps.client import Problem
from weft.apps.northbound.paths import COLLECTIONS

COLUMNS: dict[str, tuple[str, ...]] = {
    "segment": ("id", "name", "project", "transport", "segmentation_id", "admin_up"),
    "port": ("id", "name", "project", "segment", "vif", "status.state", "status.reason"),
    "vif": ("id", "name", "mac", "project", "switch", "interface"),
    "subnet": ("id", "name", "project", "segment", "cidr", "gateway_ip"),
    "quota": ("id", "limits", "usage"),
    "security_group": ("id", "name", "project", "stateful", "rules"),
    "trunk": ("id", "name", "project", "port", "subports", "admin_up"),
    "switch": ("id", "plugin", "dpid", "connected", "settled", "fabric_interfaces", "problems"),
    "link": ("id", "origin", "admin_up", "up"),
}
FILTERS: dict[str, tuple[str, ...]] = {
    "segment": ("name", "project"),
    "port": ("name", "project", "segment"),
    "vif": ("name", "project"),
    "subnet": ("name", "project", "segment"),
    "security_group": ("name", "project"),
    "trunk": ("name", "project"),
}
IfRevision = Annotated[int | None, typer.Option(help="Only if it still is at that revision.", show_default=False)]


def group(kind: str) -> typer.Typer:
    """The commands of one kind."""
    which = _which(kind)

    def list_(reach: Reach, **filters: Any) -> None:
        given = {name: value for name, value in filters.items() if value is not None}
        reach.show(reach.client.list(kind, **by_id(reach.client, given)), COLUMNS[kind])

    def show(reach: Reach, **given: Any) -> None:
        found = find(reach.client, kind, given["id"])
        reach.show(with_counters(reach, found) if kind == "port" else found)

    def create(reach: Reach, **given: Any) -> None:
        reach.show(reach.client.create(kind, by_id(reach.client, document(kind, given))))

    def update(reach: Reach, *, if_revision: IfRevision = None, **given: Any) -> None:
        id = given.pop("id")
        fields = document(kind, given)
        if not fields:
            raise typer.BadParameter("say what to change: no field is given")
        found = resolve(reach.client, kind, id)
        reach.show(reach.client.update(kind, found, by_id(reach.client, fields), if_revision))

    def delete(reach: Reach, *, if_revision: IfRevision = None, **given: Any) -> None:
        found = resolve(reach.client, kind, given["id"])
        reach.client.delete(kind, found, if_revision)
        reach.tell(f"{kind} {found} is deleted")

    commands = typer.Typer(
        no_args_is_help=True, help=f"List, show, create, update and delete {_words(COLLECTIONS[kind])}."
    )
    commands.command("list", help=_listing(kind))(reaching(list_, *map(_filter, FILTERS.get(kind, ()))))
    commands.command("show", help=f"Show one {_words(kind)}.")(reaching(show, which))
    commands.command("create", help=f"Make one {_words(kind)}.", no_args_is_help=True)(
        reaching(create, *creating(kind))
    )
    commands.command("update", help=f"Change one {_words(kind)}; an empty value says: none.")(
        reaching(update, which, *changing(kind))
    )
    commands.command("delete", help=f"Delete one {_words(kind)}.")(reaching(delete, which))
    if kind == "switch":
        commands.command("audit")(reaching(audit))
    if kind == "quota":
        commands.command("set", no_args_is_help=True)(reaching(set_quota))
    return commands


def audit(reach: Reach, switch: Annotated[str, typer.Argument(metavar="ID", autocompletion=of_kind("switch"))]) -> None:
    """Look now whether a switch holds what it should, and repair it where it does not."""
    reach.client.audit(switch)
    reach.tell(f"switch {switch} is being asked what it holds; `weft switch show {switch}` tells when it is settled")


def set_quota(
    reach: Reach,
    project: Annotated[str, typer.Argument(help="A project; *: every project that has no quota of its own.")],
    limits: Annotated[list[str], typer.Argument(metavar="KIND=NUMBER", help="How many there may be; -1: no limit.")],
) -> None:
    """Give a project these limits; those of other kinds stay as they are."""
    given = {limit["kind"]: limit for limit in document("quota", {"limits": limits})["limits"]}
    try:
        held = reach.client.show("quota", project)
    except Problem as problem:
        if of_answer(problem.status) != NOT_FOUND:
            raise
        reach.show(reach.client.create("quota", {"id": project, "limits": [*given.values()]}))
        return
    kept = [limit for limit in held["limits"] if limit["kind"] not in given]
    changed = {"limits": [*kept, *given.values()]}
    reach.show(reach.client.update("quota", project, changed, held["revision"]))


def _listing(kind: str) -> str:
    """What the command that lists them says of itself.

    >>> _listing("vif"), _listing("link")
    ('List the VIFs: all of them, or those that fit the options.', 'List the links.')
    """
    some = ": all of them, or those that fit the options" if kind in FILTERS else ""
    return f"List the {_words(COLLECTIONS[kind])}{some}."


def _words(name: str) -> str:
    """A kind, or several of it, in the words of people.

    >>> _words("vifs"), _words("security_group")
    ('VIFs', 'security group')
    """
    return name.replace("_", " ").replace("vif", "VIF")


def _which(kind: str) -> inspect.Parameter:
    argument = typer.Argument(
        metavar="ID", help="Its id, or its name if no other is called so.", autocompletion=of_kind(kind)
    )
    return inspect.Parameter("id", inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[str, argument])


def _filter(name: str) -> inspect.Parameter:
    option = typer.Option(f"--{name}", help=f"Only those of this {name}.", show_default=False)
    annotation = Annotated[str | None, option]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=None)
