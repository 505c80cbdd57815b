"""``weft export``: the model as a file that ``weft apply`` takes."""

from __future__ import annotations

from typing import Annotated

import typer

from weft.apps.cli.declared.matching import PRUNED
from weft.apps.cli.declared.writing import Model, sections, text
from weft.apps.cli.output import Format
from weft.apps.cli.reach import Reach
from weft.apps.client import Client, Documents
from weft.apps.model_file import FILED

LOOKS = 3  # at a model that changes while it is read


def export(
    reach: Reach,
    project: Annotated[
        list[str] | None,
        typer.Option(help="Only what this project has; no switches, no links. May be repeated.", show_default=False),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Say every field, so that applying the file puts each of them back.")
    ] = False,
) -> None:
    """Print the model as a file that weft apply takes: all that is declared, with its ids.

    What switches say themselves is left to them: links found by LLDP, and VIFs that claims have made.
    """
    model, revision = _read(reach.client, project)
    said = sections(model, full=full)
    if reach.form is Format.json:
        reach.show(said)
        return
    bound = [port for port in model["port"] if port["bound_vif"] is not None]
    remarks = [
        f"The model of {reach.client.url} at revision {revision}, by weft export",
        *(f"VIF {port['bound_vif']} has accepted the offer of port {port['id']}; no file can say so" for port in bound),
    ]
    print(text(said, remarks), end="")


def _read(client: Client, projects: list[str] | None) -> tuple[Model, int]:
    """All things of each kind, as they are at one revision; of a model that never rests, nearly so."""
    revision = _revision(client)
    for _ in range(LOOKS):
        model: Model = {kind: _things(client, kind, projects) for kind in FILED}
        before, revision = revision, _revision(client)
        if revision == before:
            break
    return model, revision


def _things(client: Client, kind: str, projects: list[str] | None) -> Documents:
    if projects is None:
        return client.list(kind)
    if kind in PRUNED:
        return [thing for project in projects for thing in client.list(kind, project=project)]
    return [thing for thing in client.list(kind) if thing["id"] in projects] if kind == "quota" else []


def _revision(client: Client) -> int:
    return int(client.health()["revision"])
