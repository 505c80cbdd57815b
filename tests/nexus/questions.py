"""What a Nexus answers to a read: ``query-target``, ``target-subtree-class``, ``rsp-subtree`` and the like."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.nexus.classes import KINDS
from tests.nexus.tree import Document, Object, Refused, Tree

_CHOICES = {
    "query-target": ("self", "children", "subtree"),
    "rsp-subtree": ("no", "children", "full"),
    "rsp-prop-include": ("all", "config-only", "naming-only"),
}
_CLASSES = ("target-subtree-class", "rsp-subtree-class")


def of_object(tree: Tree, dn: str, asked: dict[str, str]) -> list[Document]:
    """The answer for the object of that name; none where there is no such object."""
    options = _options(asked)
    found = tree.at(dn)
    if found is None:
        return []
    match options["query-target"]:
        case "children":
            chosen: Iterable[Object] = found.children.values()
        case "subtree":
            chosen = found.below()
        case _:
            chosen = [found]
    return _written(chosen, options)


def of_class(tree: Tree, name: str, asked: dict[str, str]) -> list[Document]:
    """The answer for all objects of that class."""
    if name not in KINDS:
        raise Refused(f"Unknown class {name}", 17)
    return _written(tree.of_class(name), _options(asked))


def _options(asked: dict[str, str]) -> dict[str, Any]:
    options: dict[str, Any] = {name: values[0] for name, values in _CHOICES.items()} | dict.fromkeys(_CLASSES)
    for name, value in asked.items():
        if name in _CHOICES:
            if value not in _CHOICES[name]:
                raise Refused(f"{name} {value}: must be one of {', '.join(_CHOICES[name])}")
            options[name] = value
        elif name in _CLASSES:
            unknown = [kind for kind in value.split(",") if kind not in KINDS]
            if unknown:
                raise Refused(f"Unknown class {unknown[0]}", 17)
            options[name] = frozenset(value.split(","))
        else:
            raise Refused(f"Unknown query parameter {name}")
    return options


def _written(chosen: Iterable[Object], options: dict[str, Any]) -> list[Document]:
    wanted = options["target-subtree-class"]
    depth = {"no": 0, "children": 1, "full": 99}[options["rsp-subtree"]]
    return [_document(found, depth, options) for found in chosen if wanted is None or found.kind.name in wanted]


def _document(found: Object, depth: int, options: dict[str, Any]) -> Document:
    kind, include = found.kind, options["rsp-prop-include"]
    kept = {
        name: value
        for name, value in found.attributes.items()
        if include == "all"
        or name == kind.naming
        or (include == "config-only" and kind.attributes[name].check is not None)
    }
    body: Document = {"attributes": {"dn": found.dn, **kept}}
    wanted = options["rsp-subtree-class"]
    if depth:
        children = [
            _document(child, depth - 1, options)
            for child in found.children.values()
            if wanted is None or any(below.kind.name in wanted for below in child.below())
        ]
        if children:
            body["children"] = children
    return {kind.name: body}
