"""What extensions add to REST v1: paths of their own, and attributes that are fields of things."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from importlib.metadata import version
from typing import Any, cast

from weft.apps.northbound.description.openapi import Document, Route, document
from weft.apps.northbound.paths import PATHS
from weft.apps.northbound.shapes import title
from weft.controller.extension import Clash, Extension, path_of
from weft.controller.model.declared import EXTENSIBLE, Declared
from weft.controller.service import Service


def extensions_of(service: Service | None) -> tuple[Extension, ...]:
    """The extensions that are in force."""
    return cast("tuple[Extension, ...]", service.extensions) if service is not None else ()


def extension_routes(service: Service) -> Iterator[Route]:
    """Each path that an extension adds, and the resource there."""
    for extension in extensions_of(service):
        for resource in extension.resources:
            yield path_of(extension, resource), resource.make(service)


def check_paths(routes: Iterable[Route]) -> None:
    """Raises a ``Clash`` where two resources have one path, whatever the names of its variables."""
    known: dict[str, str] = {}
    for path, _ in routes:
        other = known.setdefault(re.sub(r"\{\w+\}", "{}", path), path)
        if other is not path:
            raise Clash([f"an extension has the path {path}, which is {other} already"])


def extended(core: Document, service: Service) -> Document:
    """``extended(core, service)`` returns the OpenAPI document with what the extensions in force add."""
    if not extensions_of(service):
        return core
    found = deepcopy(core)
    for kind in EXTENSIBLE:
        declared = service.network.declared(kind)
        if not declared:
            continue
        for name in (f"New{title(kind)}", f"Changed{title(kind)}", title(kind), f"PartOf{title(kind)}"):
            _declare(found["components"]["schemas"][name], declared)
        for parameter in found["paths"][PATHS[kind]]["get"]["parameters"]:
            if parameter["name"] == "fields":
                parameter["schema"]["items"]["enum"] += declared
    own = document([route for route in extension_routes(service) if hasattr(route[1], "operations")], version("weft"))
    found["paths"] |= own["paths"]
    for part, members in own["components"].items():
        found["components"][part] = {**members, **found["components"].get(part, {})}
    known = [tag["name"] for tag in found["tags"]]
    found["tags"] += [tag for tag in own["tags"] if tag["name"] not in known]
    return found


def _declare(shape: Document, declared: Mapping[str, Declared]) -> None:
    """Let a shape have the attributes as fields, which may be null: not set."""
    for name, one in declared.items():
        set_by = " Set by the operator alone." if one.who == "operator" else ""
        schema: dict[str, Any] = {"anyOf": [dict(one.type.schema), {"type": "null"}], "description": one.doc + set_by}
        if one.default is not None:
            schema["default"] = one.default
        shape["properties"][name] = schema
