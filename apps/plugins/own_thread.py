"""A native thread for each place, so that a device that hangs stops neither the event loop nor another place's work.

The threads are the system's, not the event loop's. They say that a call is done by one pipe, which all of them share.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any, Generic, TypeVar, cast

from weft.controller.adapters.openflow import compat  # noqa: F401  # isort: skip  # Ryu cannot be imported before
import eventlet
from eventlet import hubs, patcher
from ryu.lib import hub

Result = TypeVar("Result")
native_os, native_queue, native_threading = map(patcher.original, ("os", "queue", "threading"))


class Hangs(Exception):
    """A call has not come back in time."""


class Returns:
    """Wakes whoever waits for a call that has come back. Native threads say so; the event loop hears it."""

    def __init__(self) -> None:
        self._pipe, self._said = native_os.pipe()
        native_os.set_blocking(self._pipe, False)
        native_os.set_blocking(self._said, False)
        self._back: deque[hub.Event] = deque()
        self._thread = hub.spawn(self._hear)

    def say(self, done: hub.Event) -> None:
        """This call has come back. Said in any thread."""
        self._back.append(done)
        with suppress(BlockingIOError):  # it is full of dots, so somebody is about to look
            native_os.write(self._said, b".")

    def _hear(self) -> None:
        while True:
            hubs.trampoline(self._pipe, read=True)
            native_os.read(self._pipe, 4096)
            while self._back:
                self._back.popleft().set()

    def close(self) -> None:
        """Nobody waits any more."""
        hub.kill(self._thread)
        native_os.close(self._pipe)
        native_os.close(self._said)


class _Call(Generic[Result]):
    """A call on its way."""

    def __init__(self, function: Callable[..., Result], arguments: tuple[Any, ...]) -> None:
        self._function, self._arguments = function, arguments
        self._result: Result | None = None
        self._error: BaseException | None = None
        self.done = hub.Event()
        self.since = monotonic()

    def do(self) -> None:
        try:
            self._result = self._function(*self._arguments)
        except BaseException as error:  # a thread that ends would leave its place without one
            self._error = error

    def outcome(self) -> Result:
        if isinstance(self._error, Exception):
            raise self._error
        if self._error is not None:  # SystemExit and its like are meant for no controller
            raise RuntimeError(f"it raised {self._error!r}") from self._error
        return cast(Result, self._result)


class OwnThread:
    """Does one call at a time, all of them in the same native thread. Used by one green thread."""

    def __init__(self, name: str, returns: Returns) -> None:
        self._returns = returns
        self._calls: Any = native_queue.SimpleQueue()
        self._last: _Call[Any] | None = None
        self._thread = native_threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def call(self, limit: float, function: Callable[..., Result], *arguments: Any) -> Result:
        """What the function returns or raises. Raises ``Hangs`` after so many seconds, and while it is not back yet."""
        if self._last is not None and not self._last.done.is_set():
            raise Hangs(f"no answer for {monotonic() - self._last.since:.0f} s")
        self._last = call = _Call(function, arguments)
        self._calls.put(call)
        if not call.done.wait(limit):
            raise Hangs(f"no answer for {limit:.0f} s")
        self._last = None
        return call.outcome()

    def end(self) -> None:
        """No more calls. What has not come back is not waited for."""
        self._calls.put(None)

    def _serve(self) -> None:
        while (call := self._calls.get()) is not None:
            call.do()
            self._returns.say(call.done)


class NoThread:
    """The same for a plug-in that promises never to wait: its calls are done at once, between everybody else's."""

    def call(self, limit: float, function: Callable[..., Result], *arguments: Any) -> Result:
        """What the function returns or raises."""
        eventlet.sleep(0)
        return function(*arguments)

    def end(self) -> None:
        """No more calls."""
