"""``/v1/transactions``: several commands, of several kinds, all of them or none."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import falcon
from pydantic import AfterValidator, BaseModel, Field, WithJsonSchema

from weft.apps.northbound.description.meanings import ANY
from weft.apps.northbound.description.operations import WRITING, Operation, Operations
from weft.apps.northbound.description.shown import Performed
from weft.apps.northbound.description.thing_operations import made
from weft.apps.northbound.doing import Done, Outcome, Plan, do
from weft.apps.northbound.making import new
from weft.apps.northbound.paths import COLLECTIONS, MOST_COMMANDS
from weft.apps.northbound.problems import malformed
from weft.apps.northbound.shapes import STRICT, change, checked, creation, fields_of
from weft.apps.northbound.views import view
from weft.controller.model.commands import Command, Delete, Plug, Unplug, Update
from weft.controller.service import Service


def _kind(name: str) -> str:
    if name not in COLLECTIONS:
        raise ValueError(f"must be one of {', '.join(COLLECTIONS)}")
    return name


Kind = Annotated[str, AfterValidator(_kind), WithJsonSchema({"enum": list(COLLECTIONS)})]
_REVISION = {"type": "integer", "minimum": 0, "maximum": 10**18}
Revision = Annotated[
    Annotated[int, WithJsonSchema(_REVISION)] | None, Field(description="Only if it still is at that revision.")
]
Id = Annotated[str, WithJsonSchema(dict(ANY)), Field(description="Its id.")]


class Transaction(BaseModel):
    """The commands, in the order in which they are decided."""

    model_config = STRICT
    commands: Annotated[list[Any], Field(min_length=1, max_length=MOST_COMMANDS)]


class _Create(BaseModel):
    """Make something."""

    model_config = STRICT
    do: Literal["create"]
    kind: Kind
    fields: Any


class _Update(BaseModel):
    """Give fields of something new values."""

    model_config = STRICT
    do: Literal["update"]
    kind: Kind
    id: Id
    fields: Any
    if_revision: Revision = None


class _Delete(BaseModel):
    """Delete something."""

    model_config = STRICT
    do: Literal["delete"]
    kind: Kind
    id: Id
    if_revision: Revision = None


class _Plug(BaseModel):
    """Put a VIF into a port."""

    model_config = STRICT
    do: Literal["plug"]
    port: Id
    vif: Id


class _Unplug(BaseModel):
    """Take the VIF out of a port."""

    model_config = STRICT
    do: Literal["unplug"]
    port: Id


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
            return Update(**given | {"fields": fields_of(change(given["kind"]), given["fields"], within)})
        case "delete":
            return Delete(**given)
        case "plug":
            return Plug(**given)
        case _:
            return Unplug(**given)


def _shape() -> dict[str, Any]:
    """The shape of a transaction with all that its commands may be: those of each kind have its fields."""
    commands: list[Any] = [_Delete, _Plug, _Unplug]
    revision = {"anyOf": [_REVISION, {"type": "null"}], "description": "Only if it is at that revision."}
    for kind in COLLECTIONS:
        to_make = {"do": {"const": "create"}, "kind": {"const": kind}, "fields": creation(kind)}
        to_change = {
            "do": {"const": "update"},
            "kind": {"const": kind},
            "id": ANY,
            "fields": change(kind),
        }
        commands.append(_object(to_make))
        commands.append(_object(to_change, {"if_revision": revision}))
    listed = {"type": "array", "minItems": 1, "maxItems": MOST_COMMANDS, "items": {"anyOf": commands}}
    return _object({"commands": listed})


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    properties = required | (optional or {})
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


class Transactions:
    """Do several things at once."""

    operations: ClassVar[Operations] = {
        "POST": Operation(
            id="do_transaction",
            group="transactions",
            summary="Do several things at once",
            doc="All of the commands are done, durably, or none of them is; a refusal names the one that stands in the "
            "way (`commands[3].mtu`). They are decided in their order, so a command may name what one before it makes.",
            parameters=WRITING,
            body=_shape(),
            answers=made(200, "All is done.", Performed),
            refusals=(403, 404, 409, 412, 422),
            example={
                "commands": [
                    {"do": "create", "kind": "segment", "fields": {"id": "db", "name": "db", "project": "shop"}},
                    {"do": "create", "kind": "port", "fields": {"id": "db1", "name": "db1", "segment": "db"}},
                    {"do": "create", "kind": "vif", "fields": {"id": "vm9", "mac": "02:00:00:00:00:09"}},
                    {"do": "plug", "port": "db1", "vif": "vm9"},
                ]
            },
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Do all of the commands, or none and say which of them is refused."""
        do(self._service, req, resp, _plan, self._done)

    def _done(self, outcome: Outcome) -> Done:
        results = [view(self._service, fact, outcome.sight) if fact is not None else None for fact in outcome.facts]
        return Done({"revision": outcome.revision, "results": results})


def _plan(body: Any) -> Plan:
    values = checked(Transaction, body)["commands"]
    places = [f"commands[{index}]" for index in range(len(values))]
    return Plan([command(value, within) for value, within in zip(values, places, strict=True)], places)
