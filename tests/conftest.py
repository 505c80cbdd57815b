"""Hooks of all tests: their order, which run alone, which signals they hear, and a kernel for those marked guest."""

from tests.alone import pytest_alone_or_with_others  # noqa: F401
from tests.order import pytest_collection_modifyitems  # noqa: F401
from tests.signals import pytest_sessionstart  # noqa: F401
from tests.uml.running import pytest_runtest_protocol, pytest_runtest_setup, pytest_unconfigure  # noqa: F401
