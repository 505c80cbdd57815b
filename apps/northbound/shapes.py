"""What a request may look like. Shapes are read off the facts, so a new field of a fact is one of the API at once."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError, create_model

from weft.apps.northbound.fields import settable
from weft.apps.northbound.problems import malformed
from weft.controller.model.facts import Endpoint
from weft.controller.model.rules import normal_mac

STRICT = ConfigDict(strict=True, extra="forbid")
_RULES = {
    "missing": "is required",
    "extra_forbidden": "is not a field that one may set here",
    "model_type": "must be an object",
}


class End(BaseModel):
    """One end of a link."""

    model_config = STRICT
    switch: str
    interface: str


def datapath_id(value: object) -> object:
    """The number that 1 to 16 hexadecimal digits mean; a number stays one.

    >>> datapath_id("00000000000000ff")
    255
    """
    if not isinstance(value, str):
        return value
    digits = value.lower().removeprefix("0x").replace(":", "")
    if not 1 <= len(digits) <= 16 or set(digits) - set("0123456789abcdef"):
        raise ValueError("must be 1 to 16 hexadecimal digits")
    return int(digits, 16)


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


_BY_NAME: dict[str, Any] = {
    "dpid": Annotated[int, BeforeValidator(datapath_id)],
    "mac": Annotated[str, AfterValidator(normal_mac)],
}
_BY_TYPE: dict[Any, Any] = {
    tuple[str, ...]: Annotated[tuple[str, ...], BeforeValidator(_tuple)],
    Endpoint: Annotated[End, AfterValidator(lambda end: Endpoint(end.switch, end.interface))],
}


@cache
def creation(kind: str) -> type[BaseModel]:
    """The shape of a new fact: every field that one may set, those required that nobody else could give."""
    return _shape(kind, f"New{kind.capitalize()}", partial=False)


@cache
def change(kind: str) -> type[BaseModel]:
    """The shape of a change: any of the fields."""
    return _shape(kind, f"Changed{kind.capitalize()}", partial=True)


def _shape(kind: str, name: str, *, partial: bool) -> type[BaseModel]:
    members: dict[str, Any] = {}
    for field in settable(kind):
        hint = _BY_NAME.get(field.name) or _BY_TYPE.get(field.hint, field.hint)
        members[field.name] = (hint, ... if field.required and not partial else None)
    model: type[BaseModel] = create_model(name, __config__=STRICT, **members)
    return model


def checked(shape: type[BaseModel], value: object, within: str = "") -> dict[str, Any]:
    """The fields that the value gives, typed. Raises a 400 ``Problem`` that names the first field of a wrong shape."""
    try:
        model = shape.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        rule = _RULES.get(first["type"]) or first["msg"].removeprefix("Value error, ").replace("Input should", "must")
        raise malformed(rule, _path(within, first["loc"])) from None
    return {name: getattr(model, name) for name in shape.model_fields if name in model.model_fields_set}


def _path(within: str, location: tuple[int | str, ...]) -> str:
    """The place of a value as people write it.

    >>> _path("", ("a", "switch")), _path("commands[3]", ("tags", 0))
    ('a.switch', 'commands[3].tags[0]')
    """
    for step in location:
        within = f"{within}[{step}]" if isinstance(step, int) else f"{within}.{step}".lstrip(".")
    return within
