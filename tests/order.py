"""What takes long begins first, so that no worker is left with it when the others have nothing to do any more.

What must be alone comes last, when what it waits for is short.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.alone import is_alone

TESTS = Path(__file__).parent
LONG = (
    *("attacks", "system", "clients", "laws", "wire"),
    *("unit/test_api_as_described.py", "unit/test_cli_docs.py", "unit/test_readme_clients.py"),
    *("unit/test_cli_apply.py", "unit/test_neutron_docs.py", "unit/test_concurrent_clients.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones in their order, then the others in theirs; and last the files in which a test must be alone."""
    lonely = {item.path for item in items if is_alone(item)}
    items.sort(key=lambda item: (item.path in lonely, _rank(item.path)))


def _rank(path: Path) -> int:
    return next((rank for rank, name in enumerate(LONG) if path.is_relative_to(TESTS / name)), len(LONG))
