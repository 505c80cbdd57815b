"""Ports under curfew say nothing: an extension with an attribute, a table, a reason, a stage, a path and a command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from weft.controller.compile.audience import Placed, here
from weft.controller.compile.seats import seat
from weft.controller.compile.stage import stage
from weft.controller.compile.view import View
from weft.controller.extension import Extension, Inserted, Resource
from weft.controller.flow.actions import Drop
from weft.controller.flow.flow import flow
from weft.controller.model.declared import Declared, Flag, value_of
from weft.controller.pipeline.core import SOURCE
from weft.controller.pipeline.reasons import Reason
from weft.controller.pipeline.schema import Table

SILENT = Declared("port", "curfew:silent", Flag(), "Whether all that it says ends here.", default=False, in_tables=True)
DOORS = Table("curfew", 40, matches=(SOURCE,), doc="Is the port to be silent?")
REASON = Reason(200, "curfew:silent", "sender", "Its port is under curfew.")


@stage(id=200, per="port")
def curfew(view: View, port_id: str) -> Iterator[Placed]:
    """A port under curfew says nothing."""
    port, at = view.port(port_id), seat(view, port_id)
    if port is not None and at is not None and value_of(port.attributes, SILENT):
        yield here(at.switch, flow(DOORS, 100, Drop("silent"), source=at.port_number))


class Silenced:
    """``GET /v1/ext/curfew/ports``: the ports under curfew."""

    def __init__(self, service: Any) -> None:
        self._service = service

    def on_get(self, req: Any, resp: Any) -> None:
        """Those of them that the caller may see."""
        ports = self._service.sight(req.context.caller).all("port")
        resp.media = {"ports": [port.id for port in ports if value_of(port.attributes, SILENT)]}


def commands() -> Any:
    """``weft curfew list``."""
    import typer

    from weft.apps.cli.reach import Reach, reaching

    app = typer.Typer(no_args_is_help=True, help="Ports that are to be silent.")

    def show(reach: Reach) -> None:
        """The ports under curfew."""
        reach.show(reach.client.ask("GET", "/v1/ext/curfew/ports"))

    app.callback()(lambda: None)
    app.command("list")(reaching(show))
    return app


CURFEW = Extension(
    name="Curfew",
    alias="curfew",
    description="Ports that are to be silent.",
    updated="2026-11-24T00:00:00Z",
    attributes=(SILENT,),
    tables=(Inserted(DOORS, after="admit"),),
    reasons=(REASON,),
    stages=(curfew,),
    resources=(Resource("/ports", Silenced),),
    commands=commands,
)
