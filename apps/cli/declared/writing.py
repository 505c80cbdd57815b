"""A model as the text of a file that ``weft apply`` and ``weft compile`` read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

import yaml

from weft.apps.cli.declared.matching import DISCOVERED
from weft.apps.cli.times import told
from weft.apps.client import Document, Documents
from weft.apps.model_file import FILED
from weft.apps.northbound.fields import settable
from weft.apps.northbound.paths import COLLECTIONS
from weft.controller.model.facts import KINDS

LONGEST = 116  # characters of a thing that stands on one line
ALWAYS = frozenset({"name", "project"})  # who reads a file wants to know, whatever they are
Model = Mapping[str, Documents]  # the things of each kind


def sections(model: Model, *, full: bool = False) -> dict[str, Documents]:
    """``sections(model)`` returns the things as a file says them, by collection: what is declared, by its id.

    Without ``full``, what has its default is left out.
    """
    discovered = {vif["id"] for vif in model.get("vif", ()) if vif["origin"] == DISCOVERED}
    found = {}
    for kind in FILED:
        things = sorted(model.get(kind, ()), key=lambda thing: (thing.get("name", ""), thing["id"]))
        declared = [_said(kind, thing, full) for thing in things if thing.get("origin") != DISCOVERED]
        for thing in declared if kind == "port" else ():
            if thing.get("vif") in discovered:  # whoever has claimed the port will claim it again
                del thing["vif"]
        if declared:
            found[COLLECTIONS[kind]] = declared
    return found


def text(said: Mapping[str, Documents], remarks: Iterable[str] = ()) -> str:
    """``text(said)`` returns the YAML, with the remarks before it."""
    lines = [f"# {remark}\n" for remark in remarks]
    for collection, things in said.items():
        lines.append(f"\n{collection}:\n")
        lines += map(_item, things)
    return "".join(lines) if said else "".join([*lines, "{}\n"])


def _item(thing: Document) -> str:
    """One thing: on one line, where it is short."""
    line = _inline(thing)
    if len(line) <= LONGEST:
        return f"  - {line}\n"
    return "  - " + "    ".join(f"{field}: {_inline(value)}\n" for field, value in thing.items())


def _inline(value: Any) -> str:
    """A value on one line, whatever it is.

    >>> _inline("no"), _inline({"tag": 7, "segment": "00:00"})
    ("'no'", "{tag: 7, segment: '00:00'}")
    """
    listed = yaml.safe_dump([value], default_flow_style=True, sort_keys=False, allow_unicode=True, width=2**20)
    return listed.strip()[1:-1]


def _said(kind: str, thing: Document, full: bool) -> Document:
    """What a file says of it."""
    said = {name: _written(name, thing[name]) for name in _written_fields(kind, thing, full)}
    if kind == "port" and (thing["vif"] is not None or full):
        said["vif"] = thing["vif"]
    if kind == "switch" and thing["interfaces"]:
        said["interfaces"] = {interface["name"]: interface["ofport"] for interface in thing["interfaces"]}
    return said


def _written_fields(kind: str, thing: Document, full: bool) -> Iterator[str]:
    defaults = {field.name: field.default for field in fields(KINDS[kind])}
    for field in settable(kind):
        default = defaults[field.name]
        usual = list(default) if isinstance(default, tuple) else default
        chosen = kind == "link" and field.name == "id"  # it follows from the ends
        said = full or default is MISSING or field.name in ALWAYS or thing[field.name] != usual
        if field.name in thing and said and not chosen:
            yield field.name
    for name, value in thing.items():
        if ":" in name and value is not None:  # of an extension
            yield name


def _written(name: str, value: Any) -> Any:
    """A value as people write it."""
    if name == "expires":
        return told(value)
    if isinstance(value, Mapping):
        return {inner: _written(inner, each) for inner, each in value.items() if each is not None}
    return [_written("", each) for each in value] if isinstance(value, list) else value
