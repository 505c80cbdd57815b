"""The steps of a history: what is asked of the core, by whom, and what happens to machines, cables and devices."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

Document = Mapping[str, Any]


class Step(NamedTuple):
    """One thing that is done. ``who`` is the project that asks; None is the operator, or nobody.

    ``what`` is a command in the words of a REST transaction, or one of these: an ``interface`` of a machine comes or
    goes, a ``cable`` is plugged in or not, a device is ``disturb``ed behind the controller's back, the controller is
    ``restart``ed, or a device has an ``outage``.
    """

    what: Document
    who: str | None = None

    @property
    def asks(self) -> bool:
        """Whether it is a command to the core."""
        return self.what["do"] in ("create", "update", "delete", "plug", "unplug")

    def __str__(self) -> str:
        return f"{self.who or 'operator'}: {_command(self.what)}" if self.asks else _event(self.what)


def _command(what: Document) -> str:
    match what:
        case {"do": "create", "kind": kind, "fields": fields}:
            return f"create {kind} {_fields(fields)}"
        case {"do": "update", "kind": kind, "id": id, "fields": fields}:
            return f"update {kind} {id} {_fields(fields)}"
        case {"do": "delete", "kind": kind, "id": id}:
            return f"delete {kind} {id}"
        case {"do": "plug", "port": port, "vif": vif}:
            return f"plug {vif} into {port}"
        case {"do": "unplug", "port": port}:
            return f"unplug {port}"
    return json.dumps(dict(what))


def _event(what: Document) -> str:
    match what:
        case {"do": "interface", "place": place, "name": name, "there": there}:
            return f"(interface {name} of {place} {'comes' if there else 'goes'})"
        case {"do": "cable", "link": link, "up": up}:
            return f"(cable {link} is plugged {'in' if up else 'out'})"
        case {"do": "disturb", "place": place}:
            return f"(the device of {place} is changed behind the controller's back)"
        case {"do": "outage", "place": place, "over": over}:
            return f"(the device of {place} can{' be spoken with again' if over else 'not be spoken with'})"
        case {"do": "restart"}:
            return "(the controller dies and starts again)"
    return json.dumps(dict(what))


def _fields(fields: Document) -> str:
    return " ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in fields.items()
    )
