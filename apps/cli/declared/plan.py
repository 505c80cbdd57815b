"""What ``weft apply`` would do: each difference between what files declare and what the controller holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from weft.apps.cli.notation import spelled

VIF = "vif"  # of a port: no field of its fact, but said like one


class Difference(NamedTuple):
    """One thing that is to be made, changed or deleted: each field with the value it has and the one it shall have."""

    do: Literal["create", "update", "delete"]
    kind: str
    id: str
    name: str
    project: str | None
    fields: Mapping[str, tuple[Any, Any]]
    held: Mapping[str, Any]
    place: str = ""

    @property
    def label(self) -> str:
        """What people call it."""
        called = f"{self.kind} {self.name or self.id}"
        return f"{called} (project {self.project})" if self.project else called

    def wanted(self) -> dict[str, Any]:
        """The fields as they shall be, but for the VIF, which is plugged in."""
        return {name: new for name, (_, new) in self.fields.items() if name != VIF}

    def document(self) -> dict[str, Any]:
        """The difference as programs read it."""
        told: dict[str, Any] = {"kind": self.kind, "id": self.id, "name": self.name, "project": self.project}
        if self.do == "create":
            told["fields"] = {name: new for name, (_, new) in self.fields.items()}
        elif self.do == "update":
            told["fields"] = {name: {"old": old, "new": new} for name, (old, new) in self.fields.items()}
        return told


class Plan(NamedTuple):
    """All differences, and the ports that the files speak of."""

    differences: Sequence[Difference]
    ports: Sequence[str]  # their ids

    def those(self, do: str, kind: str | None = None) -> Iterator[Difference]:
        """The differences of one sort, and of one kind of thing."""
        return (one for one in self.differences if one.do == do and kind in (None, one.kind))

    def document(self) -> dict[str, Any]:
        """The plan as programs read it."""
        return {do: [one.document() for one in self.those(do)] for do in ("create", "update", "delete")}

    def names(self) -> dict[str, str]:
        """What people call the things that are made: their ids say nothing yet."""
        return {one.id: one.name for one in self.those("create") if one.name}


def readable(field: str, value: Any, names: Mapping[str, str]) -> Any:
    """The value of a field as the command line writes it, with names for ids that are new.

    >>> readable("segment", "5ae6", {"5ae6": "red"})
    'red'
    """
    if field == "trunk" and value:
        value = [{**subport, "segment": names.get(subport["segment"], subport["segment"])} for subport in value]
    return spelled(field, names.get(value, value) if isinstance(value, str) else value)
