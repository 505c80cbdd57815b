"""What the query of a list asks for: filters, fields, order and page. Read off the facts, so every kind has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import attrgetter
from types import NoneType
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from weft.apps.northbound import spelling
from weft.apps.northbound.description.meanings import meaning
from weft.apps.northbound.description.operations import Parameter
from weft.apps.northbound.paging import LONGEST_MARKER, Order
from weft.apps.northbound.problems import malformed
from weft.controller.model.documents import field_names
from weft.controller.model.facts import KINDS, Fact
from weft.controller.model.rules import normal_mac

MOST = 1000  # in one page
SHOWN_BESIDE: Mapping[str, Mapping[str, Any]] = {  # what is shown of a fact and is no field of it, by kind
    "port": {"vif": str | None, "effective_security": str, "status": str},
    "switch": {"connected": bool, "settled": bool},
    "link": {"up": bool},
}
_NORMAL = {"mac": normal_mac, "fixed_ips": spelling.address}  # written in several ways, held in one
Test = Callable[[Any], bool]


class Query(NamedTuple):
    """What is asked of a list: tests by field, which must all hold; the texts that they were made of; and the rest."""

    tests: Mapping[str, Test]
    texts: Mapping[str, tuple[str, ...]]
    fields: tuple[str, ...] | None
    orders: tuple[Order, ...]
    limit: int | None
    marker: str | None


@cache
def filters(kind: str) -> Mapping[str, Any]:
    """The type of each field by which a list may be filtered: one value, or a list of texts."""
    hints = get_type_hints(KINDS[kind])
    found = {**{name: hints[name] for name in field_names(kind)}, **SHOWN_BESIDE.get(kind, {})}
    return {name: hint for name, hint in found.items() if _one(hint) in (str, int, bool) or hint == tuple[str, ...]}


@cache
def sortable(kind: str) -> frozenset[str]:
    """The fields that have an order: those of the fact itself with one value."""
    return frozenset(name for name, hint in filters(kind).items() if get_origin(hint) is not tuple) & set(
        field_names(kind)
    )


@cache
def showable(kind: str) -> tuple[str, ...]:
    """The names of all that is shown of a fact."""
    more = {"switch": ("problems", "software", "interfaces")}.get(kind, ())
    return (*field_names(kind), *SHOWN_BESIDE.get(kind, {}), *more)


@cache
def parameters(kind: str) -> tuple[Parameter, ...]:
    """The parameters of a list of that kind, with their meanings."""
    by_field = (
        Parameter(name, _filter_doc(kind, name, hint), _filter_schema(kind, name, hint), many=True)
        for name, hint in filters(kind).items()
    )
    orders = [f"{sign}{name}" for name in sorted(sortable(kind)) for sign in ("", "-")]
    return (
        *by_field,
        Parameter(
            "fields",
            "Show only these fields; several with commas, or given several times.",
            _listed(showable(kind)),
            many=True,
        ),
        Parameter(
            "sort",
            "Sort by these fields; `-` before one: the greatest first. Unless it is given, the oldest comes first.",
            _listed(orders),
            many=True,
        ),
        *PAGE,
    )


PAGE = (
    Parameter(
        "limit", "The most to show; `next` then leads to the rest.", {"type": "integer", "minimum": 1, "maximum": MOST}
    ),
    Parameter(
        "marker",
        "Where a page before said that the next one begins.",
        {"type": "string", "minLength": 1, "maxLength": LONGEST_MARKER},
    ),
)
PAGE_BY_NUMBER = (PAGE[0], PAGE[1]._replace(schema={"type": "string", "pattern": "^[0-9]{1,18}$"}))


def read(kind: str, given: Mapping[str, Any], declared: Iterable[str] = ()) -> Query:
    """``read(kind, parameters)`` returns what they ask for. Raises a 400 ``Problem`` that names the parameter.

    ``declared`` are the names of what extensions show besides.
    """
    texts = {name: _texts(value) for name, value in given.items() if name in filters(kind)}
    return Query(
        tests={name: _test(name, filters(kind)[name], said) for name, said in texts.items()},
        texts=texts,
        fields=_names("fields", given, (*showable(kind), *declared)),
        orders=_orders(kind, given),
        limit=limit(given),
        marker=given.get("marker"),
    )


def limit(given: Mapping[str, Any]) -> int | None:
    """The most that a page may show, if there is a bound. Raises a 400 ``Problem``."""
    text = given.get("limit")
    if text is None:
        return None
    number = _whole(text)
    if number is None or not 1 <= number <= MOST:
        raise malformed(f"must be a number from 1 to {MOST}", "limit")
    return number


def values_by(orders: tuple[Order, ...]) -> Callable[[Fact], tuple[Any, ...]]:
    """A function to the values that a fact is sorted by."""
    names = [order.field for order in orders]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda fact: (getattr(fact, names[0]),)


def in_plain_order(kind: str, orders: tuple[Order, ...]) -> bool:
    """Whether the values can be compared as they are: all ascending, and none of them ever missing."""
    return not any(order.descending or NoneType in get_args(filters(kind)[order.field]) for order in orders)


def _orders(kind: str, given: Mapping[str, Any]) -> tuple[Order, ...]:
    known = sortable(kind)
    named = _names("sort", given, [f"{sign}{name}" for name in sorted(known) for sign in ("", "-")]) or ()
    first: dict[str, Order] = {}
    for name in named:  # a field that is named again changes nothing
        field = name.removeprefix("-")
        first.setdefault(field, Order(field, name != field))
    asked = tuple(first.values()) or tuple(
        Order(name) for name in ("created_at", "number") if name in known
    )  # as they were made
    return asked if any(order.field == "id" for order in asked) else (*asked, Order("id"))


def _names(parameter: str, given: Mapping[str, Any], known: Any) -> tuple[str, ...] | None:
    if parameter not in given:
        return None
    names = tuple(name for text in _texts(given[parameter]) for name in text.split(","))
    for name in names:
        if name not in known:
            raise malformed(f"{name[:40]!r} is none of {', '.join(known)}", parameter)
    return names


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _test(name: str, hint: Any, texts: tuple[str, ...]) -> Test:
    """Whether a value of that type is one of those that the texts say."""
    if get_origin(hint) is tuple:
        some = frozenset(_NORMAL[name](text) if name in _NORMAL else text for text in texts)
        return lambda values: not some.isdisjoint(values)
    wanted = {_value(name, hint, text) for text in texts}
    return lambda value: value in wanted


def _value(name: str, hint: Any, text: str) -> Any:
    one = _one(hint)
    if not text and NoneType in get_args(hint):
        return None
    if one is bool:
        if text.lower() not in ("true", "false"):
            raise malformed("must be true or false", name)
        return text.lower() == "true"
    if name == "dpid":
        try:
            return spelling.datapath_id(text)
        except ValueError as error:
            raise malformed(str(error), name) from None
    if one is int:
        number = _whole(text)
        if number is None:
            raise malformed("must be a whole number", name)
        return number
    return _NORMAL[name](text) if name in _NORMAL else text


def _whole(text: Any) -> int | None:
    """The number in a text; None where there is none."""
    digits = text.removeprefix("-") if isinstance(text, str) else ""
    return int(text) if digits.isascii() and digits.isdecimal() and len(digits) <= 20 else None


def _one(hint: Any) -> Any:
    """The type of a value where there is one.

    >>> _one(int | None)
    <class 'int'>
    """
    some = [one for one in get_args(hint) if one is not NoneType]
    return some[0] if NoneType in get_args(hint) and len(some) == 1 else hint


def _filter_doc(kind: str, name: str, hint: Any) -> str:
    how = "that have this among their" if get_origin(hint) is tuple else "with this"
    empty = "; empty: with none" if NoneType in get_args(hint) else ""
    return f"Only those {how} `{name}`{empty}. Given several times: any of these. {meaning(kind, name).doc}".strip()


def _filter_schema(kind: str, name: str, hint: Any) -> dict[str, Any]:
    if _one(hint) is bool:
        return {"type": "boolean"}
    if _one(hint) is int and name != "dpid":
        whole = {"type": "integer", "minimum": -(10**18), "maximum": 10**18}
        return {"anyOf": [whole, {"const": ""}]} if NoneType in get_args(hint) else whole
    return {"type": "string", "pattern": "^[0-9a-f]{1,16}$"} if name == "dpid" else {"type": "string"}


def _listed(names: Any) -> dict[str, Any]:
    return {"enum": list(names)}
