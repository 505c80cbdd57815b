"""A model in one YAML file: the documents of the REST API by collection, and two things that are told otherwise there.

A switch names its ``interfaces`` with their OpenFlow port numbers, which a living switch says itself; and a port names
the ``vif`` that is plugged into it. What names another thing names it by id or by name; what has a name and no id has
the name as its id, where that can be one and is not another's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import BaseModel, create_model

from weft.apps import yaml12
from weft.apps.file_errors import why
from weft.apps.northbound.paths import COLLECTIONS
from weft.apps.northbound.problems import Problem
from weft.apps.northbound.shapes import STRICT, checked, creation, fields_of
from weft.apps.references import Ambiguous, References
from weft.controller.model.commands import Command, Create, ObserveInterfaces, Plug, Refusal
from weft.controller.model.decide import decide
from weft.controller.model.declared import Declared
from weft.controller.model.facts import Endpoint
from weft.controller.model.network import Network
from weft.controller.model.rules import Malformed, check_identifier

# Each after those that it names.
FILED = ("quota", "switch", "link", "segment", "subnet", "security_group", "vif", "port", "trunk")


class ModelError(Exception):
    """A model file that cannot be used: the place in the file, and the rule that it breaks."""


class Entry(NamedTuple):
    """One document of a file: its kind, the fields that it gives, typed, and its place."""

    kind: str
    given: dict[str, Any]
    place: str


def entries(text: str) -> list[Entry]:
    """``entries(text)`` returns what a file with that text says, each after those that it names.

    Raises ``ModelError``. Whether all that is named is there, nobody has looked yet.
    """
    try:
        sections = checked(_sections(), yaml12.load(text))
        return [
            Entry(kind, fields_of(_shape(kind), value, place), place)
            for kind in FILED
            for index, value in enumerate(sections.get(COLLECTIONS[kind], ()))
            for place in (f"{COLLECTIONS[kind]}[{index}]",)
        ]
    except yaml.YAMLError as error:
        raise ModelError(why(error)) from None
    except Problem as problem:
        raise ModelError(str(problem.description)) from None


def read(path: Path, attributes: Collection[Declared] = ()) -> Network:
    """``read(path)`` returns the network that holds when all that the file says is granted. Raises ``ModelError``.

    ``attributes`` are those that extensions declare.
    """
    try:
        found = entries(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"cannot read {path}: {why(error)}") from None
    except UnicodeDecodeError as error:
        raise ModelError(why(error)) from None
    network, known = Network(attributes=attributes), References()
    for entry in sorted(found, key=lambda entry: "id" not in entry.given):  # nobody gets an id that is another's
        _give_id(entry, known)
    for entry in found:
        _grant(network, _by_id(entry, known))
    return network


def _give_id(entry: Entry, known: References) -> None:
    """Let it have an id, and be known by it and by its name."""
    given = entry.given
    name = given.get("name")
    if "id" not in given and name is not None:
        usable = _can_be_id(name) and not known.has(entry.kind, name)
        given["id"] = name if usable else entry.place.replace("[", ".").rstrip("]")
        known.add(entry.kind, given["id"], name, given.get("project"), chosen=True)
    elif "id" in given:
        known.add(entry.kind, given["id"], name or "", given.get("project"))


def _by_id(entry: Entry, known: References) -> Entry:
    """The same, with all that it names named by its id."""
    try:
        return entry._replace(given=known.by_id(entry.given))
    except Ambiguous as error:
        raise ModelError(f"{entry.place}.{error.field}: {error}") from None


def _can_be_id(name: str) -> bool:
    try:
        check_identifier("id", name)
    except Malformed:
        return False
    return True


def _grant(network: Network, entry: Entry) -> None:
    """Let what one document says hold."""
    kind, place, given = entry.kind, entry.place, dict(entry.given)
    interfaces, vif = given.pop("interfaces", {}), given.pop("vif", None)
    _do(network, Create(kind, given), place)
    if kind == "switch":
        seen = {name: (ofport, True) for name, ofport in interfaces.items()}
        _do(network, ObserveInterfaces(given["id"], seen, whole=True), place, "interfaces")
    if vif is not None:
        _do(network, Plug(given["id"], vif), place, "vif")
    for end, field in _ends(kind, given):
        if network.interface(end) is None:
            raise ModelError(f"{place}.{field}: {end.interface!r} is not among the interfaces of {end.switch}")


def _do(network: Network, command: Command, place: str, field: str = "") -> None:
    try:
        changes = decide(network, command)
    except Refusal as refusal:
        raise ModelError(f"{place}.{field or refusal.field}: {refusal.rule}") from None
    network.apply(changes, network.revision + 1)


def _ends(kind: str, given: dict[str, Any]) -> Iterator[tuple[Endpoint, str]]:
    """The interfaces that a document speaks of, each with the field that does."""
    if kind == "switch":
        for name in given.get("fabric_interfaces", ()):
            yield Endpoint(given["id"], name), "fabric_interfaces"
    elif kind == "vif" and given.get("interface") is not None:
        yield Endpoint(given["switch"], given["interface"]), "interface"


@cache
def _sections() -> type[BaseModel]:
    """The shape of a file: a list for each kind."""
    sections: dict[str, Any] = {COLLECTIONS[kind]: (list[Any], []) for kind in FILED}
    model: type[BaseModel] = create_model("Model", __config__=STRICT, **sections)
    return model


@cache
def _shape(kind: str) -> type[BaseModel]:
    """The shape of one document: that of the REST API, and what only a file says."""
    more: dict[str, Any] = {"switch": {"interfaces": (dict[str, int], {})}, "port": {"vif": (str | None, None)}}
    model: type[BaseModel] = create_model(f"Filed{kind}", __base__=creation(kind), **more.get(kind, {}))
    return model
