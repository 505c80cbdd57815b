"""The fields of facts as arguments and options: read off the facts, so that a new field is one of the CLI at once."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from weft.apps.northbound.fields import Settable, settable
from weft.controller.model.commands import FIXED_BY_KIND
from weft.controller.model.facts import Endpoint

ARGUMENTS = {"segment": ("name",), "port": ("name",), "vif": ("name",), "switch": ("id",), "link": ("a", "b")}
HELP = {
    "a": "One end, SWITCH:INTERFACE.",
    "b": "The other end, SWITCH:INTERFACE.",
    "admin_up": "Whether it is in use.",
    "description": "A text for people.",
    "device": "The machine or container that the VIF belongs to.",
    "dpid": "The datapath id: 1 to 16 hexadecimal digits.",
    "fabric_interfaces": "An interface that leads to another switch. May be repeated.",
    "id": "An id of your own choice.",
    "interface": "The interface that the VIF is.",
    "mac": "The MAC, such as 02:00:00:00:00:01.",
    "mtu": "The largest packet, in bytes.",
    "project": "The project that it belongs to.",
    "segment": "The segment, by id or name.",
    "segmentation_id": "The VLAN on the fabric's links; chosen where it is not given.",
    "shared_with": "A project that may have ports on it, too. May be repeated.",
    "switch": "The switch that the VIF is at.",
    "tags": "A tag. May be repeated.",
    "transport": "How it crosses the fabric: vlan or local.",
    "vif_kind": "What sort of interface it is.",
}


def creating(kind: str) -> list[inspect.Parameter]:
    """The parameters that make one: what names it as arguments, the rest as options."""
    return [_parameter(field, field.required, field.name in ARGUMENTS[kind]) for field in settable(kind)]


def changing(kind: str) -> list[inspect.Parameter]:
    """The parameters that change one: an option for each field that may change."""
    changeable = (field for field in settable(kind) if field.name not in FIXED_BY_KIND[kind])
    return [_parameter(field, required=False, argument=False) for field in changeable]


def document(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were given, as the API reads them. An empty text says: none."""
    hints = {field.name: field.hint for field in settable(kind)}
    return {name: _value(name, hints[name], value) for name, value in given.items() if value is not None}


def _parameter(field: Settable, required: bool, argument: bool) -> inspect.Parameter:
    hint, help, flag = _type(field.hint, field.name), HELP.get(field.name, ""), _dashed(field.name)
    info: Any
    if argument:
        info = typer.Argument(help=help)
    elif hint is bool:
        info = typer.Option(f"--{flag}/--no-{flag}", help=help)
    else:
        info = typer.Option(f"--{flag}", help=help, show_default=False)
    return inspect.Parameter(
        field.name,
        inspect.Parameter.KEYWORD_ONLY,
        annotation=Annotated[hint if required else hint | None, info],
        default=inspect.Parameter.empty if required else None,
    )


def _type(hint: Any, name: str) -> Any:
    """What the command line reads for a field of that type."""
    if hint == tuple[str, ...]:
        return list[str]
    if hint is bool:
        return bool
    return int if hint in (int, int | None) and name != "dpid" else str


def _dashed(name: str) -> str:
    """A list is given one by one, so its option is called after one."""
    return name.removesuffix("s").replace("_", "-") if name in ("tags", "fabric_interfaces") else name.replace("_", "-")


def _value(name: str, hint: Any, value: Any) -> Any:
    if hint is Endpoint:
        switch, colon, interface = value.partition(":")
        if not colon:
            raise typer.BadParameter(f"must be SWITCH:INTERFACE, not {value!r}", param_hint=[name])
        return {"switch": switch, "interface": interface}
    if isinstance(value, list):
        return [item for item in value if item]
    return None if value == "" and hint == (str | None) else value
