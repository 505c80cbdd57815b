"""Which thing of the controller an entry of a file means: the one of its id, or else of its name in its project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any
from uuid import uuid4

from weft.apps.cli.declared.held import Held
from weft.apps.cli.declared.plan import VIF, Difference, Plan
from weft.apps.model_file import Entry, ModelError
from weft.apps.northbound.spelling import datapath_text
from weft.apps.references import Ambiguous, References
from weft.controller.model.commands import FIXED_BY_KIND, GIVEN
from weft.controller.model.facts import Vif, link_id

DISCOVERED = "discovered"  # by LLDP or by a claim: nobody has declared it yet
_NOBODYS = next(str(field.default) for field in fields(Vif) if field.name == "project")
PRUNED = ("trunk", "port", "vif", "security_group", "subnet", "segment")
FABRIC = ("link", "switch")


class Matching:
    """The entries of files, one after the other, each after those that it names."""

    def __init__(self, held: Held, home: str | None) -> None:
        self._held = held
        self._home = {"segment": home, "vif": home or _NOBODYS}  # whose things are that say no project
        self._known = References(held.id_of)
        self._meant: dict[tuple[str | None, ...], str] = {}  # the place where a file speaks of it, by id and by name
        self._segments: dict[str, str | None] = {}  # the projects of those in the files
        self._ports: list[str] = []

    def plan(self, entries: Iterable[Entry], pruning: Iterable[str] = ()) -> Plan:
        """``plan(entries)`` returns all that differs. Raises ``ModelError``, which names the place of what cannot be.

        What the files do not name is deleted, when it is of one of the kinds ``pruning``: of the projects that the
        files name, and what no project has in any case.
        """
        entries = list(entries)
        projects = {entry.given["project"] for entry in entries if entry.given.get("project")}
        differences = [difference for entry in entries if (difference := self._difference(entry)) is not None]
        differences += [self._gone(kind, thing) for kind in pruning for thing in self._unnamed(kind, projects)]
        return Plan(differences, tuple(self._ports))

    def _difference(self, entry: Entry) -> Difference | None:
        kind, given = entry.kind, self._by_id(entry)
        given.pop("interfaces", None)  # a living switch says them itself
        project = self._project(kind, given)
        found = self._found(entry, given, project)
        id = found["id"] if found is not None else given.get("id") or str(uuid4())
        self._remember(entry, id, given, project)
        if found is None or (kind == "link" and found["origin"] == DISCOVERED):
            if kind in self._home and project is not None:
                given.setdefault("project", project)
            made = {name: (None, value) for name, value in {"id": id, **given}.items()}
            return Difference("create", kind, id, given.get("name", ""), project, made, {}, entry.place)
        self._check_fixed(entry, given, found)
        changed = {
            name: (found.get(name), value)
            for name, value in given.items()
            if found.get(name) != value and name not in FIXED_BY_KIND.get(kind, GIVEN)
        }
        if not changed:
            return None
        return Difference("update", kind, id, found.get("name", ""), found.get("project"), changed, found, entry.place)

    def _by_id(self, entry: Entry) -> dict[str, Any]:
        """The fields that it gives as the API writes them, with ids for all that it names."""
        try:
            given = {name: _plain(name, value) for name, value in self._known.by_id(entry.given).items()}
        except Ambiguous as error:
            raise ModelError(f"{entry.place}.{error.field}: {error}") from None
        if entry.kind == "link":
            ends = sorted((entry.given["a"], entry.given["b"]))
            given |= {"id": given.get("id") or link_id(*ends), "a": ends[0]._asdict(), "b": ends[1]._asdict()}
        return given

    def _project(self, kind: str, given: Mapping[str, Any]) -> str | None:
        """Whose it is, or will be."""
        if given.get("project"):
            return str(given["project"])
        if kind in self._home:
            return self._home[kind]
        if "segment" not in given:
            return None
        if given["segment"] in self._segments:
            return self._segments[given["segment"]]
        segment = self._held.one("segment", given["segment"])
        return segment["project"] if segment is not None else None

    def _found(self, entry: Entry, given: Mapping[str, Any], project: str | None) -> dict[str, Any] | None:
        """The thing that the entry means; None where there is none yet."""
        if "id" in given:
            return self._held.one(entry.kind, given["id"])
        name = given.get("name", "")
        if not name:
            raise ModelError(f"{entry.place}: needs an id or a name, by which it is found again")
        found = self._held.called(entry.kind, name, project)
        if "segment" in given:
            found = [thing for thing in found if thing["segment"] == given["segment"]]
        if len(found) > 1:
            ids = ", ".join(thing["id"] for thing in found)
            raise ModelError(
                f"{entry.place}.name: {len(found)} {entry.kind}s are called {name!r}; give one's id: {ids}"
            )
        return found[0] if found else None

    def _remember(self, entry: Entry, id: str, given: Mapping[str, Any], project: str | None) -> None:
        name = given.get("name", "")
        for key in ((id,), () if "id" in given else (name, project, given.get("segment"))):
            if key and (first := self._meant.setdefault((entry.kind, *key), entry.place)) != entry.place:
                raise ModelError(f"{entry.place}: is the {entry.kind} {name or id!r} again, after {first}")
        self._known.add(entry.kind, id, name, project, chosen="id" not in given)
        if entry.kind == "segment":
            self._segments[id] = project
        if entry.kind == "port":
            self._ports.append(id)

    def _check_fixed(self, entry: Entry, given: Mapping[str, Any], found: Mapping[str, Any]) -> None:
        """What is fixed when a thing is made is the same, or not said."""
        for name in FIXED_BY_KIND.get(entry.kind, GIVEN) & given.keys():
            if given[name] not in (None, found.get(name)):
                rule = f"is fixed when a {entry.kind} is made; this one has {found.get(name)!r}, not {given[name]!r}"
                raise ModelError(f"{entry.place}.{name}: {rule}")

    def _unnamed(self, kind: str, projects: Iterable[str]) -> Iterator[dict[str, Any]]:
        """What is there, and no file speaks of it."""
        whose = sorted(projects) if kind in PRUNED else [None]
        for project in whose:
            for thing in self._held.all(kind, project):
                if (kind, thing["id"]) not in self._meant and thing.get("origin") != DISCOVERED:
                    yield thing

    def _gone(self, kind: str, thing: dict[str, Any]) -> Difference:
        plugged = {VIF: (thing[VIF], None)} if thing.get(VIF) else {}
        return Difference("delete", kind, thing["id"], thing.get("name", ""), thing.get("project"), plugged, thing)


def _plain(field: str, value: Any) -> Any:
    """A typed value as the API writes it."""
    if field == "dpid":
        return datapath_text(value)
    if hasattr(value, "_asdict"):
        return {name: _plain(name, inner) for name, inner in value._asdict().items()}
    return [_plain("", item) for item in value] if isinstance(value, tuple) else value
