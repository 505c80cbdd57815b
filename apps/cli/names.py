"""People name things by name where that is unique, programs by id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from weft.apps.client import Client, Document, Problem

NAMED = frozenset({"segment", "port", "vif", "subnet", "security_group", "trunk"})  # what has a name beside its id


def find(client: Client, kind: str, given: str) -> Document:
    """``find(client, kind, given)`` returns the thing of that id, or else the only one of that name."""
    try:
        return client.show(kind, given)
    except Problem as problem:
        if problem.status != 404 or kind not in NAMED or not given:
            raise
        found = client.list(kind, name=given)
        if not found:
            raise
    if len(found) > 1:
        ids = ", ".join(thing["id"] for thing in found[:5]) + (", …" if len(found) > 5 else "")
        rule = f"{len(found)} {kind}s are called {given!r}; name one by its id: {ids}"
        raise Problem({"status": 409, "title": "Ambiguous", "detail": f"{kind}: {rule}", "field": kind, "rule": rule})
    return found[0]


def resolve(client: Client, kind: str, given: str) -> str:
    """The id of the thing that ``find`` finds."""
    return str(find(client, kind, given)["id"])


def by_id(client: Client, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields, with every segment and port in them named by its id."""
    found = dict(fields)
    if "segment" in found:
        found["segment"] = resolve(client, "segment", found["segment"])
    if "port" in found:
        found["port"] = resolve(client, "port", found["port"])
    if "subports" in found:
        found["subports"] = [
            {**carried, "port": resolve(client, "port", carried["port"])} for carried in found["subports"]
        ]
    if "trunk" in found:
        found["trunk"] = [
            {**subport, "segment": resolve(client, "segment", subport["segment"])} for subport in found["trunk"]
        ]
    return found
