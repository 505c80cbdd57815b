"""The tree of managed objects of a Nexus: what may be posted into it, deleted from it, and asked of it.

A post holds whole or not at all. Whoever is in ``watchers`` is called after each change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.nexus import rules
from tests.nexus.classes import KINDS, Kind

Document = dict[str, Any]


class Refused(Exception):
    """What a Nexus refuses, with its code and its words."""

    def __init__(self, text: str, code: int = 400, status: int = 400) -> None:
        self.text, self.code, self.status = text, code, status
        super().__init__(text)


class Object:
    """A managed object."""

    def __init__(self, kind: Kind, dn: str, parent: Object | None, naming: str = "") -> None:
        self.kind, self.dn, self.parent = kind, dn, parent
        self.attributes = {name: attribute.default for name, attribute in kind.attributes.items()}
        if kind.naming is not None:
            self.attributes[kind.naming] = naming
        self.children: dict[str, Object] = {}

    def below(self) -> Iterator[Object]:
        """It, and all that is below it."""
        yield self
        for child in self.children.values():
            yield from child.below()


def split(dn: str) -> list[str]:
    """The relative names of a distinguished name, whose brackets may hold slashes.

    >>> split("sys/intf/phys-[eth1/1]/phys")
    ['sys', 'intf', 'phys-[eth1/1]', 'phys']
    """
    parts, depth = [""], 0
    for character in dn:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if character == "/" and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


class Tree:
    """All that a switch is configured to be."""

    def __init__(self) -> None:
        self.root = Object(KINDS["topSystem"], "sys", None)
        self.unplugged: set[str] = set()  # interfaces with no cable in them
        self.watchers: list[Callable[[], None]] = []
        self._undo: list[Callable[[], object]] = []

    def at(self, dn: str) -> Object | None:
        """The object of that name."""
        parts = split(dn)
        found = self.root if parts[0] == "sys" else None
        for rn in parts[1:]:
            found = found.children.get(rn) if found is not None else None
        return found

    def need(self, dn: str) -> Object:
        """The object of that name, which is there."""
        found = self.at(dn)
        if found is None:
            raise Refused(f"Object {dn} does not exist", 404, 404)
        return found

    def add(self, parent: str, kind: str, naming: str = "", **attributes: str) -> Object:
        """Put an object in, as the hardware or somebody at the console does."""
        above = self.need(parent)
        made = self._make(above, KINDS[kind], naming)
        made.attributes.update(attributes)
        self._undo.clear()
        return made

    def of_class(self, *names: str) -> Iterator[Object]:
        """All objects of these classes."""
        return (found for found in self.root.below() if found.kind.name in names)

    def post(self, dn: str | None, document: Document) -> None:
        """Make the object, and what it brings with it, be so. Raises ``Refused``, and nothing has changed then."""
        ((name, body),) = document.items() if isinstance(document, dict) and len(document) == 1 else ((None, None),)
        if not isinstance(name, str) or not isinstance(body, dict):
            raise Refused("Invalid JSON: one object with its class is expected")
        kind = _kind(name)
        parts = split(dn if dn is not None else "sys")
        if len(parts) == 1:
            self._commit(lambda: self._change(self._root(kind, parts[0]), body))
            return
        above = self.need("/".join(parts[:-1]))
        naming = kind.named(parts[-1])
        if naming is None:
            raise Refused(f"Class {name} is not at {dn}")
        self._commit(lambda: self._put(above, kind, naming, body))

    def delete(self, dn: str) -> None:
        """Let the object be gone, and all below it."""
        found = self.at(dn)
        if found is None:
            return  # it is gone, as was asked
        self._commit(lambda: self._remove(found))

    def _root(self, kind: Kind, rn: str) -> Object:
        if rn != "sys" or kind is not self.root.kind:
            raise Refused(f"Class {kind.name} is not at {rn}")
        return self.root

    def _commit(self, change: Callable[[], object]) -> None:
        self._undo.clear()
        try:
            change()
            rules.settle(self)
        except (Refused, ValueError) as error:
            for undo in reversed(self._undo):
                undo()
            raise error if isinstance(error, Refused) else Refused(str(error)) from None
        for watcher in self.watchers:
            watcher()

    def _put(self, above: Object, kind: Kind, naming: str, body: Document) -> None:
        if above.kind.name not in kind.parents:
            raise Refused(f"Class {kind.name} is not below {above.kind.name}")
        found = above.children.get(kind.rn_of(naming))
        if _status(body) == "deleted":
            if found is not None:
                self._remove(found)
            return
        if found is None:
            if not kind.creatable:
                raise Refused(f"{kind.name} {naming or kind.rn} does not exist")
            if kind.naming is not None:
                _check(kind, kind.naming, naming)
            found = self._make(above, kind, naming)
        self._change(found, body)

    def _change(self, found: Object, body: Document) -> None:
        attributes, children = body.get("attributes", {}), body.get("children", [])
        if not isinstance(attributes, dict) or not isinstance(children, list) or set(body) - {"attributes", "children"}:
            raise Refused(f"Invalid JSON below {found.kind.name}: attributes and children are expected")
        before = dict(found.attributes)
        self._undo.append(lambda: found.attributes.update(before))
        for name, value in attributes.items():
            if name in ("dn", "rn", "status"):
                if name == "dn" and value != found.dn:
                    raise Refused(f"dn {value} is not {found.dn}")
                continue
            _check(found.kind, name, value)
            if name == found.kind.naming and value != found.attributes[name]:
                raise Refused(f"{found.kind.name}: {name} names the object, and cannot change")
            found.attributes[name] = rules.posted(found, name, value)
        rules.changed(self, found, before)
        for child in children:
            if not isinstance(child, dict) or len(child) != 1:
                raise Refused(f"Invalid JSON below {found.kind.name}: each child is one object with its class")
            ((name, inner),) = child.items()
            if not isinstance(inner, dict) or not isinstance(inner.get("attributes", {}), dict):
                raise Refused(f"Invalid JSON at {name}")
            kind = _kind(name)
            given: Mapping[str, Any] = inner.get("attributes", {})
            naming = ""
            if kind.naming is not None:
                naming = given.get(kind.naming, "")
                if not isinstance(naming, str) or not naming:
                    raise Refused(f"{name}: {kind.naming} is missing")
            self._put(found, kind, naming, inner)

    def _make(self, above: Object, kind: Kind, naming: str) -> Object:
        rn = kind.rn_of(naming)
        made = above.children[rn] = Object(kind, f"{above.dn}/{rn}", above, naming)
        self._undo.append(lambda: above.children.pop(rn))
        rules.made(self, made)
        return made

    def _remove(self, found: Object) -> None:
        above = found.parent
        if above is None or not found.kind.creatable:
            raise Refused(f"{found.kind.name} cannot be deleted")
        rules.removed(self, found)
        rn = found.kind.rn_of(found.attributes[found.kind.naming]) if found.kind.naming else found.kind.rn
        del above.children[rn]
        self._undo.append(lambda: above.children.update({rn: found}))


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise Refused(f"Unknown class {name}", 17)
    return KINDS[name]


def _check(kind: Kind, name: str, value: object) -> None:
    attribute = kind.attributes.get(name)
    if attribute is None:
        raise Refused(f"Class {kind.name} has no attribute {name}")
    if attribute.check is None:
        raise Refused(f"{kind.name}: {name} is read-only")
    if not isinstance(value, str):
        raise Refused(f"{kind.name}: {name} must be a text")
    try:
        attribute.check(value)
    except ValueError as error:
        raise Refused(f"{kind.name}: {name} {value}: {error}") from None


def _status(body: Document) -> object:
    attributes = body.get("attributes", {})
    status = attributes.get("status", "created,modified") if isinstance(attributes, dict) else ""
    if status not in ("", "created", "modified", "created,modified", "deleted"):
        raise Refused(f"status {status}: must be created, modified or deleted")
    return status
