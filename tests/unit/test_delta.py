"""The difference between what a switch should hold and what it is believed to hold."""

from __future__ import annotations

from tests.entries import FORWARDED, OTHER, STRANGER, WANTED, entry, limit, limited
from weft.controller.flow.entry import Entry
from weft.controller.sync.delta import Delta


def wanting(*entries: Entry) -> Delta:
    """A switch that should hold these entries, and holds none yet."""
    return Delta({e.identity: e for e in entries})


def targets(delta: Delta) -> dict[int, Entry | None]:
    """What is still to be done, by table."""
    return {identity.table: delta.target(identity) for identity in delta.different}


def test_all_that_is_wanted_is_missing_at_first() -> None:
    assert targets(wanting(WANTED, OTHER)) == {16: WANTED, 64: OTHER}


def test_what_the_switch_has_said_is_no_difference() -> None:
    delta = wanting(WANTED, OTHER)
    delta.believe(WANTED.identity, WANTED)
    assert targets(delta) == {64: OTHER}


def test_a_switch_knows_no_names_of_drops() -> None:
    named = WANTED._replace(name="admit:source-mac")
    delta = wanting(named)
    assert delta.audit([WANTED]).clean
    assert targets(delta) == {}


def test_what_is_wanted_no_more_is_taken_away() -> None:
    delta = wanting(WANTED)
    delta.believe(WANTED.identity, WANTED)
    delta.want({WANTED.identity: None})
    assert targets(delta) == {16: None}
    delta.believe(WANTED.identity, None)
    assert targets(delta) == {}


def test_what_is_wanted_otherwise_is_replaced() -> None:
    delta = wanting(WANTED)
    delta.believe(WANTED.identity, WANTED)
    changed = entry(16, cookie=5)
    delta.want({changed.identity: changed})
    assert targets(delta) == {16: changed}
    delta.want({WANTED.identity: WANTED})
    assert targets(delta) == {}, "what was changed back is a difference"


def test_what_was_never_there_need_not_be_taken_away() -> None:
    delta = wanting(WANTED)
    delta.want({WANTED.identity: None})
    assert targets(delta) == {}


def test_an_audit_finds_what_is_missing_foreign_or_altered() -> None:
    delta = wanting(WANTED, OTHER, FORWARDED)
    audit = delta.audit([OTHER._replace(cookie=OTHER.cookie ^ 1), FORWARDED, STRANGER])
    assert audit.missing == (WANTED.identity,)
    assert audit.foreign == (STRANGER.identity,)
    assert audit.altered == (OTHER.identity,)
    assert not audit.clean
    assert targets(delta) == {16: WANTED, 64: OTHER, 0: None}


def test_altered_instructions_under_the_old_cookie_are_found() -> None:
    delta = wanting(WANTED)
    assert delta.audit([WANTED._replace(instructions=b"\0\1\0\x08\x70\0\0\0")]).altered == (WANTED.identity,)


def test_an_audit_believes_nothing_that_it_has_not_seen() -> None:
    delta = wanting(WANTED)
    delta.believe(WANTED.identity, WANTED)
    assert delta.audit([]).missing == (WANTED.identity,)
    assert targets(delta) == {16: WANTED}


def test_what_was_refused_is_not_offered_again() -> None:
    delta = wanting(WANTED, OTHER)
    delta.refuse(WANTED, "no such port")
    assert targets(delta) == {64: OTHER}
    assert delta.refused == {WANTED.identity: (WANTED, "no such port")}
    delta.want({WANTED.identity: WANTED})
    assert targets(delta) == {64: OTHER}


def test_what_was_refused_leaves_no_older_entry_in_its_place() -> None:
    delta = wanting(WANTED)
    delta.believe(WANTED.identity, WANTED)
    changed = entry(16, cookie=5)
    delta.want({changed.identity: changed})
    delta.refuse(changed, "no such port")
    assert targets(delta) == {16: None}


def test_another_entry_is_offered_where_one_was_refused() -> None:
    delta = wanting(WANTED)
    delta.refuse(WANTED, "no such port")
    changed = entry(16, cookie=5)
    delta.want({changed.identity: changed})
    assert targets(delta) == {16: changed}
    assert delta.refused == {}


def test_a_refusal_is_forgotten_with_its_wish() -> None:
    delta = wanting(WANTED)
    delta.refuse(WANTED, "no such port")
    delta.want({WANTED.identity: None})
    assert delta.refused == {}


def test_nobody_minds_the_refusal_of_what_is_wanted_no_more() -> None:
    delta = wanting(WANTED)
    delta.want({WANTED.identity: entry(16, cookie=5)})
    delta.refuse(WANTED, "no such port")
    assert delta.refused == {}
    assert targets(delta) == {16: entry(16, cookie=5)}


def test_an_audit_offers_again_what_was_refused() -> None:
    delta = wanting(WANTED)
    delta.refuse(WANTED, "no such port")
    delta.audit([])
    assert targets(delta) == {16: WANTED}


def test_what_was_refused_and_is_there_all_the_same_is_no_difference() -> None:
    delta = wanting(WANTED)
    delta.refuse(WANTED, "no such port")
    assert delta.audit([WANTED]).clean
    assert targets(delta) == {}


def test_the_meters_that_differ_are_known_apart() -> None:
    delta = wanting(WANTED, limit(3), limit(4))
    assert delta.different_referents == {limit(3).identity, limit(4).identity}
    delta.believe(limit(3).identity, limit(3))
    assert delta.different_referents == {limit(4).identity}
    assert delta.different == {WANTED.identity, limit(4).identity}
    delta.audit([limit(3), limit(4, rate=5), limit(6)])
    assert delta.different_referents == {limit(4).identity, limit(6).identity}
    delta.want({limit(4).identity: limit(4, rate=5)})
    assert delta.different_referents == {limit(6).identity}


def test_what_was_refused_for_want_of_a_meter_is_offered_again_when_the_meter_is_there() -> None:
    metered, other = limited(0, meter=3), limited(8, meter=4)
    delta = wanting(metered, other, WANTED)
    for refused in (metered, other, WANTED):
        delta.refuse(refused, "no")
    delta.retry(limit(3).identity)
    assert targets(delta) == {0: metered}
    assert set(delta.refused) == {other.identity, WANTED.identity}
