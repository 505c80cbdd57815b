"""Network namespaces: one can be entered for a while, and what is made meanwhile stays in it."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def inside(namespace: Path) -> Iterator[None]:
    """Every process and every socket made in the block belongs to that network namespace, also after the block."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        there = os.open(namespace, os.O_RDONLY)
        try:
            _enter(there)
        finally:
            os.close(there)
        try:
            yield
        finally:
            _enter(home)
    finally:
        os.close(home)


def of_process(pid: int) -> Path:
    """The network namespace that the process is in."""
    return Path(f"/proc/{pid}/ns/net")


def _enter(namespace: int) -> None:
    if _libc.setns(namespace, _CLONE_NEWNET):  # os.setns came with Python 3.12
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
