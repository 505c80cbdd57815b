"""Locks that green threads and native threads may share.

Eventlet's own locks are for the green threads of one native thread: a waiter in another one is never woken. Here
whoever waits asks again and again, after short naps that leave everybody else of its thread a turn.
"""

from __future__ import annotations

import _thread
import logging
import threading
from time import monotonic
from typing import Any

import eventlet
from eventlet import hubs, patcher

native_thread, native_time = map(patcher.original, ("_thread", "time"))
SHORTEST, LONGEST = 0.0002, 0.01  # seconds of a nap


class SharedLock:
    """A lock as ``threading.Lock`` makes them."""

    __slots__ = ("__weakref__", "_lock")

    def __init__(self) -> None:
        self._lock = native_thread.allocate_lock()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Whether the lock is held now."""
        if self._lock.acquire(False):
            return True
        if not blocking:
            return False
        end = monotonic() + timeout if timeout >= 0 else float("inf")
        nap = SHORTEST
        while monotonic() < end:
            _rest(nap)
            if self._lock.acquire(False):
                return True
            nap = min(2 * nap, LONGEST)
        return False

    def release(self) -> None:
        """Let the next one have it."""
        self._lock.release()

    def locked(self) -> bool:
        """Whether anybody has it."""
        return bool(self._lock.locked())

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def _at_fork_reinit(self) -> None:
        self._lock = native_thread.allocate_lock()


def _rest(seconds: float) -> None:
    if eventlet.getcurrent() is hubs.get_hub().greenlet:  # which cannot wait for itself
        native_time.sleep(seconds)
    else:
        eventlet.sleep(seconds)


def install() -> None:
    """Let every lock that is made from now on be one of these. Called once, after Eventlet has patched."""
    modules: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (_thread, ("allocate_lock", "allocate")),
        (threading, ("Lock", "_allocate_lock")),
    )
    for module, names in modules:
        for name in names:
            setattr(module, name, SharedLock)
    vars(logging)["_lock"] = threading.RLock()  # was made before
