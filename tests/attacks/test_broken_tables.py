"""Each way in which the tables are broken on purpose is found by an attack, or by a lawful frame that is lost."""

from __future__ import annotations

import pytest

from tests.attacks.broken import BROKEN
from tests.attacks.broken.mutations import Broken, stages
from tests.attacks.fabrics import FABRICS
from tests.attacks.simulated import SimulatedFabric
from tests.attacks.tally import Complaint, judged
from weft.conformance.families.attempt import attempts, some
from weft.conformance.machine.hearing import judge


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.what)
def test_what_is_broken_is_found(broken: Broken) -> None:
    fabric = SimulatedFabric(FABRICS["leaf-spine"](), stages(broken.change))
    found = first_complaint(fabric, broken)
    print(f"\n{broken.what}: {found and f'{found.what} by {found.family}, {found.name} ({found.profile})'}")
    assert found is not None


def first_complaint(fabric: SimulatedFabric, broken: Broken, every: int = 1) -> Complaint | None:
    """The first frame whose fate is wrong, of one in so many; None when all is as the model says."""
    for name in broken.senders:
        sender = fabric.there.stations[name]
        for attempt in some(attempts(fabric.there, sender, broken.families), every):
            verdict = judge(fabric.there, sender, attempt.octets)
            wrong = judged(sender, attempt, verdict, fabric.send(name, attempt.octets).arrivals(verdict))
            if wrong:
                return wrong[0]
    return None


def test_nothing_is_broken() -> None:
    """Whoever looks for the broken tables finds nothing in those that are sound."""
    fabric = SimulatedFabric(FABRICS["leaf-spine"]())
    tried = {(broken.senders, broken.families): broken for broken in BROKEN}
    assert [first_complaint(fabric, broken, every=8) for broken in tried.values()] == [None] * len(tried)
