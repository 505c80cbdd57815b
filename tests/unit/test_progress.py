"""One switch, from not known at all to proven equal to what is wanted of it."""

from __future__ import annotations

import pytest

from tests.entries import FORWARDED, OTHER, STRANGER, WANTED, entry, limit, limited
from tests.switch import Switch
from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.meter import METERS
from weft.controller.sync.plan import BUNDLE_MESSAGES, Batch, Change, Removal
from weft.controller.sync.progress import Progress, Unsettled

CHANGED = entry(16, cookie=5)


def wanting(*entries: Entry) -> Progress:
    """A switch of which these entries are wanted."""
    return Progress({e.identity: e for e in entries})


def told(progress: Progress) -> Batch:
    """The next batch, which there must be."""
    batch = progress.next_batch()
    assert batch is not None
    return batch


def states(progress: Progress) -> dict[int, str]:
    """The state of each entry, by table."""
    return {e.table: state for e, state in progress.entries()}


def settled(*entries: Entry) -> tuple[Progress, Switch]:
    """A switch that has proven to hold these entries."""
    progress, switch = wanting(*entries), Switch()
    switch.answer(progress)
    assert progress.settled
    return progress, switch


def test_nothing_is_told_before_the_switch_has_said_what_it_holds() -> None:
    progress = wanting(WANTED)
    assert (progress.needs_audit, progress.next_batch()) == (False, None), "it is not even connected"
    progress.connect()
    assert (progress.needs_audit, progress.next_batch()) == (True, None)
    progress.audited([])
    assert (progress.needs_audit, told(progress).messages) == (False, (WANTED,))


def test_an_audit_adopts_what_is_there() -> None:
    progress, switch = wanting(WANTED, OTHER), Switch([WANTED, OTHER])
    switch.answer(progress)
    assert (progress.settled, switch.heard) == (True, 0)


@pytest.mark.parametrize(
    ("held", "repair"),
    [
        ([WANTED], (OTHER,)),
        ([WANTED, OTHER, STRANGER], (Removal(STRANGER.identity),)),
        ([WANTED, OTHER._replace(cookie=OTHER.cookie + 1)], (OTHER,)),
        ([WANTED, OTHER._replace(instructions=b"")], (OTHER,)),
        ([STRANGER, WANTED._replace(cookie=0)], (OTHER, WANTED, Removal(STRANGER.identity))),
    ],
    ids=["missing", "foreign", "altered cookie", "altered instructions", "all at once"],
)
def test_an_audit_repairs_what_is_not_as_it_should_be(held: list[Entry], repair: tuple[Entry | Removal, ...]) -> None:
    progress, switch = wanting(WANTED, OTHER), Switch(held)
    progress.connect()
    assert not progress.audited(switch.dump()).clean
    assert told(progress).messages == repair
    progress, switch = wanting(WANTED, OTHER), Switch(held)
    switch.answer(progress)
    assert switch.held == {WANTED.identity: WANTED, OTHER.identity: OTHER}


def test_a_cold_switch_is_filled_without_bundles_and_then_told_in_bundles() -> None:
    many = [entry(16, in_port=n) for n in range(1, BUNDLE_MESSAGES + 3)]
    progress = wanting(*many)
    progress.connect()
    progress.audited([STRANGER])
    first, second = told(progress), told(progress)
    assert [(len(batch.messages), batch.atomic) for batch in (first, second)] == [(BUNDLE_MESSAGES, False), (3, False)]
    assert set(first.messages + second.messages) == {*many, Removal(STRANGER.identity)}
    assert progress.next_batch() is None
    progress.acknowledged(first, {})
    assert not progress.settled
    progress.acknowledged(second, {})
    assert (progress.settled, progress.next_batch()) == (True, None)
    progress.want({WANTED.identity: None})
    assert told(progress) == Batch((Removal(WANTED.identity),), atomic=True)


def test_a_switch_that_holds_something_of_ours_is_changed_whole_or_not_at_all() -> None:
    progress = wanting(WANTED, OTHER)
    progress.connect()
    progress.audited([WANTED])
    assert told(progress) == Batch((OTHER,), atomic=True)


def test_what_is_on_its_way_is_not_sent_twice() -> None:
    progress = wanting(WANTED, OTHER)
    progress.connect()
    progress.audited([])
    batch = told(progress)
    assert progress.next_batch() is None
    assert (progress.settled, set(states(progress).values())) == (False, {"pending"})
    progress.acknowledged(batch, {})
    assert (progress.settled, set(states(progress).values())) == (True, {"installed"})


def test_what_is_wanted_otherwise_meanwhile_is_sent_after_the_answer() -> None:
    progress = wanting(WANTED)
    progress.connect()
    progress.audited([])
    batch = told(progress)
    progress.want({WANTED.identity: CHANGED})
    assert progress.next_batch() is None
    progress.acknowledged(batch, {})
    assert told(progress).messages == (CHANGED,)


def test_nothing_is_proven_while_a_withdrawn_entry_is_on_its_way() -> None:
    progress = wanting(WANTED)
    progress.connect()
    progress.audited([])
    batch = told(progress)
    progress.want({WANTED.identity: None})
    assert not progress.settled
    progress.acknowledged(batch, {})
    assert told(progress).messages == (Removal(WANTED.identity),)


def test_nothing_is_proven_while_the_removal_of_what_is_wanted_again_is_on_its_way() -> None:
    progress, switch = settled(WANTED)
    progress.want({WANTED.identity: None})
    batch = told(progress)
    progress.want({WANTED.identity: WANTED})
    assert not progress.settled
    assert states(progress) == {16: "pending"}
    assert progress.unsettled_at(WANTED.identity) == Unsettled(WANTED.identity, "")
    progress.acknowledged(batch, switch.take(batch))
    switch.answer(progress)
    assert (progress.settled, switch.dump()) == (True, [WANTED])


def test_a_refused_flow_does_not_block_others() -> None:
    progress, switch = settled(OTHER)
    switch.refuses = lambda e: e.identity == WANTED.identity
    progress.want({e.identity: e for e in (WANTED, FORWARDED)})
    switch.answer(progress)
    assert set(switch.dump()) == {OTHER, FORWARDED}
    assert list(progress.refused()) == [(WANTED, "no such port")]
    assert progress.unsettled_at(WANTED.identity) == Unsettled(WANTED.identity, "no such port")
    assert progress.unsettled_at(OTHER.identity) is None
    assert states(progress) == {16: "refused", 64: "installed", 96: "installed"}
    assert not progress.settled


def test_a_refused_flow_does_not_leave_an_older_one_in_its_place() -> None:
    progress, switch = settled(WANTED, OTHER)
    switch.refuses = lambda e: e == CHANGED
    progress.want({CHANGED.identity: CHANGED})
    switch.answer(progress)
    assert switch.dump() == [OTHER]


def test_a_refused_flow_of_a_cold_fill_is_left_out() -> None:
    progress, switch = wanting(WANTED, OTHER), Switch(refuses=lambda e: e == WANTED)
    switch.answer(progress)
    assert (switch.dump(), states(progress)) == ([OTHER], {16: "refused", 64: "installed"})


def test_a_refusal_of_what_is_wanted_no_more_concerns_nobody() -> None:
    progress, switch = wanting(WANTED), Switch([OTHER], refuses=lambda e: e == WANTED)
    progress.connect()
    progress.audited(switch.dump())
    batch = told(progress)
    progress.want({CHANGED.identity: CHANGED})
    progress.acknowledged(batch, switch.take(batch))
    switch.answer(progress)
    assert (progress.settled, switch.dump()) == (True, [CHANGED])


def test_a_refused_flow_is_offered_again_with_the_next_audit() -> None:
    progress, switch = wanting(WANTED), Switch(refuses=lambda e: True)
    switch.answer(progress)
    switch.refuses = lambda e: False
    switch.answer(progress)
    assert switch.dump() == []
    progress.request_audit()
    switch.answer(progress)
    assert (switch.dump(), progress.settled) == ([WANTED], True)


def test_a_refused_removal_is_followed_by_the_question_what_is_there() -> None:
    progress, _ = settled(WANTED, OTHER)
    progress.want({WANTED.identity: None})
    batch = told(progress)
    progress.acknowledged(batch, {0: "error"})
    assert (progress.needs_audit, progress.next_batch(), progress.settled) == (True, None, False)
    assert progress.audited([OTHER]).clean
    assert progress.settled


def test_an_audit_may_be_asked_for_at_any_time() -> None:
    progress, switch = settled(WANTED)
    progress.request_audit()
    assert progress.needs_audit
    assert progress.settled, "nothing is known to be wrong"
    switch.held.clear()
    switch.answer(progress)
    assert switch.dump() == [WANTED]


def test_a_connection_that_is_lost_proves_nothing() -> None:
    progress, switch = settled(WANTED)
    progress.want({OTHER.identity: OTHER})
    told(progress)  # and nobody will ever know whether it arrived
    progress.disconnect()
    assert (progress.settled, progress.needs_audit, progress.next_batch()) == (False, False, None)
    progress.connect()
    assert (progress.needs_audit, progress.next_batch()) == (True, None)
    switch.answer(progress)
    assert (progress.settled, set(switch.dump())) == (True, {WANTED, OTHER})


def test_what_arrived_before_the_connection_was_lost_is_not_sent_again() -> None:
    progress, switch = settled(WANTED)
    progress.want({OTHER.identity: OTHER})
    switch.take(told(progress))
    progress.disconnect()
    heard = switch.heard
    switch.answer(progress)
    assert (progress.settled, switch.heard) == (True, heard)


def test_wishes_go_on_while_nobody_is_connected() -> None:
    progress, switch = settled(WANTED)
    progress.disconnect()
    progress.want({WANTED.identity: None, OTHER.identity: OTHER})
    assert progress.next_batch() is None
    switch.answer(progress)
    assert (progress.settled, switch.dump()) == (True, [OTHER])


def test_each_entry_says_how_far_it_is() -> None:
    progress, _ = settled(WANTED, OTHER)
    progress.want({OTHER.identity: None, FORWARDED.identity: FORWARDED})
    assert states(progress) == {16: "installed", 64: "removing", 96: "pending"}
    progress.audited([WANTED, STRANGER])
    assert states(progress) == {16: "installed", 96: "pending", 0: "foreign"}
    progress.disconnect()
    assert states(progress) == {16: "pending", 96: "pending", 0: "foreign"}


METER, FASTER, METERED = limit(3), limit(3, rate=2000), limited(0, meter=3)


def wish(*entries: Entry) -> dict[Identity, Entry | None]:
    """These are wanted now."""
    return {e.identity: e for e in entries}


def test_a_meter_is_there_before_the_flow_that_uses_it_and_no_bundle_takes_it() -> None:
    progress, switch = settled(WANTED)
    progress.want(wish(METERED, METER))
    first, second = told(progress), told(progress)
    assert (first, second) == (Batch((METER,), atomic=False), Batch((METERED,), atomic=True))
    for batch in (first, second):
        progress.acknowledged(batch, switch.take(batch))
    assert progress.settled


def test_a_meter_goes_when_the_flows_that_used_it_are_known_to_be_gone() -> None:
    progress, switch = settled(WANTED, METERED, METER)
    progress.want({METERED.identity: None, METER.identity: None})
    flows = told(progress)
    assert flows == Batch((Removal(METERED.identity),), atomic=True)
    assert progress.next_batch() is None, "nobody knows yet that the flow is gone"
    progress.acknowledged(flows, switch.take(flows))
    meters = told(progress)
    assert meters == Batch((Removal(METER.identity),), atomic=False)
    progress.acknowledged(meters, switch.take(meters))
    assert (progress.settled, switch.dump()) == (True, [WANTED])


def test_another_rate_is_a_change_and_no_flow_is_told_or_lost() -> None:
    progress, switch = settled(WANTED, METERED, METER)
    progress.want(wish(FASTER))
    batch = told(progress)
    assert batch == Batch((Change(FASTER),), atomic=False)
    progress.acknowledged(batch, switch.take(batch))
    assert progress.settled
    assert set(switch.dump()) == {WANTED, METERED, FASTER}


def test_a_flow_that_was_planned_without_a_meter_waits_for_the_one_that_it_uses_by_then() -> None:
    many = [entry(16, in_port=n) for n in range(2, BUNDLE_MESSAGES + 2)]
    plain = entry(0)
    progress, switch = settled(WANTED)
    progress.want(wish(*many, plain))
    first = told(progress)
    metered = limited(0, meter=3)
    assert metered.identity == plain.identity
    progress.want(wish(METER, metered))
    second = told(progress)
    assert second.messages == (METER,)
    third = told(progress)
    assert third.messages == (metered,)
    for batch in (first, second, third):
        progress.acknowledged(batch, switch.take(batch))
    assert progress.settled


def test_an_audit_finds_meters_that_are_missing_foreign_or_altered() -> None:
    progress, switch = wanting(WANTED, METER, limit(4)), Switch([WANTED, FASTER, limit(9), limited(8, meter=9)])
    progress.connect()
    audit = progress.audited(switch.dump())
    assert (audit.missing, audit.altered) == ((limit(4).identity,), (METER.identity,))
    assert set(audit.foreign) == {limit(9).identity, limited(8, meter=9).identity}
    switch.answer(progress)
    assert (progress.settled, set(switch.dump())) == (True, {WANTED, METER, limit(4)})


def test_a_switch_that_holds_what_it_should_is_told_nothing_of_meters() -> None:
    progress, switch = settled(WANTED, METERED, METER)
    progress.disconnect()
    heard = switch.heard
    switch.answer(progress)
    assert (progress.settled, switch.heard) == (True, heard)


def test_meters_alone_do_not_make_a_switch_ours() -> None:
    progress = wanting(WANTED, METER)
    progress.connect()
    progress.audited([METER, limit(9)])
    assert progress.cold
    batch = told(progress)
    assert batch == Batch((WANTED,), atomic=False)
    assert progress.next_batch() is None
    progress.acknowledged(batch, {})
    assert told(progress) == Batch((Removal(limit(9).identity),), atomic=False)


def test_a_refused_meter_takes_only_the_flows_that_need_it_with_it() -> None:
    progress, switch = wanting(WANTED, METERED, METER), Switch(refuses=lambda e: e.table == METERS)
    switch.answer(progress)
    assert switch.dump() == [WANTED]
    assert dict(progress.refused()) == {METER: "no such port", METERED: "no such meter"}
    assert progress.unsettled_at(WANTED.identity) is None
    switch.refuses = lambda e: False
    progress.want(wish(FASTER))
    switch.answer(progress)
    assert (progress.settled, set(switch.dump())) == (True, {WANTED, METERED, FASTER})


def test_a_refused_change_of_a_meter_lets_nothing_more_through_and_is_known_to() -> None:
    progress, switch = settled(WANTED, METERED, METER)
    switch.refuses = lambda e: e == FASTER
    progress.want(wish(FASTER))
    switch.answer(progress)
    assert switch.dump() == [WANTED], "the meter went with the flow that used it"
    assert dict(progress.refused()) == {FASTER: "no such port", METERED: "no such meter"}
    progress.want(wish(METER))
    switch.answer(progress)
    assert (progress.settled, set(switch.dump())) == (True, {WANTED, METERED, METER})


def test_a_meter_that_somebody_took_away_comes_back_with_its_flows() -> None:
    progress, switch = settled(WANTED, METERED, METER)
    switch.held = {WANTED.identity: WANTED}
    progress.want(wish(FASTER))
    switch.answer(progress)
    assert (progress.settled, set(switch.dump())) == (True, {WANTED, METERED, FASTER})
