"""The compiler still makes the tables that were reviewed. After a wanted change: ``scripts/golden``, and review."""

from __future__ import annotations

import pytest

from tests.golden.tables import FOLDER, golden, text
from tests.golden.worlds import WORLDS


@pytest.mark.parametrize("name", WORLDS)
def test_the_tables_are_those_that_were_reviewed(name: str) -> None:
    assert text(name) == golden(name).read_text(encoding="utf-8")


def test_every_golden_file_has_its_world() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(WORLDS)
