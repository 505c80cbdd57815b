"""Tests marked ``alone`` measure time or memory: of all workers of a run none runs another test meanwhile.

A test holds the room while it runs: together with others, or alone. Whoever wants in waits at the gate, so that those
who share the room cannot keep out for ever who wants it alone.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# The locks are on files that are there anyway: nothing has to be agreed on, and nothing is left.
GATE, ROOM = Path(__file__), Path(__file__).with_name("order.py")


@pytest.hookimpl(specname="pytest_runtest_protocol", wrapper=True, tryfirst=True)
def pytest_alone_or_with_others(item: pytest.Item) -> Iterator[None]:
    """Begin when the room is free for it; the time in which a test must end begins then."""
    if not hasattr(item.config, "workerinput"):
        return (yield)
    with in_the_room(alone=is_alone(item)):
        return (yield)


def is_alone(item: pytest.Item) -> bool:
    """Whether the test measures."""
    return item.get_closest_marker("alone") is not None


@contextmanager
def in_the_room(*, alone: bool, gate: Path = GATE, room: Path = ROOM) -> Iterator[None]:
    """Alone in it, or with others of whom none is alone."""
    with gate.open() as before, room.open() as inside:
        fcntl.flock(before, fcntl.LOCK_EX)
        fcntl.flock(inside, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(before, fcntl.LOCK_UN)
        yield
