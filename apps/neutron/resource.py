"""The seam of the API: what one says of a resource, so that it has everything that Neutron's resources have.

A resource is a subclass of ``Resource`` with a table of ``attributes`` (see ``attributes``) and five answers: its
``document``, the ``state`` that the document depends on, and the commands that ``create``, ``change`` and ``delete``
one. ``app.build_neutron`` gives it its routes, and with them comes all the rest: bodies are checked against the table
(unknown, read-only, missing or malformed: 400), one or many are made in one transaction, lists are filtered, sorted,
paged and cut to ``fields``, ``If-Match`` holds a revision, and ``tagged`` resources have ``/tags``.

    class Colours(Resource):
        name, collection, kind, missing = "colour", "colours", "colour", "ColourNotFound"
        attributes = (*standard.ATTRIBUTES, settable("shade", values.text(), ""))

        def document(self, asking, fact):
            return standard.document(fact) | {"shade": fact.shade}

        def create(self, asking, asked):
            id = str(uuid4())
            return id, [Create("colour", {"id": id, "project": asked["project_id"], "shade": asked["shade"]})]

        def change(self, asking, fact, asked):
            return [Update("colour", fact.id, {"shade": asked["shade"]})] if "shade" in asked else []

The commands of a request are one transaction: all of them happen, or nothing does. Rules belong to the model;
``fault`` gives what it refuses the name that clients of Neutron know. What the model has no word for is kept in the
fact's ``attributes`` (see ``kept``). Nothing here may wait, and nothing reads facts but through ``asking.sight``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

from weft.apps.neutron.asking import Asking
from weft.apps.neutron.attributes import Attribute
from weft.apps.neutron.faults import Fault, not_found, refused
from weft.controller.model.commands import Command, Delete, Refusal, Update
from weft.controller.model.facts import Fact


class Resource(ABC):
    """One collection of Neutron's API and its members.

    ``kind`` is the kind of the facts behind it, ``missing`` the type of fault when there is no such member.
    """

    name: ClassVar[str]
    collection: ClassVar[str]
    kind: ClassVar[str]
    missing: ClassVar[str]
    attributes: ClassVar[tuple[Attribute, ...]]
    tagged: ClassVar[bool] = True
    key: ClassVar[str] = "id"
    told_by_fact: ClassVar[Mapping[str, str]] = {}  # attributes that are fields of the fact, as text
    told_by_candidates: ClassVar[frozenset[str]] = frozenset()  # other filters that ``candidates`` does itself

    @cached_property
    def table(self) -> Mapping[str, Attribute]:
        """The attributes by name."""
        return {attribute.name: attribute for attribute in self.attributes}

    @property
    def path(self) -> str:
        """The last part of the collection's address."""
        hyphenated = self.collection in ("security_groups", "security_group_rules", "rbac_policies")
        return self.collection.replace("_", "-") if hyphenated else self.collection

    @abstractmethod
    def document(self, asking: Asking, fact: Any) -> dict[str, Any]:
        """All of its attributes, whoever asks."""

    def state(self, asking: Asking, fact: Any) -> tuple[object, ...]:
        """What the document depends on: while this is equal, the document is the one that it was."""
        return (fact,)

    @abstractmethod
    def create(self, asking: Asking, asked: dict[str, Any]) -> tuple[str, list[Command]]:
        """The id of the new one, and the commands that make it."""

    @abstractmethod
    def change(self, asking: Asking, fact: Any, asked: dict[str, Any]) -> list[Command]:
        """The commands that give it the values that are asked for."""

    def delete(self, asking: Asking, fact: Any) -> list[Command]:
        """The commands that take it away."""
        return [Delete(self.kind, str(fact.id))]

    def retag(self, asking: Asking, fact: Any, tags: tuple[str, ...]) -> list[Command]:
        """The commands that give it these tags."""
        return [Update(self.kind, str(fact.id), {"tags": tags})]

    def find(self, asking: Asking, id: str) -> Fact | None:
        """The fact of that id, if the caller may see it."""
        return asking.sight.fact(self.kind, id)

    def candidates(self, asking: Asking, wanted: Mapping[str, list[str]]) -> Iterable[Fact]:
        """The facts among which those of a list are: no fewer than the filter lets pass, and as few as can be had.

        What a fact alone can tell is looked at here, since a document takes longer.
        """
        if "id" in wanted:
            named = (self.find(asking, id) for id in dict.fromkeys(wanted["id"]))
            found: Iterable[Fact] = (fact for fact in named if fact is not None)
        elif "name" in self.told_by_fact and "name" in wanted:
            found = (fact for name in dict.fromkeys(wanted["name"]) for fact in asking.sight.named(self.kind, name))
        else:
            found = asking.sight.all(self.kind)
        for attribute, field in self.told_by_fact.items():
            if attribute in wanted:
                found = having(found, field, frozenset(wanted[attribute]))
        return found

    def matches(self, document: Mapping[str, Any], name: str, values: list[str]) -> bool | None:
        """Whether a filter lets the document pass; None leaves the question to the rules for all attributes."""
        return None

    def routes(self, renderer: Any) -> Iterable[tuple[str, object]]:
        """What else a member has an address for, behind its own: names, with what answers there."""
        return ()

    def revision(self, asking: Asking, fact: Any) -> int:
        """The revision that clients see."""
        return int(fact.revision)

    def fault(self, refusal: Refusal, asked: Mapping[str, Any]) -> Fault:
        """What the model refuses, by the name that clients know. ``asked`` is what was asked for, with ``id``."""
        return refused(refusal)

    def absent(self, id: str) -> Fault:
        """There is no such member."""
        return not_found(self.missing, f"{self.name.replace('_', ' ').capitalize()} {id} could not be found.")


def having(facts: Iterable[Fact], field: str, values: frozenset[str]) -> Iterator[Fact]:
    """The facts whose field has one of these values."""
    return (fact for fact in facts if getattr(fact, field) in values)
