"""Wrong usage of a command line, in one line that names the option and its rule."""

from __future__ import annotations

from pydantic import ValidationError
from typer import BadParameter, TyperException

_RULES = {  # a bound is filled in from what the library says of the case
    "bool_parsing": "must be true or false",
    "float_parsing": "must be a number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of fewer digits",
    "greater_than_equal": "must be at least {ge:.15g}",
    "less_than_equal": "must be at most {le:.15g}",
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
    rule = _RULES.get(first["type"], "must be something else").format(**first.get("ctx", {}))
    return f"{rule}, not {first['input']!r}"
