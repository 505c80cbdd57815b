"""``weft drops --watch``: how fast frames die, by all that die, and not by those alone that were shown before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any, cast

import pytest

from weft.apps.cli.drops import drops
from weft.apps.cli.output import Format
from weft.apps.cli.reach import Reach
from weft.apps.client import Client

API_LIMIT = 100  # lines, where nobody says how many


class Controller:
    """It counts, at each look, so many frames of each port on switch s1; of None it gets no answer."""

    def __init__(self, *looks: dict[str, int] | None) -> None:
        self._looks = iter(looks)

    def drops(self, limit: int = API_LIMIT) -> dict[str, Any]:
        """The most first, as the API says it; the watch is over when there is no more to see."""
        look = next(self._looks, StopIteration)
        if look is StopIteration:
            raise KeyboardInterrupt
        counted = sorted(cast("dict[str, int]", look or {}).items(), key=lambda one: (-one[1], one[0]))
        found = [{"switch": "s1", "port": port, "reason": "admit:rate", "frames": n} for port, n in counted]
        return {"drops": found[:limit], "unanswered": ["s1"] if look is None else []}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look is two seconds after the one before."""
    seconds: Iterator[int] = count(100, 2)
    passing = SimpleNamespace(monotonic=lambda: next(seconds), sleep=lambda _: None)
    monkeypatch.setattr("weft.apps.cli.drops.time", passing)


def watch(
    capsys: pytest.CaptureFixture[str], *looks: dict[str, int] | None, limit: int
) -> list[list[tuple[str, float | None]]]:
    """The ports of each look, with their rates, in the order in which they are shown."""
    drops(Reach(cast(Client, Controller(*looks)), Format.json), limit, 2.0)
    shown = capsys.readouterr().out.replace("}\n{", "}\0{").split("\0")
    return [[(drop["port"], drop["rate"]) for drop in json.loads(look)["drops"]] for look in shown]


def test_a_line_that_enters_the_list_late_is_counted_from_what_it_had(capsys: pytest.CaptureFixture[str]) -> None:
    looks = watch(capsys, {"web": 1000, "db": 990}, {"web": 1000, "db": 1010}, limit=1)
    assert looks == [[("web", None)], [("db", 10.0)]]


def test_the_fastest_come_first_and_of_those_the_most(capsys: pytest.CaptureFixture[str]) -> None:
    before, now = {"a": 900, "b": 500, "c": 0, "d": 700}, {"a": 900, "b": 502, "c": 40, "d": 702}
    _, shown = watch(capsys, before, now, limit=3)
    assert shown == [("c", 20.0), ("d", 1.0), ("b", 1.0)]


def test_a_line_that_was_not_there_has_begun_since(capsys: pytest.CaptureFixture[str]) -> None:
    assert watch(capsys, {}, {"web": 30}, limit=9) == [[], [("web", 15.0)]]


def test_the_list_of_all_is_longer_than_what_the_api_gives_unasked(capsys: pytest.CaptureFixture[str]) -> None:
    many = {f"p{n}": 1000 for n in range(API_LIMIT)}
    _, shown = watch(capsys, many | {"web": 10}, many | {"web": 14}, limit=1)
    assert shown == [("web", 2.0)]


def test_of_a_switch_that_did_not_answer_nobody_knows_how_fast_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    looks = watch(capsys, {"web": 1000}, None, {"web": 1010}, {"web": 1012}, limit=9)
    assert looks == [[("web", None)], [], [("web", None)], [("web", 1.0)]]


def test_a_counter_that_has_begun_anew_is_not_negative(capsys: pytest.CaptureFixture[str]) -> None:
    assert watch(capsys, {"web": 1000}, {"web": 4}, limit=9)[1] == [("web", 0.0)]
