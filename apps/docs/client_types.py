"""The types of the client's documents, written from the OpenAPI document: what is shown and taken, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from textwrap import shorten
from typing import Any

from weft.apps.northbound.app import described

_HEAD = '''"""What the API shows and takes, as types. Written by ``scripts/docs`` from the API itself; do not edit."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict
'''
_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def text() -> str:
    """The module that ``weft.apps.client`` has its types from."""
    schemas = described()["components"]["schemas"]
    return _HEAD + "".join(f"\n\n{_class(name, schema)}" for name, schema in sorted(schemas.items()))


def _class(name: str, schema: Mapping[str, Any]) -> str:
    lines = [f"class {name}(TypedDict):"]
    about = schema.get("description", f"{name}.").strip().partition("\n")[0]
    lines += [f'    """{shorten(about, 110)}"""', ""]
    required = schema.get("required", ())
    lines += list(_members(schema.get("properties", {}), required)) or ["    pass"]
    return "\n".join(lines) + "\n"


def _members(properties: Mapping[str, Any], required: Any) -> Iterator[str]:
    for name, schema in properties.items():
        hint = type_of(schema)
        yield f"    {name}: {hint if name in required else f'NotRequired[{hint}]'}"


def type_of(schema: Mapping[str, Any]) -> str:
    """The type of what a schema describes, as Python writes it.

    >>> type_of({"anyOf": [{"type": "array", "items": {"$ref": "#/components/schemas/Port"}}, {"type": "null"}]})
    'list[Port] | None'
    """
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return f"Literal[{json.dumps(schema['const'])}]"
    if "enum" in schema:
        return f"Literal[{', '.join(map(json.dumps, schema['enum']))}]"
    kind = schema.get("type")
    if kind is None and "anyOf" in schema:
        return " | ".join(dict.fromkeys(map(type_of, schema["anyOf"])))
    if kind == "array":
        return f"list[{type_of(schema.get('items', {}))}]"
    if kind == "object":
        return "dict[str, Any]"
    return _SCALARS.get(str(kind), "Any")
