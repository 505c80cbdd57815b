"""Hooks of all tests: in what order they run, which run alone, and that those marked ``guest`` have a kernel."""

from tests.alone import pytest_alone_or_with_others  # noqa: F401
from tests.order import pytest_collection_modifyitems  # noqa: F401
from tests.uml.running import pytest_runtest_protocol, pytest_runtest_setup, pytest_unconfigure  # noqa: F401
