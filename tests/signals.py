"""Who starts the tests may have signals ignored, as ``nohup`` does. The programs that tests start must hear them."""

from __future__ import annotations

import signal
from types import FrameType


def pytest_sessionstart() -> None:
    """Go on ignoring them, in a way that no program inherits."""
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, _ignore)


def _ignore(number: int, frame: FrameType | None) -> None:
    """Do nothing."""
