"""The things of one kind: the same methods for each, typed by what they show and take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar, cast
from urllib.parse import quote

from weft.apps.client.connection import Connection, Document, Documents, Filter, query_of
from weft.apps.northbound.paths import COLLECTIONS, HISTORY, PATHS, TAGS

Shown = TypeVar("Shown")
New = TypeVar("New")
Changed = TypeVar("Changed")
A_PAGE = 1000


class Page(NamedTuple, Generic[Shown]):
    """Part of a list, and the marker of the next part; None when there is none."""

    items: list[Shown]
    marker: str | None


class Things(Generic[Shown, New, Changed]):
    """What a controller has of one kind. Every method but ``each`` and ``list`` is one request."""

    def __init__(self, connection: Connection, kind: str) -> None:
        self._connection = connection
        self._kind = kind

    def page(
        self,
        *,
        limit: int = A_PAGE,
        marker: str | None = None,
        fields: Iterable[str] | None = None,
        sort: Iterable[str] | None = None,
        **filters: Filter | None,
    ) -> Page[Shown]:
        """Part of them, in order. A filter with several values lets pass what has any of them."""
        return self._page(query_of(**filters, limit=limit, marker=marker, fields=fields, sort=sort))

    def each(
        self, *, fields: Iterable[str] | None = None, sort: Iterable[str] | None = None, **filters: Filter | None
    ) -> Iterator[Shown]:
        """All of them, page by page: those that are there all the time exactly once."""
        query = query_of(**filters, fields=fields, sort=sort, limit=A_PAGE)
        marker: str | None = None
        while True:
            items, marker = self._page(query if marker is None else {**query, "marker": marker})
            yield from items
            if marker is None:
                return

    def list(
        self, *, fields: Iterable[str] | None = None, sort: Iterable[str] | None = None, **filters: Filter | None
    ) -> list[Shown]:
        """All of them, or those that pass the filters."""
        return [*self.each(fields=fields, sort=sort, **filters)]

    def show(self, id: str) -> Shown:
        """One of them."""
        return cast(Shown, self._connection.ask("GET", self._path(id)))

    def create(self, fields: New, *, wait: float | None = None, key: str | None = None) -> Shown:
        """Make one."""
        return cast(Shown, self._connection.ask("POST", PATHS[self._kind], json=fields, wait=wait, key=key))

    def create_all(
        self, things: Sequence[New], *, wait: float | None = None, key: str | None = None
    ) -> Sequence[Shown]:
        """Make several, all of them or none."""
        name = COLLECTIONS[self._kind]
        answer = self._connection.ask("POST", PATHS[self._kind], json={name: [*things]}, wait=wait, key=key)
        return cast("Sequence[Shown]", answer[name])

    def update(
        self,
        id: str,
        fields: Changed,
        if_revision: int | None = None,
        *,
        wait: float | None = None,
        key: str | None = None,
    ) -> Shown:
        """Give fields of it new values, if it still is at that revision."""
        more: dict[str, Any] = {"if_revision": if_revision, "wait": wait, "key": key}
        return cast(Shown, self._connection.ask("PATCH", self._path(id), json=fields, **more))

    def delete(
        self, id: str, if_revision: int | None = None, *, wait: float | None = None, key: str | None = None
    ) -> None:
        """Delete it, if it still is at that revision."""
        self._connection.ask("DELETE", self._path(id), if_revision=if_revision, wait=wait, key=key)

    def tags(self, id: str) -> Sequence[str]:
        """Its tags."""
        return _tags(self._connection.ask("GET", self._path(id, TAGS)))

    def set_tags(self, id: str, tags: Iterable[str], if_revision: int | None = None) -> Sequence[str]:
        """Give it these tags and no others."""
        answer = self._connection.ask("PUT", self._path(id, TAGS), json={"tags": [*tags]}, if_revision=if_revision)
        return _tags(answer)

    def add_tag(self, id: str, tag: str, if_revision: int | None = None) -> Sequence[str]:
        """Put a tag on it."""
        return _tags(self._connection.ask("PUT", self._path(id, TAGS, tag), if_revision=if_revision))

    def remove_tag(self, id: str, tag: str, if_revision: int | None = None) -> Sequence[str]:
        """Take a tag off it."""
        return _tags(self._connection.ask("DELETE", self._path(id, TAGS, tag), if_revision=if_revision))

    def history(self, id: str, *, limit: int | None = None) -> Documents:
        """How it came to be as it is: who changed what, when, and from what to what; the newest first."""
        answer = self._connection.ask("GET", self._path(id, HISTORY), params=query_of(limit=limit))
        return cast(Documents, answer["history"])

    def _page(self, query: Mapping[str, Any]) -> Page[Shown]:
        answer = self._connection.ask("GET", PATHS[self._kind], params=query)
        return Page(answer[COLLECTIONS[self._kind]], marker_in(answer.get("next")))

    def _path(self, id: str, *more: str) -> str:
        return "/".join((PATHS[self._kind], *(quote(part, safe="") for part in (id, *more))))


AnyThings = Things[Document, Mapping[str, Any], Mapping[str, Any]]


def marker_in(next: str | None) -> str | None:
    """The marker in the link to a next page."""
    found = next.partition("marker=")[2].partition("&")[0] if next is not None else ""
    return found or None


def _tags(answer: Document) -> Sequence[str]:
    return cast("Sequence[str]", answer["tags"])
