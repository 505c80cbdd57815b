"""Names of things, and the ids that they stand for: an id goes before a name, the own project's before another's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

REFERENCES = {"segment": "segment", "vif": "vif", "port": "port"}  # fields that name a thing, and of which kind it is
Elsewhere = Callable[[str, str, str | None], str | None]


class Ambiguous(Exception):
    """A name that several things have. ``field`` is the one that names it."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(rule)
        self.field = field


class References:
    """What is known by id and by name; ``elsewhere`` is asked for what is not known here."""

    def __init__(self, elsewhere: Elsewhere = lambda kind, given, project: None) -> None:
        self._ids: dict[tuple[str, str], bool] = {}
        self._named: dict[tuple[str, str], list[tuple[str, str | None]]] = defaultdict(list)
        self._elsewhere = elsewhere

    def add(self, kind: str, id: str, name: str, project: str | None, *, chosen: bool = False) -> None:
        """Let it be known; an id that nobody has given was ``chosen``, and nobody can mean it but by its name."""
        self._ids[kind, id] = not chosen
        if name:
            self._named[kind, name].append((id, project))

    def has(self, kind: str, id: str) -> bool:
        """Whether something has that id."""
        return (kind, id) in self._ids

    def find(self, kind: str, given: str, project: str | None) -> str | None:
        """The id of what is called so, for somebody of that project; None where nothing is. Raises ``Ambiguous``.

        >>> known = References()
        >>> known.add("port", "p1", "web", "red")
        >>> known.add("port", "p2", "web", "blue")
        >>> known.find("port", "web", "blue"), known.find("port", "p1", None), known.find("port", "db", "red")
        ('p2', 'p1', None)
        """
        if self._ids.get((kind, given)):
            return given
        named = self._named.get((kind, given), [])
        own = [id for id, whose in named if whose == project]
        found = own or [id for id, _ in named]
        if len(found) > 1:
            raise Ambiguous(kind, f"{len(found)} {kind}s are called {given!r}; name one by its id: {', '.join(found)}")
        return found[0] if found else self._elsewhere(kind, given, project)

    def by_id(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The same fields, with all that they name named by its id; what nobody knows stays as it is."""
        project, found = fields.get("project"), dict(fields)
        for field, kind in REFERENCES.items():
            if isinstance(found.get(field), str):
                found[field] = self.find(kind, found[field], project) or found[field]
        if "trunk" in found:
            found["trunk"] = tuple(
                subport._replace(segment=self.find("segment", subport.segment, project) or subport.segment)
                for subport in found["trunk"]
            )
        if "subports" in found:
            found["subports"] = tuple(
                carried._replace(port=self.find("port", carried.port, project) or carried.port)
                for carried in found["subports"]
            )
        if "security_groups" in found:
            groups = found["security_groups"]
            found["security_groups"] = tuple(self.find("security_group", group, project) or group for group in groups)
        return found
