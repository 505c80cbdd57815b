"""The order in which a switch is told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.entries import entry, limit
from weft.controller.flow.entry import Entry
from weft.controller.sync.plan import Change, Removal, order, target_of

some_entries = st.lists(
    st.builds(entry, st.integers(0, 254), st.integers(0, 9), st.integers(1, 4)), unique_by=lambda e: e.identity
)


def test_a_frame_is_let_in_only_when_the_way_behind_is_ready() -> None:
    classify, admit, deliver, old = entry(0), entry(16), entry(112), entry(0, priority=5)
    wished = [(e.identity, e) for e in (classify, deliver, admit)]
    assert order([(old.identity, None), *wished]) == [deliver, admit, classify, Removal(old.identity)]


def test_what_is_let_in_no_more_is_taken_away_at_the_door_first() -> None:
    gone = [entry(112), entry(0), entry(16)]
    assert order([(e.identity, None) for e in gone]) == [Removal(entry(t).identity) for t in (0, 16, 112)]


def test_a_drop_is_there_before_what_overrides_it() -> None:
    drop, allow = entry(16, priority=10), entry(16, priority=100)
    assert order([(allow.identity, allow), (drop.identity, drop)]) == [drop, allow]


@given(some_entries, st.data())
def test_all_is_told_once_additions_first(entries: list[Entry], data: st.DataObject) -> None:
    targets = [(e.identity, e if data.draw(st.booleans()) else None) for e in entries]
    told = order(targets)
    assert {m.identity: m if isinstance(m, Entry) else None for m in told} == dict(targets)
    assert len(told) == len(targets)
    kinds = [isinstance(message, Removal) for message in told]
    assert kinds == sorted(kinds)
    assert order(data.draw(st.permutations(targets))) == told, "the order is that of the content, not of arrival"


def test_a_message_names_what_is_held_when_it_was_granted() -> None:
    meter = limit(3)
    assert [target_of(message) for message in (meter, Change(meter), Removal(meter.identity))] == [meter, meter, None]
    assert {message.identity for message in (meter, Change(meter), Removal(meter.identity))} == {meter.identity}
