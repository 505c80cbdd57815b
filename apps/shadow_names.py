"""How an operator names a set of stages: by a name, and where it is to be found."""

from __future__ import annotations

import re

from weft.controller.model.promotion import REAL

RULE = f"must be NAME, NAME=module:attribute or NAME=file.py:attribute, and no name may be {REAL}"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


def check(given: str) -> str:
    """``check(given)`` returns the text of one set of stages. Raises ``ValueError`` where it is none.

    >>> check("terse=my.stages:terse")
    'terse=my.stages:terse'
    """
    name, equals, place = given.partition("=")
    module, _, attribute = place.rpartition(":")
    if not _NAME.fullmatch(name) or name == REAL or (equals and not (module and attribute.isidentifier())):
        raise ValueError(given)
    return given
