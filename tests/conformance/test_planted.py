"""The kit sees what is wrong: planted bugs are caught, each by what the kit does for that; and what is right passes."""

from __future__ import annotations

from random import Random

import pytest

from tests.conformance.fabric import simulated
from tests.conformance.planted import BUGS, OF_2011, Bug
from weft.conformance.histories import Fate, foundation, updated
from weft.conformance.proving import Row, rows
from weft.conformance.run import histories, replay, shortest
from weft.conformance.steps import Step

LIMITS = ("`max_rate`", "`burst`", "`max_broadcast`")  # there is no clock here
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def asked(subject: str = "") -> list[Row]:
    """What comes of that in a new world, or of everything."""
    with simulated() as world:
        return rows(world, only=subject)


def test_what_is_right_passes() -> None:
    found = asked()
    assert [row for row in found if row.answer != "honoured" and row.subject not in LIMITS] == []
    assert len(found) > 50
    result = histories(simulated, seeds=(1,), length=12)
    assert result.failure is None, str(result.failure)
    assert result.tally.frames > 1000


def test_what_has_no_effect_is_no_honour() -> None:
    assert [asked(limit)[0].answer for limit in LIMITS] == ["broken"] * 3


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.what)
def test_a_planted_bug_is_caught(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    bug.plant(monkeypatch)
    (row,) = asked(bug.shown_by)
    assert row.answer == "broken", row.shown


def test_there_are_the_three_of_2011_and_twenty_more() -> None:
    assert len({bug.what for bug in OF_2011}) == 3
    assert len({bug.what for bug in BUGS}) >= 23


def test_a_history_that_fails_is_told_as_short_as_it_fails_still(monkeypatch: pytest.MonkeyPatch) -> None:
    OF_2011[0].plant(monkeypatch)
    idle = [updated("port", "p2", fixed_ips=["10.0.0.2"]), updated("segment", "s2", security="mac")]
    failure = replay(simulated, 0, [*foundation(("a", "b")), *idle, updated("port", "p1", admin_up=False)])
    assert failure is not None
    found = shortest(simulated, failure)
    assert [step.what["do"] for step in found.steps] == [
        *("create", "create", "create", "plug"), *("create", "create", "plug"), "update"
    ]  # fmt: skip
    told = str(found)
    assert "operator: update port p1 admin_up=false  -> granted" in told
    assert "must be heard by nobody, because of classify:admin-down; astray: v3" in told
    assert "port p1 is DOWN the port is administratively down" in told


def test_the_same_seed_is_the_same_history() -> None:
    steps: list[list[Step]] = [[], []]
    for taken in steps:
        with simulated() as world:
            fate = Fate(Random(5), world.reach, world.record)
            for step in foundation(world.places):
                world.do(step)
            for _ in range(12):
                taken.append(fate.next())
                world.do(taken[-1])
    assert steps[0] == steps[1]
    assert len(set(map(str, steps[0]))) > 8
