"""What Neutron keeps of a thing and Weft's model has no word for: JSON in the fact's ``attributes``, by name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from weft.controller.model.facts import Attribute

PREFIX = "neutron:"


def kept(attributes: Iterable[Attribute]) -> dict[str, Any]:
    """``kept(attributes)`` returns what Neutron keeps there, by the names without ``neutron:``."""
    return {a.name.removeprefix(PREFIX): json.loads(a.value) for a in attributes if a.name.startswith(PREFIX)}


def keep(attributes: Iterable[Attribute], values: Mapping[str, Any]) -> tuple[Attribute, ...]:
    """``keep(attributes, values)`` returns the attributes with these values kept too. None is not kept at all."""
    texts = {attribute.name: attribute.value for attribute in attributes}
    for name, value in values.items():
        texts.pop(PREFIX + name, None)
        if value is not None:
            texts[PREFIX + name] = json.dumps(value, separators=(",", ":"), sort_keys=True)
    return tuple(Attribute(name, texts[name]) for name in sorted(texts))
