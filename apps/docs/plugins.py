"""What documents say of plug-ins: the contract, and the example, as the code has them."""

from __future__ import annotations

import inspect

from weft.apps.plugins import paper
from weft.controller import contracts


def contract() -> str:
    """What a plug-in must have."""
    return _python(inspect.getsource(contracts.Plugin))


def example() -> str:
    """A plug-in, whole."""
    return _python(inspect.getsource(paper))


def _python(source: str) -> str:
    return f"```python\n{source.strip()}\n```"
