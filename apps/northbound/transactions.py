"""``/v1/transactions``: several commands, of several kinds, all of them or none."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import falcon
from pydantic import BaseModel, Field

from weft.apps.northbound.acting import caller_of
from weft.apps.northbound.bodies import read_json
from weft.apps.northbound.collection import new
from weft.apps.northbound.problems import malformed, refused
from weft.apps.northbound.shapes import STRICT, change, checked
from weft.apps.northbound.views import view
from weft.controller.model.commands import Command, Delete, Plug, Unplug, Update
from weft.controller.service import Refused, Service

Kind = Literal["segment", "port", "vif", "switch", "link"]


MOST_COMMANDS = 1000  # deciding more would hold up the switches' sessions


class Transaction(BaseModel):
    """The commands, in the order in which they are decided."""

    model_config = STRICT
    commands: Annotated[list[Any], Field(min_length=1, max_length=MOST_COMMANDS)]


class _Create(BaseModel):
    model_config = STRICT
    do: Literal["create"]
    kind: Kind
    fields: Any


class _Update(BaseModel):
    model_config = STRICT
    do: Literal["update"]
    kind: Kind
    id: str
    fields: Any
    if_revision: int | None = None


class _Delete(BaseModel):
    model_config = STRICT
    do: Literal["delete"]
    kind: Kind
    id: str
    if_revision: int | None = None


class _Plug(BaseModel):
    model_config = STRICT
    do: Literal["plug"]
    port: str
    vif: str


class _Unplug(BaseModel):
    model_config = STRICT
    do: Literal["unplug"]
    port: str


_SHAPES: dict[str, type[BaseModel]] = {
    "create": _Create,
    "update": _Update,
    "delete": _Delete,
    "plug": _Plug,
    "unplug": _Unplug,
}


def command(value: object, within: str) -> Command:
    """The command that ``value`` describes; ``within`` is its place in the request."""
    if not isinstance(value, dict):
        raise malformed("must be an object", within)
    do = value.get("do")
    if not isinstance(do, str) or do not in _SHAPES:
        raise malformed(f"must be one of {', '.join(_SHAPES)}", f"{within}.do")
    given = checked(_SHAPES[do], value, within)
    del given["do"]
    match do:
        case "create":
            return new(given["kind"], given["fields"], within)
        case "update":
            return Update(**given | {"fields": checked(change(given["kind"]), given["fields"], within)})
        case "delete":
            return Delete(**given)
        case "plug":
            return Plug(**given)
        case _:
            return Unplug(**given)


class Transactions:
    """Do several things at once."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Do all of the commands, or none and say which of them is refused."""
        values = checked(Transaction, read_json(req))["commands"]
        commands = [command(value, f"commands[{index}]") for index, value in enumerate(values)]
        try:
            facts = self._service.submit(commands, caller_of(req))
        except Refused as error:
            raise refused(error.refusal, f"commands[{error.index}]") from None
        resp.media = {
            "revision": self._service.network.revision,
            "results": [view(self._service, fact) if fact is not None else None for fact in facts],
        }
