"""The values of attributes that extensions declare, as commands give them: told apart, checked, and kept.

A command gives them as fields of the fact (``mirror:to``), or in its ``attributes``. None takes one away; what is not
named stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from weft.controller.model.attributes import Attribute
from weft.controller.model.commands import Refusal
from weft.controller.model.declared import Check, Declared, Named, Reference, Wrong, shown, value_of, written
from weft.controller.model.facts import Fact, Key
from weft.controller.model.network import Network
from weft.controller.model.rights import Caller
from weft.controller.model.visibility import sees, target_of

API = "neutron:"  # of what an API of Weft itself keeps: it sets that in the name of whoever asks it


def extended(
    network: Network, kind: str, before: Fact | None, fields: Mapping[str, Any], caller: Caller
) -> dict[str, Any]:
    """``extended(network, kind, before, fields, caller)`` returns the fields, the declared ones in ``attributes``.

    Raises a ``Refusal`` that names the attribute and the rule.
    """
    declared = network.declared(kind)
    asked = {name: value for name, value in fields.items() if ":" in name}
    listed = fields.get("attributes")
    if not asked and listed is None:
        return dict(fields)
    for name in asked:
        if name not in declared:
            raise Refusal("malformed", name, f"a {kind} has no such field")
    held = _texts(getattr(before, "attributes", ()))
    kept = {name: text for name, text in held.items() if name in declared}
    rest: tuple[Any, ...] = tuple(Attribute(name, text) for name, text in held.items() if name not in declared)
    if listed is not None:
        if not isinstance(listed, tuple) or not all(isinstance(one, Attribute) for one in listed):
            return {name: value for name, value in fields.items() if ":" not in name}  # refused as a list
        rest = _others([one for one in listed if one.name not in declared], rest, caller)
        asked = {one.name: _read(one) for one in listed if one.name in declared} | asked
    for name, value in asked.items():
        text = _text(network, declared[name], held.get(name), value, caller)
        kept.pop(name, None)
        if text is not None:
            kept[name] = text
    plain = {name: value for name, value in fields.items() if ":" not in name}
    return {**plain, "attributes": (*rest, *(Attribute(name, kept[name]) for name in sorted(kept)))}


def _others(listed: Sequence[Attribute], held: Sequence[Attribute], caller: Caller) -> tuple[Attribute, ...]:
    """What is kept of attributes that no extension in force declares.

    Those of an extension that is not in force stay as they are: nobody could look at what would count when it is again.
    The operator may do as it likes.
    """
    if caller.operator:
        return tuple(listed)
    known = {one.name: one.value for one in held}
    for one in listed:
        if _is_of_extension(one) and known.get(one.name) != one.value:
            rule = f"{one.name!r} is of no extension in force, and only the operator may set it"
            raise Refusal("forbidden", "attributes", rule)
    named = {one.name for one in listed}
    return (*listed, *(one for one in held if _is_of_extension(one) and one.name not in named))


def _is_of_extension(attribute: Attribute) -> bool:
    return isinstance(attribute.name, str) and ":" in attribute.name and not attribute.name.startswith(API)


def check_extended(network: Network, before: Fact | None, after: Fact, caller: Caller) -> None:
    """All that extensions say of a fact as it is made or changed. Raises a ``Refusal``."""
    for declared in network.declared(after.kind).values():
        if declared.check is not None:
            _checked(declared, declared.check, network, before, after, caller)


def _checked(
    declared: Declared, check: Check, network: Network, before: Fact | None, after: Fact, caller: Caller
) -> None:
    """A check that fails itself keeps back whoever has the attribute, and nobody else."""
    try:
        check(network, before, after, caller)
    except Refusal:
        raise
    except Exception as error:  # of whoever has written the extension, whatever it is
        if shown(getattr(after, "attributes", ()), declared) is not None:
            rule = f"the extension's check of it failed: {type(error).__name__}: {error}"
            raise Refusal("conflict", declared.name, rule) from None


def _text(network: Network, declared: Declared, held: str | None, value: Any, caller: Caller) -> str | None:
    """What is kept of a value that is asked for; None where there is to be none."""
    before = value_of([Attribute(declared.name, held)], declared) if held is not None else None
    if isinstance(declared.type, Reference) and isinstance(value, dict):  # as it is kept
        value = value.get("id")
    if before is not None and value == (before.id if isinstance(before, Named) else before):
        return held
    if value is None and held is None:
        return None
    if declared.who == "operator" and not caller.operator:
        raise Refusal("forbidden", declared.name, "only the operator may change it")
    if value is None:
        return None
    try:
        declared.type.check(value)
    except Wrong as wrong:
        raise Refusal("malformed", declared.name, str(wrong)) from None
    if isinstance(declared.type, Reference):
        return _pinned(network, declared.name, declared.type.kind, value, caller)
    return written(value)


def _pinned(network: Network, name: str, kind: str, id: str, caller: Caller) -> str:
    """The reference to a thing that the caller may change, as it is kept."""
    fact: Any = network.fact(Key(kind, id))
    if fact is None or not sees(network, fact, kind, caller):
        raise Refusal("not-found", name, f"there is no {kind} {id!r}")
    target = target_of(network, fact, caller)
    if not caller.may(f"update_{kind}", target):
        whose = f"{kind} {id!r} is of project {target.project!r}, and the caller of {caller.project!r}"
        raise Refusal("forbidden", name, whose)
    return written({"id": id, "number": fact.number})


def _texts(attributes: tuple[Attribute, ...]) -> dict[str, str]:
    return {attribute.name: attribute.value for attribute in attributes}


def _read(attribute: Attribute) -> Any:
    try:
        return json.loads(attribute.value)
    except (TypeError, ValueError):
        raise Refusal("malformed", attribute.name, "must be a JSON text") from None
