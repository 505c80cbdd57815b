"""The conformance kit, put to the plug-in: a real controller, two Nexus over HTTPS, and frames in memory.

The whole kit takes minutes; here are a few of its traits and events, and one short history.
"""

from __future__ import annotations

import pytest

from tests.nexus.memory import MemoryBed
from weft.conformance.controller import real_world
from weft.conformance.proving import rows
from weft.conformance.run import histories

ANSWERS = {
    "transport `vlan`": "honoured",
    "port `admin_up`": "honoured",
    "VIF kind `physical`": "honoured",
    "VIF kind `tap`": "refused",
    "`security` `mac+ip`": "refused",
    "`trunk`": "refused",
    "a VIF moves": "honoured",
}


@pytest.mark.timeout(600)
def test_traits_are_honoured_or_refused() -> None:
    with real_world(MemoryBed) as world:
        found = {row.subject: row for subject in ANSWERS for row in rows(world, only=subject)}
    assert {subject: row.answer for subject, row in found.items()} == ANSWERS, found


@pytest.mark.timeout(600)
def test_whatever_happens_machines_hear_whom_they_should() -> None:
    result = histories(lambda: real_world(MemoryBed), range(1), 12, replays=0)
    assert result.failure is None, str(result.failure)
    assert result.tally.frames > 0
