"""Which facts name a thing in attributes that extensions declare: an index over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from weft.controller.model.declared import Declared, Named, Reference, value_of
from weft.controller.model.facts import Fact, Key, key_of
from weft.controller.model.indexing import add, discard


class Naming:
    """The attributes that are declared, and who names what in them."""

    def __init__(self, declared: Iterable[Declared] = ()) -> None:
        self._declared: dict[str, dict[str, Declared]] = {}
        for one in declared:
            self._declared.setdefault(one.kind, {})[one.name] = one
        self._references = {
            kind: found
            for kind, by_name in self._declared.items()
            if (found := [one for one in by_name.values() if isinstance(one.type, Reference)])
        }
        self._by_named: dict[tuple[str, str], set[Key]] = {}

    def declared(self, kind: str) -> Mapping[str, Declared]:
        """The attributes that are declared on facts of a kind, by name."""
        return self._declared.get(kind, {})

    def naming(self, name: str, id: str) -> tuple[Key, ...]:
        """The facts whose attribute of that name names the thing of that id, sorted."""
        return tuple(sorted(self._by_named.get((name, id), ())))

    def dependents(self, fact: Fact) -> Iterator[tuple[str, list[str]]]:
        """The facts that name this one, by kind."""
        for kind, references in self._references.items():
            for one in references:
                if isinstance(one.type, Reference) and one.type.kind == fact.kind:
                    found = self._by_named.get((one.name, str(fact.id)), ())
                    others = (key for key in found if key != key_of(fact))
                    yield kind, sorted(str(key.id) for key in others if key.kind == kind)

    def replace(self, before: Fact | None, after: Fact | None) -> Iterator[Key]:
        """Let the index say of ``after`` what it said of ``before``, and yield the entries that read differently."""
        some = after if after is not None else before
        references = self._references.get(some.kind, ()) if some is not None else ()
        if some is None or not references:
            return
        key = key_of(some)
        were, are = ({self._entry(fact, one) for one in references} - {None} for fact in (before, after))
        for entry in were ^ are:
            assert entry is not None
            if entry in are:
                add(self._by_named, entry, key)
            else:
                discard(self._by_named, entry, key)
            yield Key("naming", entry)

    @staticmethod
    def _entry(fact: Fact | None, declared: Declared) -> tuple[str, str] | None:
        value = value_of(getattr(fact, "attributes", ()), declared) if fact is not None else None
        return (declared.name, value.id) if isinstance(value, Named) else None
