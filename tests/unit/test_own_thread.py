"""A native thread for each place: what hangs there holds up nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

import pytest

from weft.apps.plugins.own_thread import Hangs, OwnThread, Returns, native_threading

from eventlet import patcher  # isort: skip

native_time = patcher.original("time")
LIMIT = 20.0


@pytest.fixture
def returns() -> Iterator[Returns]:
    returns = Returns()
    yield returns
    returns.close()


def test_calls_are_done_one_after_the_other_in_one_thread_that_is_not_ours(returns: Returns) -> None:
    thread = OwnThread("s1", returns)
    done = [thread.call(LIMIT, lambda n: (n, native_threading.get_ident()), n) for n in range(3)]
    thread.end()
    assert [n for n, _ in done] == [0, 1, 2]
    assert len({ident for _, ident in done}) == 1
    assert done[0][1] != native_threading.get_ident()


@pytest.mark.parametrize("error", [KeyError("x"), OSError(5, "gone")])
def test_what_a_call_raises_is_raised_here_with_where_it_was(returns: Returns, error: Exception) -> None:
    def fails() -> None:
        raise error

    thread = OwnThread("s1", returns)
    with pytest.raises(type(error)) as raised:
        thread.call(LIMIT, fails)
    assert raised.traceback[-1].name == "fails"
    assert thread.call(LIMIT, lambda: "still there") == "still there"
    thread.end()


def test_what_would_end_a_thread_does_not(returns: Returns) -> None:
    thread = OwnThread("s1", returns)
    with pytest.raises(RuntimeError, match=r"it raised SystemExit\(1\)"):
        thread.call(LIMIT, exit, 1)
    assert thread.call(LIMIT, lambda: "still there") == "still there"
    thread.end()


def test_a_call_that_hangs_is_left_alone_and_no_other_is_made_until_it_is_back(returns: Returns) -> None:
    go, gone = native_threading.Event(), native_threading.Event()
    thread, other = OwnThread("s1", returns), OwnThread("s2", returns)
    began = monotonic()
    with pytest.raises(Hangs, match="no answer for 0 s"):
        thread.call(0.05, go.wait, LIMIT)
    assert monotonic() - began < LIMIT / 2
    with pytest.raises(Hangs):
        thread.call(LIMIT, gone.set)
    assert not gone.is_set(), "two calls at a time"
    assert other.call(LIMIT, lambda: "of another place") == "of another place"
    go.set()
    while True:
        try:
            thread.call(LIMIT, gone.set)
            break
        except Hangs:
            other.call(LIMIT, native_time.sleep, 0.01)
    thread.end()
    other.end()
