"""Signals that end a lab: heard once, so that tidying up is not interrupted in its turn."""

from __future__ import annotations

import signal
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def hear_once() -> None:
    """From now on the first of the signals raises ``KeyboardInterrupt``, wherever the program is; the others do not."""
    for number in _ENDING:
        signal.signal(number, _first)


def hear_no_more() -> None:
    """From now on none of the signals does anything."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


def hear_always() -> None:
    """From now on Ctrl-C interrupts what is under way, as often as it comes; the other signals end the program."""
    for number in _ENDING:
        signal.signal(number, _every)


def _every(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)


def _first(_number: int, _frame: FrameType | None) -> None:
    hear_no_more()
    raise KeyboardInterrupt
