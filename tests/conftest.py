"""Hooks of all tests: those that are marked ``guest`` run where bridges know VLANs."""

from tests.uml.running import pytest_runtest_protocol, pytest_runtest_setup, pytest_unconfigure  # noqa: F401
