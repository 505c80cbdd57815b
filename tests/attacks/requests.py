"""The society in the words of the REST API."""

from __future__ import annotations

from typing import Any

from tests.attacks.society import Society, commands
from weft.controller.model.commands import Command, Create, Delete, Plug, Unplug, Update


def documents(there: Society) -> list[dict[str, Any]]:
    """The commands of one transaction that makes the society."""
    return [document(command) for command in commands(there)]


def document(command: Command) -> dict[str, Any]:
    """The command as the API reads it."""
    match command:
        case Create(kind, fields):
            return {"do": "create", "kind": kind, "fields": plain(fields)}
        case Update(kind, id, fields):
            return {"do": "update", "kind": kind, "id": id, "fields": plain(fields)}
        case Delete(kind, id):
            return {"do": "delete", "kind": kind, "id": id}
        case Plug(port, vif):
            return {"do": "plug", "port": port, "vif": vif}
        case Unplug(port):
            return {"do": "unplug", "port": port}
    raise ValueError(f"a society never asks for {command}")


def plain(value: Any) -> Any:
    """The value as JSON has it: objects for named tuples, lists for others."""
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    return [plain(member) for member in value] if isinstance(value, tuple) else value
