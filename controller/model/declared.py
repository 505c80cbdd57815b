"""What an extension declares on facts: attributes with a name, a type, and a rule of who may set them.

The model checks them while the extension is in force. Without it their values stay as they are, and nobody looks at
them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from weft.controller.model.attributes import Attribute

if TYPE_CHECKING:
    from weft.controller.model.facts import Fact
    from weft.controller.model.network import Network
    from weft.controller.model.rights import Caller

Schema = Mapping[str, Any]
EXTENSIBLE = ("segment", "port", "vif", "subnet", "security_group", "trunk")  # kinds with attributes


class Wrong(ValueError):
    """A value that is not of its type; the text is the rule."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of so many characters at most."""

    most: int = 255

    @property
    def schema(self) -> Schema:
        """What JSON Schema calls it."""
        return {"type": "string", "minLength": 1, "maxLength": self.most}

    def check(self, value: Any) -> None:
        """Raises ``Wrong``."""
        if not isinstance(value, str) or not 1 <= len(value) <= self.most:
            raise Wrong(f"must be a text of 1 to {self.most} characters")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def schema(self) -> Schema:
        """What JSON Schema calls it."""
        return {"type": "string", "enum": list(self.words)}

    def check(self, value: Any) -> None:
        """Raises ``Wrong``."""
        if not isinstance(value, str) or value not in self.words:
            raise Wrong(f"must be one of {', '.join(self.words)}")


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from ``least`` to ``most``."""

    least: int
    most: int

    @property
    def schema(self) -> Schema:
        """What JSON Schema calls it."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def check(self, value: Any) -> None:
        """Raises ``Wrong``."""
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise Wrong(f"must be a whole number from {self.least} to {self.most}")


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    @property
    def schema(self) -> Schema:
        """What JSON Schema calls it."""
        return {"type": "boolean"}

    def check(self, value: Any) -> None:
        """Raises ``Wrong``."""
        if not isinstance(value, bool):
            raise Wrong("must be true or false")


@dataclass(frozen=True, slots=True)
class Reference:
    """A port or a segment, by its id: one that is there, and that whoever names it may change.

    It is kept with the thing's number, so that it never means another one which is called so later.
    """

    kind: Literal["port", "segment"]

    @property
    def schema(self) -> Schema:
        """What JSON Schema calls it."""
        return {"type": "string", "minLength": 1, "maxLength": 255}

    def check(self, value: Any) -> None:
        """Raises ``Wrong``."""
        if not isinstance(value, str) or not value:
            raise Wrong(f"must be the id of a {self.kind}")


Type = Text | Choice | Number | Flag | Reference
Check = Callable[["Network", "Fact | None", "Fact", "Caller"], None]


class Declared(NamedTuple):
    """An attribute of the facts of a kind. ``name`` begins with the extension's alias and a colon.

    ``who`` may set it: whoever may change the fact ("owner"), or the operator alone. ``check(network, before, after,
    caller)`` holds what a type cannot: it is asked whenever any fact of the kind is made or changes, whether that has
    the attribute or not, and raises a ``Refusal``. With ``in_tables`` stages do what it says, so it is refused of a
    port whose VIF is where no flow tables are.
    """

    kind: str
    name: str
    type: Type
    doc: str
    default: Any = None
    who: Literal["owner", "operator"] = "owner"
    check: Check | None = None
    in_tables: bool = False


class Named(NamedTuple):
    """A thing that an attribute names: its id, and its number, which is never another's."""

    id: str
    number: int


def value_of(attributes: Iterable[Attribute], declared: Declared) -> Any:
    """What the attribute's value is there: that of a ``Reference`` is a ``Named``; where there is none, its default."""
    text = next((attribute.value for attribute in attributes if attribute.name == declared.name), None)
    if text is None:
        return declared.default
    value = json.loads(text)
    if not isinstance(declared.type, Reference):
        return value
    well = isinstance(value, dict) and isinstance(value.get("id"), str) and isinstance(value.get("number"), int)
    return Named(value["id"], value["number"]) if well else None


def shown(attributes: Iterable[Attribute], declared: Declared) -> Any:
    """What somebody has set, as people are shown it: a reference is an id; None where nobody has."""
    value = value_of(attributes, declared._replace(default=None))
    return value.id if isinstance(value, Named) else value


def written(value: Any) -> str:
    """A value as it is kept, the same for the same value."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)
