"""What the controller holds, asked for as little as a file needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from weft.apps.cli.names import NAMED
from weft.apps.client import Client, Document, Documents, Problem
from weft.apps.references import Ambiguous

FEW = 20  # things that are asked for one by one; of a kind with more, the list is read once
NOT_FOUND = 404


class Held:
    """The things that the controller holds, by id and by name. Of the kinds ``whole`` the list is read."""

    def __init__(self, client: Client, whole: Iterable[str] = ()) -> None:
        self._client = client
        self._whole = frozenset(whole)
        self._lists: dict[tuple[str, str | None], Documents] = {}
        self._by_id: dict[tuple[str, str], Document | None] = {}

    def one(self, kind: str, id: str) -> Document | None:
        """The thing of that id."""
        if kind in self._whole:
            self.all(kind)
        elif (kind, id) not in self._by_id:
            try:
                self._by_id[kind, id] = self._client.show(kind, id)
            except Problem as problem:
                if problem.status != NOT_FOUND:
                    raise
                self._by_id[kind, id] = None
        return self._by_id.get((kind, id))

    def called(self, kind: str, name: str, project: str | None = None) -> Documents:
        """The things of that name, in that project or in all."""
        if kind not in NAMED or not name:
            return []
        wanted = {"name": name} if project is None else {"name": name, "project": project}
        if kind in self._whole:
            return [thing for thing in self.all(kind) if all(thing[field] == value for field, value in wanted.items())]
        return self._remember(kind, self._client.list(kind, **wanted))

    def all(self, kind: str, project: str | None = None) -> Documents:
        """The things of a kind, or those of them that a project has."""
        if (kind, project) not in self._lists:
            wanted: dict[str, Any] = {} if project is None else {"project": project}
            self._lists[kind, project] = self._remember(kind, self._client.list(kind, **wanted))
        return self._lists[kind, project]

    def id_of(self, kind: str, given: str, project: str | None) -> str | None:
        """The id of what is called so, if anything is: an id goes before a name, the own project's before another's.

        Raises ``Ambiguous``.
        """
        if self.one(kind, given) is not None:
            return given
        named = self.called(kind, given, project) or self.called(kind, given)
        if len(named) > 1:
            ids = ", ".join(thing["id"] for thing in named)
            raise Ambiguous(kind, f"{len(named)} {kind}s are called {given!r}; name one by its id: {ids}")
        return str(named[0]["id"]) if named else None

    def _remember(self, kind: str, things: Documents) -> Documents:
        for thing in things:
            self._by_id[kind, thing["id"]] = thing
        return things
