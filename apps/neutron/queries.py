"""The query of a list: which members, in which order, which page of them, and what of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

import falcon

from weft.apps.neutron.faults import bad_request
from weft.apps.neutron.rendering import Rendered
from weft.apps.neutron.resource import Resource
from weft.apps.neutron.standard import TAG_FILTERS
from weft.apps.neutron.values import Unfit, boolean
from weft.controller.model.facts import Fact

T = TypeVar("T")
_OTHERS = frozenset({"fields", "sort_key", "sort_dir", "limit", "marker", "page_reverse"})


class Query(NamedTuple):
    """What a list is asked for."""

    wanted: dict[str, list[str]]
    fields: frozenset[str]
    sorts: tuple[tuple[str, bool], ...]  # attribute, and whether it ascends
    limit: int
    marker: str | None
    reverse: bool


def read_query(req: falcon.Request, resource: Resource, hidden: frozenset[str]) -> Query:
    """``read_query(request, resource, hidden)`` returns what the list is asked for. Raises a 400 ``Fault``.

    ``hidden`` are attributes that the caller is not shown, and so cannot tell anything by.
    """
    params = {name: value if isinstance(value, list) else [value] for name, value in req.params.items()}
    wanted = {name: found for name, found in params.items() if name not in _OTHERS}
    table = resource.table
    tags = TAG_FILTERS if resource.tagged else ()
    unknown = sorted(n for n in wanted if (n not in table or not table[n].filter or n in hidden) and n not in tags)
    if unknown:
        raise bad_request(f"{unknown} is invalid attribute for filtering")
    return Query(
        wanted,
        frozenset(params.get("fields", ())),
        _sorts(resource, params, hidden),
        _limit(params.get("limit", ["0"])[-1]),
        params.get("marker", [None])[-1] or None,
        params.get("page_reverse", [""])[-1].lower() == "true",
    )


def _sorts(resource: Resource, params: Mapping[str, list[str]], hidden: frozenset[str]) -> tuple[tuple[str, bool], ...]:
    keys, directions = params.get("sort_key", []), params.get("sort_dir", [])
    if len(keys) != len(directions):
        raise bad_request("The number of sort_keys and sort_dirs must be same")
    table = resource.table
    unknown = [key for key in keys if key not in table or not table[key].sort or key in hidden]
    if unknown:
        raise bad_request(f"{unknown} is invalid attribute for sort_keys")
    wrong = [direction for direction in directions if direction not in ("asc", "desc")]
    if wrong:
        raise bad_request(f"{wrong} is invalid value for sort_dirs, valid value is 'asc' and 'desc'")
    return tuple(zip(keys, (direction == "asc" for direction in directions), strict=True))


def _limit(said: str) -> int:
    if not said.isascii() or not said.isdecimal() or len(said) > 9:
        raise bad_request(f"Bad limit request: Limit must be an integer 0 or greater and not '{said[:40]}'.")
    return int(said)


def select(resource: Resource, query: Query, members: Iterable[Rendered]) -> list[Rendered]:
    """``select(resource, query, members)`` returns those that the query's filters let pass, in its order."""
    tests = [(name, values) for name, values in query.wanted.items() if not _decided(resource, name)]
    found = [member for member in members if _passes(resource, member.document, tests)] if tests else list(members)
    if query.limit:  # a page must follow the one before, whatever comes and goes between them
        found.sort(key=lambda member: str(member.document[resource.key]))
    for name, ascending in reversed(query.sorts):
        found.sort(key=lambda member: _order(member.document.get(name)), reverse=not ascending)
    return found


def page_of_facts(resource: Resource, query: Query, facts: Sequence[Fact]) -> tuple[Sequence[Fact], bool]:
    """``page_of_facts(resource, query, facts)`` tells the page, and whether that took no documents.

    That is so where the candidates are just what the filters let pass, and nothing else than the ids orders them.
    """
    if not query.limit or query.sorts or not all(_decided(resource, name) for name in query.wanted):
        return facts, False
    ordered = sorted(facts, key=lambda fact: str(fact.id))
    return _cut(query, ordered, lambda fact: str(fact.id)), True


def page(resource: Resource, query: Query, members: list[Rendered]) -> list[Rendered]:
    """``page(resource, query, members)`` returns the page of them that is asked for; none after an unknown marker."""
    return _cut(query, members, lambda member: str(member.document[resource.key])) if query.limit else members


def _decided(resource: Resource, name: str) -> bool:
    """Whether the candidates are already only those that this filter lets pass."""
    return name == resource.key or name in resource.told_by_fact or name in resource.told_by_candidates


def _cut(query: Query, members: list[T], id: Callable[[T], str]) -> list[T]:
    start, end = 0, len(members)
    if query.marker is not None:
        ids = [id(member) for member in members]
        if query.marker not in ids:
            return []
        place = ids.index(query.marker)
        start, end = (0, place) if query.reverse else (place + 1, end)
    return members[max(start, end - query.limit) : end] if query.reverse else members[start : start + query.limit]


def links(
    req: falcon.Request, resource: Resource, query: Query, shown: list[Rendered], full: bool
) -> list[dict[str, str]]:
    """Where the pages before and after this one are, if there may be any."""
    found = []
    if query.reverse or full:
        found.append({"rel": "next", "href": _href(req, resource, shown[-1:], reverse=False)})
    if not query.reverse or full:
        found.append({"rel": "previous", "href": _href(req, resource, shown[:1], reverse=True)})
    return found


def _href(req: falcon.Request, resource: Resource, at: list[Rendered], *, reverse: bool) -> str:
    params = {name: value for name, value in req.params.items() if name not in ("marker", "page_reverse")}
    if at:
        params["marker"] = at[0].document[resource.key]
    if reverse:
        params["page_reverse"] = "True"
    return f"{req.prefix}{req.path}?{urlencode(params, doseq=True)}"


def _passes(resource: Resource, document: Mapping[str, Any], tests: list[tuple[str, list[str]]]) -> bool:
    for name, values in tests:
        try:
            said = resource.matches(document, name, values)
            if said is None:
                tagged = name in TAG_FILTERS
                said = _matches_tags(document, name, values) if tagged else _matches(document.get(name), values)
        except Unfit as error:
            raise bad_request(f"Invalid input for operation: {error}.") from None
        if not said:
            return False
    return True


def _matches(value: Any, values: list[str]) -> bool:
    """Whether the value is one of these texts, as a client writes it."""
    if isinstance(value, bool):
        return value in map(boolean, values)
    if isinstance(value, list):
        return any(item in values for item in value)
    return ("" if value is None else str(value)) in values


def _matches_tags(document: Mapping[str, Any], name: str, values: list[str]) -> bool:
    asked = {tag for value in values for tag in value.split(",")}
    tags = set(document["tags"])
    match name:
        case "tags":
            return asked <= tags
        case "tags-any":
            return bool(asked & tags)
        case "not-tags":
            return not asked <= tags
        case _:
            return not asked & tags


def _order(value: Any) -> tuple[bool, Any]:
    return value is not None, value
