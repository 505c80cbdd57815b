"""Waiting for something, but not for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def await_truth(condition: Callable[[], T], seconds: float, every: float = 0.02) -> T:
    """The first true answer of ``condition``, or after so many seconds whatever it says then."""
    end = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < end:
        time.sleep(every)
    return answer
