"""What a request may look like. Shapes are read off the facts, so a new field of a fact is one of the API at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError, create_model

from weft.apps.northbound import spelling
from weft.apps.northbound.fields import settable
from weft.apps.northbound.problems import malformed
from weft.apps.northbound.wording import rule
from weft.controller.model.rules import normal_mac

STRICT = ConfigDict(strict=True, extra="forbid")


def _each(normal: Callable[[str], str]) -> Callable[[Any], Any]:
    """The same for each text of a tuple, and for none."""

    def apply(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(apply, value))
        return normal(value) if value is not None else None

    return apply


_READ_BY_NAME: dict[str, BeforeValidator | AfterValidator] = {
    "dpid": BeforeValidator(spelling.datapath_id),
    "expires": BeforeValidator(spelling.seconds),
    "fixed_ips": AfterValidator(_each(spelling.address)),
    "mac": AfterValidator(_each(normal_mac)),
    "prefix": AfterValidator(_each(spelling.prefix)),
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
        members[field.name] = (_hint(field.name, field.hint), ... if field.required and not partial else None)
    model: type[BaseModel] = create_model(name, __config__=STRICT, **members)
    return model


def _hint(name: str, hint: Any) -> Any:
    """The type of a field as pydantic checks it: lists for tuples, and objects for named ones."""
    reading = _READ_BY_NAME.get(name)
    inner = _type(hint)
    return inner if reading is None else Annotated[inner, reading]


def _type(hint: Any) -> Any:
    if get_origin(hint) is tuple:
        inner: Any = _type(get_args(hint)[0])
        return Annotated[tuple[inner, ...], BeforeValidator(_tuple)]
    if NoneType in get_args(hint):
        (some,) = (one for one in get_args(hint) if one is not NoneType)
        return _type(some) | None
    return _object(hint) if hasattr(hint, "_fields") else hint


@cache
def _object(named: Any) -> Any:
    """The shape of an object that becomes a named tuple; a member with a default may be left out."""
    defaults = named._field_defaults
    members: dict[str, Any] = {}
    for name, hint in get_type_hints(named).items():
        members[name] = (_hint(name, hint), defaults.get(name, ...))
    model: Any = create_model(named.__name__, __config__=STRICT, **members)
    return Annotated[model, AfterValidator(lambda value: named(**dict(value)))]


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def checked(shape: type[BaseModel], value: object, within: str = "") -> dict[str, Any]:
    """The fields that the value gives, typed. Raises a 400 ``Problem`` that names the first field of a wrong shape."""
    try:
        model = shape.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise malformed(rule(first), _path(within, first["loc"])) from None
    return {name: getattr(model, name) for name in shape.model_fields if name in model.model_fields_set}


def _path(within: str, location: tuple[int | str, ...]) -> str:
    """The place of a value as people write it.

    >>> _path("", ("a", "switch")), _path("commands[3]", ("tags", 0))
    ('a.switch', 'commands[3].tags[0]')
    """
    for step in location:
        within = f"{within}[{step}]" if isinstance(step, int) else f"{within}.{step}".lstrip(".")
    return within
