"""Wrong usage of a command line, in one line that names the option and its rule."""

from __future__ import annotations

from pydantic import ValidationError
from typer import BadParameter, TyperException

_RULES = {
    "bool_parsing": "must be true or false",
    "float_parsing": "must be a number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of fewer digits",
}


def complaint(error: TyperException) -> str:
    """``complaint(error)`` is what Typer says, without the words of the library that it reads values with."""
    cause = error.__cause__
    if isinstance(error, BadParameter) and isinstance(cause, ValidationError):
        error = BadParameter(_rule(cause), error.ctx, error.param, error.param_hint)
    return error.format_message()


def _rule(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    if first["type"] == "value_error":  # Typer's own sentence, about a choice
        return str(first["ctx"]["error"]).removesuffix(".")
    return f"{_RULES.get(first['type'], 'must be something else')}, not {first['input']!r}"
