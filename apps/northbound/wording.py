"""Shape errors in Weft's own words: the library that finds them has its own, which change with its version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_QUOTED = re.compile(r"'([^']*)'")
_RULES = {
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "extra_forbidden": "is not a field that one may set here",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "missing": "is required",
    "model_type": "must be an object",
    "string_type": "must be a text",
    "too_short": "must not be empty",
    "tuple_type": "must be a list",
}


def rule(error: Mapping[str, Any]) -> str:
    """``rule(error)`` is the sentence about what the value must be; ``error`` is one of pydantic's ``errors()``.

    >>> rule({"type": "literal_error", "ctx": {"expected": "'segment', 'port' or 'vif'"}})
    'must be one of segment, port, vif'
    """
    match error["type"]:
        case "value_error":
            return str(error["ctx"]["error"])
        case "literal_error":
            return "must be one of " + ", ".join(_QUOTED.findall(error["ctx"]["expected"]))
        case "too_long":
            return f"must be a list of at most {error['ctx']['max_length']}"
        case known:
            return _RULES.get(known, "is not what belongs here")
