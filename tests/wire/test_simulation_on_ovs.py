"""Whatever comes into a switch, the simulation does with it what a real one does: octet by octet, entry by entry.

``scripts/fuzz-simulator 100000`` tries as many frames; here are as many as take seconds.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from random import Random, SystemRandom

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.golden.worlds import WORLDS
from tests.laws.histories import FOUNDATION, chances, histories
from tests.wire.chatter import odd_frame, ofports
from tests.wire.tapped import Heard, Sent, TappedBridge, in_batches
from tests.wire.unprivileged_ovs import IS_THERE, OpenVSwitch
from tests.world import World
from weft.controller.flow.entry import Entry
from weft.controller.flow.meter import METERS, meter, meter_entry
from weft.controller.flow.simulate import Dropped, Left, Looked, SimulatedSwitch
from weft.controller.model.commands import Command
from weft.controller.pipeline.core import CORE

pytestmark = pytest.mark.skipif(not IS_THERE, reason="Open vSwitch is not installed")

PORTS = range(1, 10)  # as many as a switch of any history has, and cables of the golden worlds besides
CABLES = range(101, 105)
FRAMES = 120  # of each switch of each world
WANTED = int(os.environ.get("WEFT_FUZZ_FRAMES", "3000"))
SEED = int(os.environ.get("WEFT_FUZZ_SEED", SystemRandom().randrange(1 << 32)))


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TappedBridge]:
    ovs = OpenVSwitch(tmp_path_factory.mktemp("ovs"))
    yield TappedBridge(ovs, "tapped", (*PORTS, *CABLES))
    ovs.close()


def lived(history: list[list[Command]]) -> World:
    """The world when all of it that is granted has been done."""
    world = World().do(*FOUNDATION)
    for command in chain(*history):
        world.granted(command)
    return world


worlds: st.SearchStrategy[World] = st.builds(lived, histories) | st.sampled_from(sorted(WORLDS)).map(
    lambda name: WORLDS[name]()
)


def unlimited(entry: Entry) -> Entry:
    """The same entry, or a meter that nothing exceeds, since the simulation has no clock."""
    if entry.table != METERS:
        return entry._replace(name="")
    return meter_entry(meter(int.from_bytes(entry.match, "big"), 10**9, 10**6, "kbit/s"))


class Both:
    """A switch and its simulation, with the same entries."""

    def __init__(self, bridge: TappedBridge, entries: list[Entry]) -> None:
        self.bridge, self.simulated = bridge, SimulatedSwitch(entries, CORE)
        self.entry_by_cookie = {entry.cookie: entry for entry in entries}
        bridge.load(entries)

    def agree(self, frames: list[Sent]) -> Counter[str]:
        """They do the same with each of these frames, and for the same reasons: look-up by look-up. Says how many."""
        found = Counter[str](switches=1, frames=len(frames))
        for batch in in_batches(frames):
            events = [list(self.simulated.passes(*sent)) for sent in batch]
            if self.bridge.carry(batch) != sum(map(heard, events), Counter[Heard]()):
                for sent, its in zip(batch, events, strict=True):
                    assert self.bridge.carry([sent]) == heard(its), sent
                raise AssertionError(f"together they differ, each for itself does not: {batch}")
            for (octets, in_port), its in zip(batch, events, strict=True):
                looks = [event for event in its if isinstance(event, Looked)]
                expected = [(table, done_by(entry)) for table, entry in looks]
                real = self.bridge.looks_up(octets, in_port)
                done = [(table, done_by(self.entry_by_cookie.get(cookie))) for table, cookie in real]
                assert done == expected, f"{octets.hex()} into {in_port}"
                found.update(type(event).__name__.lower() for event in its)
        return found


def heard(events: Iterable[Looked | Left | Dropped]) -> Counter[Heard]:
    """What leaves, as the simulation says."""
    return Counter((event.ofport, event.octets) for event in events if isinstance(event, Left))


def done_by(entry: Entry | None) -> tuple[int, bytes] | None:
    """What an entry does. Of two that match, and have one priority and do the same, a switch may take either."""
    return (entry.priority, entry.instructions) if entry is not None else None


@pytest.fixture(scope="module")
def tally() -> Iterator[Counter[str]]:
    """What was compared; it is said in the end, with the seed that leads there again."""
    found: Counter[str] = Counter()
    yield found
    print(f"\nWEFT_FUZZ_SEED={SEED}: compared {', '.join(f'{many} {what}' for what, many in found.items())}")


@pytest.mark.timeout(300 + WANTED // 50)
@seed(SEED)
@settings(
    max_examples=1 + WANTED // (2 * FRAMES),
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(world=worlds, chance=chances)
def test_whatever_comes_in_the_same_leaves(
    bridge: TappedBridge, tally: Counter[str], world: World, chance: Random
) -> None:
    if tally["frames"] < WANTED:
        world.compile()
    for switch in world.switches():
        if ofports(world, switch) and tally["frames"] < WANTED:
            both = Both(bridge, [unlimited(entry) for entry in world.compiler.flows(switch).values()])
            tally.update(both.agree([Sent(*odd_frame(chance, world, switch, PORTS)) for _ in range(FRAMES)]))
