"""Facts as plain documents (what JSON and YAML hold), and back. What a document leaves out has its default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, get_type_hints

from weft.controller.model.facts import KINDS, Attribute, Endpoint, Fact, Limit, Pool, Route
from weft.controller.model.rules import Malformed
from weft.controller.model.security_groups import SecurityRule
from weft.controller.model.traits import AllowedAddress, Offer, Subport
from weft.controller.model.trunks import Carried

# Fields that hold a named tuple, or a list of them; each is a mapping in the document.
_NAMED: dict[tuple[str, str], type[Any]] = {
    ("link", "a"): Endpoint,
    ("link", "b"): Endpoint,
    ("interface", "id"): Endpoint,
    ("claim", "id"): Endpoint,
    ("segment", "attributes"): Attribute,
    ("port", "attributes"): Attribute,
    ("vif", "attributes"): Attribute,
    ("subnet", "attributes"): Attribute,
    ("subnet", "allocation_pools"): Pool,
    ("subnet", "host_routes"): Route,
    ("quota", "limits"): Limit,
    ("port", "offer"): Offer,
    ("port", "allowed_addresses"): AllowedAddress,
    ("port", "trunk"): Subport,
    ("security_group", "rules"): SecurityRule,
    ("security_group", "attributes"): Attribute,
    ("trunk", "subports"): Carried,
    ("trunk", "attributes"): Attribute,
}

_SIMPLE = frozenset({str, int, bool, type(None)})


@cache
def field_names(kind: str) -> tuple[str, ...]:
    """The names of the fields of a kind of fact, in their order."""
    return tuple(field.name for field in fields(KINDS[kind]))


def to_document(fact: Fact) -> dict[str, Any]:
    """The fact as a mapping of plain values."""
    names, values, structured = _reading(fact.kind)
    document: dict[str, Any] = dict(zip(names, values(fact), strict=True))
    for name in structured:
        document[name] = _plain(document[name])
    return document


def from_document(kind: str, document: Mapping[str, Any]) -> Fact:
    """The fact that ``to_document`` wrote. Raises ``Malformed`` where the document is not one."""
    try:
        return KINDS[kind](**{name: _typed(kind, name, value) for name, value in document.items()})
    except TypeError as error:  # fields that are missing, or that no such fact has
        raise Malformed(kind, f"is not written like that: {error}") from None


@cache
def _reading(kind: str) -> tuple[tuple[str, ...], Callable[[Fact], tuple[Any, ...]], tuple[str, ...]]:
    """The fields of a kind, what reads them all at once, and those that may hold more than one plain value."""
    names, hints = field_names(kind), get_type_hints(KINDS[kind])
    plain = {str, int, bool, str | None, int | None}
    return names, attrgetter(*names), tuple(name for name in names if hints[name] not in plain)


def _plain(value: Any) -> Any:
    if value.__class__ in _SIMPLE:
        return value
    if hasattr(value, "_asdict"):
        return value._asdict()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _typed(kind: str, name: str, value: Any) -> Any:
    named = _NAMED.get((kind, name))
    if isinstance(value, list):
        return tuple(named(**item) for item in value) if named is not None else tuple(value)
    if named is None or (named is Offer and value is None):
        return value
    return named(**value)
