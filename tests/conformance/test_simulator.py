"""The simulator with a controller of its own, put to the kit as any plug-in is."""

from __future__ import annotations

from random import SystemRandom

from weft.conformance.beds.simulator import SimulatorBed
from weft.conformance.controller import real_world
from weft.conformance.run import histories

STEPS = 12


def test_the_simulator_passes_whatever_happens() -> None:
    seed = SystemRandom().randrange(1 << 32)
    result = histories(lambda: real_world(SimulatorBed), seeds=(seed,), length=STEPS)
    assert result.failure is None, str(result.failure)
    assert result.tally.frames
