"""What a request may look like. Shapes are read off the facts, so a new field of a fact is one of the API at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    create_model,
)

from weft.apps.northbound import spelling
from weft.apps.northbound.description.meanings import meaning
from weft.apps.northbound.fields import settable
from weft.apps.northbound.problems import malformed
from weft.apps.northbound.wording import rule
from weft.controller.model.rules import normal_mac

STRICT = ConfigDict(strict=True, extra="forbid")
SHOWN_DPID = {"type": "string", "pattern": "^[0-9a-f]{16}$"}  # as switches print it


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
    return _shape(kind, f"New{title(kind)}", partial=False)


@cache
def change(kind: str) -> type[BaseModel]:
    """The shape of a change: any of the fields."""
    return _shape(kind, f"Changed{title(kind)}", partial=True)


def title(kind: str) -> str:
    """The name of a kind as shapes are named.

    >>> title("security_group")
    'SecurityGroup'
    """
    return "".join(word.capitalize() for word in kind.split("_"))


def _shape(kind: str, name: str, *, partial: bool) -> type[BaseModel]:
    members: dict[str, Any] = {}
    for field in settable(kind):
        hint = described(kind, field.name, field.hint, read=True)
        members[field.name] = (hint, None if partial else ... if field.required else field.default)
    about = f"What is changed of a {kind}; all else stays as it is." if partial else f"A new {kind}."
    model: type[BaseModel] = create_model(name, __config__=STRICT, __doc__=about, **members)
    return model


def described(kind: str, path: str, hint: Any, *, read: bool) -> Any:
    """The type of a field for pydantic, with its meaning: to be checked where it is ``read``, and else to be shown."""
    found, last = meaning(kind, path), path.rpartition(".")[2]
    more: dict[str, Any] = {"maxItems": found.most} if found.most is not None else {}
    if get_origin(hint) is tuple and read:
        more["uniqueItems"] = True
    kept = Field(description=found.doc or None, json_schema_extra=more or None)
    inner = _type(kind, path, hint, found.schema if read or last != "dpid" else SHOWN_DPID, read)
    reading = _READ_BY_NAME.get(last) if read else None
    return Annotated[inner, kept] if reading is None else Annotated[inner, reading, kept]


def _type(kind: str, path: str, hint: Any, schema: Mapping[str, Any], read: bool) -> Any:
    """Lists for tuples, and objects for named ones; ``schema`` is what documents say of each value."""
    if get_origin(hint) is tuple:
        inner: Any = _type(kind, path, get_args(hint)[0], schema, read)
        return Annotated[tuple[inner, ...], BeforeValidator(_tuple)]
    if NoneType in get_args(hint):
        (some,) = (one for one in get_args(hint) if one is not NoneType)
        return _type(kind, path, some, schema, read) | None
    if hasattr(hint, "_fields"):
        return _object(kind, hint, read)
    return Annotated[hint, WithJsonSchema(dict(schema))] if schema else hint


@cache
def _object(kind: str, named: Any, read: bool) -> Any:
    """The shape of an object that becomes a named tuple; a member with a default may be left out."""
    defaults = named._field_defaults if read else {}
    members: dict[str, Any] = {}
    for name, hint in get_type_hints(named).items():
        path = f"{named.__name__.lower()}.{name}"
        members[name] = (described(kind, path, hint, read=read), defaults.get(name, ...))
    called = f"{'Given' if read else ''}{title(kind)}{named.__name__}"
    model: Any = create_model(called, __config__=STRICT, **members)
    if not read:
        return model
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


def fields_of(shape: type[BaseModel], value: object, within: str = "") -> dict[str, Any]:
    """The same for the fields of a fact; those that extensions declare (``mirror:to``) the model looks at."""
    if not isinstance(value, dict):
        return checked(shape, value, within)
    declared = {name: given for name, given in value.items() if isinstance(name, str) and ":" in name}
    plain = {name: given for name, given in value.items() if name not in declared} if declared else value
    return checked(shape, plain, within) | declared


def _path(within: str, location: tuple[int | str, ...]) -> str:
    """The place of a value as people write it.

    >>> _path("", ("a", "switch")), _path("commands[3]", ("tags", 0))
    ('a.switch', 'commands[3].tags[0]')
    """
    for step in location:
        within = f"{within}[{step}]" if isinstance(step, int) else f"{within}.{step}".lstrip(".")
    return within
