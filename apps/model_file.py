"""A model in one YAML file: the documents of the REST API by collection, and two things that are told otherwise there.

A switch names its ``interfaces`` with their OpenFlow port numbers, which a living switch says itself; and a port names
the ``vif`` that is plugged into it. What has a name and no id has the name as its id.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, create_model

from weft.apps import yaml12
from weft.apps.file_errors import why
from weft.apps.northbound.paths import COLLECTIONS
from weft.apps.northbound.problems import Problem
from weft.apps.northbound.shapes import STRICT, checked, creation
from weft.controller.model.commands import Command, Create, ObserveInterfaces, Plug, Refusal
from weft.controller.model.decide import decide
from weft.controller.model.facts import Endpoint
from weft.controller.model.network import Network

_IN_ORDER = ("switch", "link", "segment", "vif", "port")  # each after those that it names


class ModelError(Exception):
    """A model file that cannot be used: the place in the file, and the rule that it breaks."""


def read(path: Path) -> Network:
    """``read(path)`` returns the network that holds when all that the file says is granted. Raises ``ModelError``."""
    network = Network()
    try:
        sections = checked(_sections(), yaml12.load(path.read_text(encoding="utf-8")))
        for kind in _IN_ORDER:
            for index, value in enumerate(sections.get(COLLECTIONS[kind], ())):
                _grant(network, kind, value, f"{COLLECTIONS[kind]}[{index}]")
    except OSError as error:
        raise ModelError(f"cannot read {path}: {why(error)}") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ModelError(why(error)) from None
    except Problem as problem:
        raise ModelError(str(problem.description)) from None
    return network


def _grant(network: Network, kind: str, value: object, place: str) -> None:
    """Let what one document says hold."""
    given = checked(_shape(kind), value, place)
    interfaces, vif = given.pop("interfaces", {}), given.pop("vif", None)
    if "name" in given:
        given.setdefault("id", given["name"])
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
    sections: dict[str, Any] = {collection: (list[Any], []) for collection in COLLECTIONS.values()}
    model: type[BaseModel] = create_model("Model", __config__=STRICT, **sections)
    return model


@cache
def _shape(kind: str) -> type[BaseModel]:
    """The shape of one document: that of the REST API, and what only a file says."""
    more: dict[str, Any] = {"switch": {"interfaces": (dict[str, int], {})}, "port": {"vif": (str | None, None)}}
    model: type[BaseModel] = create_model(f"Filed{kind}", __base__=creation(kind), **more.get(kind, {}))
    return model
