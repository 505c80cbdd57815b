"""What a resource consists of, as a table: one ``Attribute`` a row, and everything else is read off it.

``asked`` holds a request against the table. Its errors are Neutron's: an attribute that nobody knows, one that cannot
be set now, one that must be given, and a value that is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from weft.apps.neutron.faults import bad_request
from weft.apps.neutron.values import Reader, Unfit, anything


class _Sentinel:
    """A default that is no value."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


REQUIRED: Final[Any] = _Sentinel("REQUIRED")  # whoever creates one must say it
UNSAID: Final[Any] = _Sentinel("UNSAID")  # then the resource is not told of it at all


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a resource.

    ``set_by`` and ``seen_by`` name rules of the policy: who is not granted ``set_by`` may set nothing but the default,
    and who is not granted ``seen_by`` is not shown that there is such an attribute.
    """

    name: str
    read: Reader = anything
    post: bool = False
    put: bool = False
    default: Any = UNSAID
    visible: bool = True
    filter: bool = True
    sort: bool = True
    set_by: str = ""
    seen_by: str = ""


def given(name: str, read: Reader, default: Any = REQUIRED, **more: Any) -> Attribute:
    """An attribute that is given when the thing is made, and then stays."""
    return Attribute(name, read, post=True, default=default, **more)


def settable(name: str, read: Reader, default: Any = UNSAID, **more: Any) -> Attribute:
    """An attribute that may be set at any time."""
    return Attribute(name, read, post=True, put=True, default=default, **more)


def shown(name: str, read: Reader = anything, **more: Any) -> Attribute:
    """An attribute that Weft gives."""
    return Attribute(name, read, **more)


def inner(name: str, read: Reader = anything, **more: Any) -> Attribute:
    """An attribute that is a list or an object, which nobody sorts by and most cannot filter by."""
    return Attribute(name, read, **{"filter": False, "sort": False} | more)


def asked_on_post(table: Mapping[str, Attribute], body: Mapping[str, Any]) -> dict[str, Any]:
    """``asked_on_post(table, body)`` returns every attribute that is given or has a default, as it is read."""
    _check_known(table, body)
    for name in body:
        if not table[name].post:
            raise bad_request(f"Attribute '{name}' not allowed in POST")
    values: dict[str, Any] = {}
    for name, attribute in table.items():
        if name in body:
            values[name] = _value(attribute, body[name])
        elif attribute.post and attribute.default is REQUIRED:
            raise bad_request(f"Failed to parse request. Required attribute '{name}' not specified")
        elif attribute.post and attribute.default is not UNSAID:
            values[name] = attribute.default
    return values


def asked_on_put(table: Mapping[str, Attribute], body: Mapping[str, Any]) -> dict[str, Any]:
    """``asked_on_put(table, body)`` returns the attributes that are given, as they are read."""
    _check_known(table, body)
    for name in body:
        if not table[name].put:
            raise bad_request(f"Cannot update read-only attribute {name}")
    return {name: _value(table[name], value) for name, value in body.items()}


def _check_known(table: Mapping[str, Attribute], body: Mapping[str, Any]) -> None:
    unknown = sorted(name for name in body if name not in table)
    if unknown:
        raise bad_request(f"Unrecognized attribute(s) '{', '.join(unknown)}'")


def _value(attribute: Attribute, value: Any) -> Any:
    try:
        return attribute.read(value)
    except Unfit as error:
        raise bad_request(f"Invalid input for {attribute.name}. Reason: {error}.") from None
