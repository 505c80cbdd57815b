"""A flow lives while somebody wants it, and a switch holds what is wanted of it and of the segments that it carries."""

from __future__ import annotations

import pytest

from tests.entries import OTHER, WANTED, entry, limit
from weft.controller.compile import contributions
from weft.controller.compile.audience import Audience, Here, Wherever
from weft.controller.compile.contributions import Contributions, Wish
from weft.controller.compile.stage import Owner, Stage
from weft.controller.flow.entry import Entry

STAGE = Stage("some", 1, "port", lambda view: iter(()))
ANN, BOB = Owner(STAGE, ("ann",)), Owner(STAGE, ("bob",))
LATER = entry(16, cookie=9)  # in the same place as WANTED, with a larger cookie
S1, S2, RED = Here("s1"), Here("s2"), Wherever("red")


class Wishes:
    """Contributions, and what each owner wanted last."""

    def __init__(self) -> None:
        self.contributions = Contributions()
        self._last: dict[Owner, list[Wish]] = {}
        self._told: dict[str, dict[object, Entry]] = {}

    def want(self, owner: Owner, *wishes: Wish) -> Wishes:
        """The owner wants this now, and nothing else."""
        self.contributions.replace(owner, self._last.get(owner, []), wishes)
        self._last[owner] = list(wishes)
        return self

    def span(self, *switches: str) -> Wishes:
        """Red lives on these switches now."""
        self.contributions.respan("red", frozenset(switches))
        return self

    def on(self, switch: str) -> set[Entry]:
        """What is wanted of a switch; what it was told, change by change, must add up to the same."""
        told = self._told.setdefault(switch, {})
        for portion in self.contributions.take_changes(switch):
            told.update({identity: e for identity, e in portion.items() if e is not None})
            for identity in [identity for identity, e in portion.items() if e is None]:
                told.pop(identity, None)
        wanted = self.contributions.flows(switch)
        assert told == wanted
        assert all(identity == e.identity for identity, e in wanted.items())
        return set(wanted.values())


def both(audience: Audience, *entries: Entry) -> list[Wish]:
    """The entries, for that audience."""
    return [(audience, e) for e in entries]


def test_a_flow_is_wanted_for_one_switch() -> None:
    wishes = Wishes().want(ANN, (S1, WANTED)).want(BOB, (S2, OTHER))
    assert (wishes.on("s1"), wishes.on("s2"), wishes.on("s3")) == ({WANTED}, {OTHER}, set())


def test_a_flow_wanted_twice_survives_losing_one_owner() -> None:
    wishes = Wishes().want(ANN, (S1, WANTED)).want(BOB, (S1, WANTED))
    assert wishes.want(ANN).on("s1") == {WANTED}
    assert wishes.want(BOB).on("s1") == set()


def test_an_owner_states_all_that_it_wants() -> None:
    wishes = Wishes().want(ANN, (S1, WANTED), (S1, OTHER)).want(ANN, (S1, OTHER))
    assert wishes.on("s1") == {OTHER}
    assert wishes.want(ANN, (S2, OTHER)).on("s1") == set()
    assert wishes.on("s2") == {OTHER}


def test_what_is_said_twice_is_wanted_once() -> None:
    wishes = Wishes().want(ANN, (S1, WANTED), (S1, WANTED)).want(ANN, (S1, WANTED))
    assert wishes.on("s1") == {WANTED}
    assert wishes.want(ANN).on("s1") == set()


def test_a_flow_for_a_segment_is_wherever_the_segment_is() -> None:
    wishes = Wishes().want(ANN, *both(RED, WANTED)).span("s1", "s2")
    assert (wishes.on("s1"), wishes.on("s2")) == ({WANTED}, {WANTED})
    wishes.want(BOB, *both(RED, OTHER))
    assert wishes.on("s2") == {WANTED, OTHER}
    wishes.span("s2", "s3")
    assert (wishes.on("s1"), wishes.on("s2"), wishes.on("s3")) == (set(), {WANTED, OTHER}, {WANTED, OTHER})
    wishes.want(ANN).span()
    assert (wishes.on("s2"), wishes.on("s3")) == (set(), set())
    assert wishes.span("s3").on("s3") == {OTHER}, "what was wanted meanwhile"
    assert wishes.span().span("s3").on("s3") == {OTHER}, "gone, and back where it was"


def test_a_switch_and_a_segment_of_one_name_are_not_one_audience() -> None:
    wishes = Wishes().want(ANN, (Here("red"), WANTED)).want(BOB, (RED, OTHER)).span("s1")
    assert (wishes.on("red"), wishes.on("s1")) == ({WANTED}, {OTHER})
    assert wishes.want(BOB, (Here("red"), OTHER)).on("s1") == set()


def test_a_flow_wanted_for_a_switch_and_for_its_segment_is_there_once_and_stays_for_either() -> None:
    wishes = Wishes().want(ANN, (S1, WANTED)).want(BOB, (RED, WANTED)).span("s1")
    assert wishes.on("s1") == {WANTED}
    assert wishes.want(ANN).on("s1") == {WANTED}
    assert wishes.want(ANN, (S1, WANTED)).span().on("s1") == {WANTED}
    assert wishes.want(ANN).on("s1") == set()


def test_of_two_rivals_the_smaller_cookie_is_there_whoever_came_first() -> None:
    first = Wishes().want(ANN, (S1, WANTED)).want(BOB, (S1, LATER))
    second = Wishes().want(BOB, (S1, LATER)).want(ANN, (S1, WANTED))
    assert first.on("s1") == second.on("s1") == {WANTED}
    assert list(first.contributions.rivalries()) == [(S1, WANTED.identity)]
    assert first.want(ANN).on("s1") == {LATER}
    assert list(first.contributions.rivalries()) == []
    assert second.want(BOB).on("s1") == {WANTED}


def test_rivals_for_a_switch_and_for_its_segment_are_settled_alike() -> None:
    wishes = Wishes().want(ANN, (S1, LATER)).want(BOB, (RED, WANTED)).span("s1", "s2")
    assert (wishes.on("s1"), wishes.on("s2")) == ({WANTED}, {WANTED})
    assert wishes.span("s2").on("s1") == {LATER}


def test_everybody_who_wants_a_flow_is_known() -> None:
    wishes = Wishes().want(ANN, (S1, WANTED)).want(BOB, (RED, WANTED)).span("s1", "s2")
    assert wishes.contributions.owners("s1", WANTED.identity) == {ANN, BOB}
    assert wishes.contributions.owners("s2", WANTED.identity) == {BOB}
    assert wishes.contributions.owners("s3", WANTED.identity) == set()


def test_only_the_switches_that_something_changed_for_are_named() -> None:
    wishes = Wishes().want(ANN, (S1, WANTED)).span("s2")
    assert wishes.contributions.changed() == ("s1",)
    wishes.want(BOB, (S1, WANTED))
    wishes.contributions.forget_changes("s1")
    assert wishes.contributions.changed() == ()
    wishes.want(BOB, (RED, OTHER))
    assert wishes.contributions.changed() == ("s2",)


def test_no_portion_says_that_a_flow_is_wanted_and_its_meter_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contributions, "PORTION", 1)
    wishes = Wishes().want(ANN, *both(S1, limit(3), entry(0), entry(8), limit(4)))
    wishes.on("s1")
    wishes.want(ANN, *both(S1, limit(5), entry(16), limit(6), entry(8), limit(4, rate=5)))
    told = [portion for portions in wishes.contributions.take_changes("s1") for portion in portions.items()]
    assert {identity for identity, _ in told[:3]} == {limit(id).identity for id in (4, 5, 6)}
    assert {identity for identity, _ in told[3:5]} == {entry(0).identity, entry(16).identity}
    assert told[5:] == [(limit(3).identity, None)]
