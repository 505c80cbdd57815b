"""How a shadow differs from what the switches follow: in their tables, in what becomes of frames, and in cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from typing import NamedTuple

from weft.controller.flow.difference import What, differences
from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.meter import METERS
from weft.controller.flow.simulate import SimulatedSwitch
from weft.controller.model.facts import Vif
from weft.controller.model.network import Network
from weft.controller.rehearsal import Case, Look, Otherwise, cases, look_of, rehearse
from weft.controller.shadow import Compilation

TRIES = 3  # to read all tables while nothing changes
PORTION = 100  # flows that are looked at in one step
MOST_LOOKS = 50  # sorts of frames that the flows that differ look for
_HEAD, _METER = 48, 32  # octets of a flow-mod before its match, and of a meter-mod with its band
Flows = dict[Identity, Entry]


class Bounds(NamedTuple):
    """How much is told and tried at most."""

    flows: int = 1000
    frames: int = 1000
    told: int = 100  # of the frames that fare otherwise


USUAL = Bounds()


class StageCost(NamedTuple):
    """What one stage of one set costs: what it wants of all switches, and what it has taken to find that out."""

    flows: int
    bytes: int  # of the messages that tell the switches
    evaluations: int
    seconds: float


class FlowDifference(NamedTuple):
    """One place in the tables of a switch where the two differ, in the text form of flows; empty: none."""

    switch: str
    what: What
    before: str
    after: str


class Comparison:
    """One set of stages against another. ``work`` finds the difference in small steps; until then it is not whole.

    ``flows`` are the differences of the tables, and ``changes`` how many there are of which sort,
    also of those that are too many to be told. ``frames`` are those that fare otherwise; ``tried`` and ``differing``
    count them all. ``whole`` says whether every frame was tried that the model gives, or all must fare alike.
    """

    def __init__(self, network: Network, real: Compilation, shadow: Compilation, bounds: Bounds = USUAL) -> None:
        self._network, self._bounds = network, bounds
        self._compilers = real.compiler, shadow.compiler
        self._pipeline = real.compiler.pipeline
        self.revision = network.revision
        self._looks: dict[Look, None] = {}
        self.flows: list[FlowDifference] = []
        self.changes: Counter[str] = Counter()
        self.frames: list[Otherwise] = []
        self.tried = self.differing = 0
        self.whole = False
        self.cost: dict[str, tuple[StageCost | None, StageCost | None]] = {}

    def work(self) -> Iterator[None]:
        """Find the difference, one small step at a time."""
        tables: dict[str, tuple[Flows, Flows]] = {}
        for _ in range(TRIES):
            self.revision = self._network.revision
            real, shadow = self._compilers
            for switch in filter(real.has_tables, [str(fact.id) for fact in self._network.of_kind("switch")]):
                tables[switch] = real.flows(switch), shadow.flows(switch)
                yield
            if self.revision == self._network.revision:
                break
        yield from self._compare(tables)
        yield from self._count(tables)
        if not self.changes:  # all frames fare alike
            self.whole = True
        else:
            yield from self._rehearse(tables)

    def _compare(self, tables: dict[str, tuple[Flows, Flows]]) -> Iterator[None]:
        macs = yield from self._macs()
        for switch, (before, after) in tables.items():
            for number, difference in enumerate(differences(before, after)):
                self.changes[difference.what] += 1
                if len(self.flows) < self._bounds.flows:
                    self.flows.append(FlowDifference(switch, difference.what, *difference.texts(self._pipeline)))
                if len(self._looks) < MOST_LOOKS:
                    look = look_of(difference.identity)
                    if look and not macs & {value for name, value in look if name in ("eth_src", "eth_dst")}:
                        self._looks[look] = None
                if number % PORTION == 0:
                    yield
            yield

    def _macs(self) -> Generator[None, None, set[int]]:
        """The MACs of all VIFs: what flows look for of these, the frames from each to each other try anyway."""
        macs: set[int] = set()
        for number, vif in enumerate(list(self._network.of_kind("vif"))):
            if isinstance(vif, Vif):
                macs.add(int(vif.mac.replace(":", ""), 16))
            if number % PORTION == 0:
                yield
        return macs

    def _rehearse(self, tables: dict[str, tuple[Flows, Flows]]) -> Iterator[None]:
        simulated: tuple[dict[str, SimulatedSwitch], dict[str, SimulatedSwitch]] = ({}, {})
        for switch, both in tables.items():
            for side, flows in zip(simulated, both, strict=True):
                made = side[switch] = SimulatedSwitch((), self._pipeline)
                for number, entry in enumerate(flows.values()):
                    made.put(entry)
                    if number % PORTION == 0:
                        yield
        chosen: list[Case] = []
        beyond = False
        for case in cases(self._network, self._looks):
            beyond = case is not None and len(chosen) == self._bounds.frames
            if beyond:
                break
            chosen += [case] if case is not None else []
            yield
        for found in rehearse(self._network, *simulated, chosen):
            self.tried += 1
            if found is not None:
                self.differing += 1
                self.frames += [found] if len(self.frames) < self._bounds.told else []
            yield
        self.whole = not beyond

    def _count(self, tables: dict[str, tuple[Flows, Flows]]) -> Iterator[None]:
        counted: tuple[Counter[str], Counter[str]] = Counter(), Counter()
        octets: tuple[Counter[str], Counter[str]] = Counter(), Counter()
        for both in tables.values():
            for side, flows in enumerate(both):
                for entry in flows.values():
                    stage = self._compilers[side].stage_of(entry) or "limits"  # meters have no cookie
                    counted[side][stage] += 1
                    octets[side][stage] += size_of(entry)
                yield
        for name in dict.fromkeys(stage.name for compiler in self._compilers for stage in compiler.stages):
            sides: list[StageCost | None] = []
            for side, compiler in enumerate(self._compilers):
                cost = compiler.costs.by_stage.get(name)
                there = any(stage.name == name for stage in compiler.stages)
                evaluations, seconds = (cost.evaluations, cost.seconds) if cost is not None else (0, 0.0)
                made = StageCost(counted[side][name], octets[side][name], evaluations, round(seconds, 6))
                sides.append(made if there else None)
            self.cost[name] = (sides[0], sides[1])


def size_of(entry: Entry) -> int:
    """How many octets the message has that tells a switch the entry (OpenFlow 1.4, sections 7.3.4.1 and 7.3.4.5)."""
    if entry.table == METERS:
        return _METER
    return _HEAD + -(-(4 + len(entry.match)) // 8) * 8 + len(entry.instructions)
