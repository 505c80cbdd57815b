"""The examples in docstrings run, and do what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Iterator

import pytest

from weft.controller.adapters.openflow import compat  # noqa: F401  # isort: skip  # Ryu cannot be imported before
from ryu.base import app_manager  # noqa: F401  # isort: skip  # Ryu imports itself in a circle, which begins here

ROOMS = ("weft.controller", "weft.apps", "weft.topologies")
PATCHES = "weft.apps.launch"  # to import it changes the whole process, which is for a process of its own


def modules() -> Iterator[str]:
    """Every module of Weft, under the one name that it has."""
    for room in ROOMS:
        package = importlib.import_module(room)
        yield room
        yield from (found.name for found in pkgutil.walk_packages(package.__path__, prefix=f"{room}."))


MODULES = [name for name in modules() if name != PATCHES and not name.endswith(".__main__")]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder()
    tests = [test for name in MODULES for test in finder.find(importlib.import_module(name))]
    assert sum(len(test.examples) for test in tests) >= 5
    assert "weft.controller.model.fabric.link_id" in {test.name for test in tests if test.examples}
