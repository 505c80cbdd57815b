"""Every family of attacks, by every profile, through the compiled tables of whole fabrics."""

from __future__ import annotations

import pytest

from tests.attacks.fabrics import FABRICS
from tests.attacks.simulated import SimulatedFabric
from tests.attacks.society import ROLES, society
from tests.attacks.tally import Tally
from weft.conformance.families import EVERY_ID, FAMILIES
from weft.conformance.families.attempt import Attempt, Family, attempts, label_of, some
from weft.conformance.machine.hearing import Verdict, judge
from weft.conformance.machine.society import Station

SHARE = {"single": 32, "ring": 32, "leaf-spine": 10}  # one in so many variants, other ones for each profile
WHOLE = ("red1", "red2")  # at the two levels that look inside, all variants; on one fabric


@pytest.mark.parametrize("name", FABRICS)
def test_what_dies_and_what_arrives_is_what_the_model_says(name: str) -> None:
    fabric = SimulatedFabric(FABRICS[name]())
    tally, wrong = Tally(name), []
    for number, role in enumerate(ROLES):
        sender = fabric.there.stations[role]
        every = 1 if role in WHOLE and name == "leaf-spine" else SHARE[name]
        for attempt in some(attempts(fabric.there, sender, FAMILIES), every, number):
            verdict, fate = judge(fabric.there, sender, attempt.octets), fabric.send(role, attempt.octets)
            tally.note(sender, attempt, verdict, fate.arrivals(verdict))
            wrong += wrong_reason(sender, attempt, verdict, fate.reasons)
    print(f"\n{tally.table()}")
    assert tally.worst() == []
    assert wrong[:20] == []


def wrong_reason(sender: Station, attempt: Attempt, verdict: Verdict, seen: frozenset[str]) -> list[str]:
    """What is wrong with the reason for which a frame died that must: it should be its family's, where that may be."""
    if verdict.must or verdict.may or not verdict.reasons:
        return []
    due = {attempt.reason} if attempt.reason in verdict.reasons else verdict.reasons
    told = f"{attempt.family}, {attempt.name}, by {sender.name} ({sender.profile})"
    return [] if seen & due else [f"{told} died of {sorted(seen)}, not of {sorted(due)}: {attempt.octets.hex()}"]


def test_no_vlan_id_is_let_in() -> None:
    fabric = SimulatedFabric(FABRICS["single"]())
    sender = fabric.there.stations["red2"]
    let_in = {a.name for a in attempts(fabric.there, sender, EVERY_ID) if fabric.send(sender.name, a.octets).heard}
    assert let_in == set()


def test_a_trunk_has_its_tags_alone() -> None:
    fabric = SimulatedFabric(FABRICS["single"]())
    sender = fabric.there.stations["red8"]
    plain = [a for a in attempts(fabric.there, sender, EVERY_ID) if "with tag" not in a.name]
    let_in = {a.name for a in plain if fabric.send(sender.name, a.octets).heard}
    assert let_in == {f"tag {tag}" for tag, _ in sender.trunk}


@pytest.mark.parametrize("family", FAMILIES, ids=label_of)
def test_every_family_has_what_it_is_for(family: Family) -> None:
    """Attacks are such that some profile is refused them; what is lawful arrives from some."""
    there = society(FABRICS["single"]())
    senders = [there.stations[name] for name in ("red1", "red2", "red3", "red5", "red7")]
    verdicts = [judge(there, sender, a.octets) for sender in senders for a in attempts(there, sender, (family,))]
    lawful = label_of(family).startswith("lawful")
    assert any(verdict.must for verdict in verdicts) if lawful else any(verdict.reasons for verdict in verdicts)
