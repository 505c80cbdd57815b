"""A lab with the society on it, and ears on every wire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tests.attacks.ears import Ears, ears_of
from tests.attacks.fabrics import FABRICS, OPTIONS
from tests.attacks.requests import documents
from tests.attacks.siege import Siege
from tests.attacks.simulated import SimulatedFabric
from tests.attacks.society import ROLES, society
from tests.attacks.tally import Tally
from tests.system.held_lab import HeldLab, held_lab
from weft.conformance.families.attempt import Attempt, Family, Said, Scene, attempts, opaque, some
from weft.conformance.machine.society import Society
from weft.controller.flow.text import ofctl
from weft.controller.pipeline.core import CORE

_PORTION = 48


class Besieged(NamedTuple):
    """What a siege needs."""

    name: str
    lab: HeldLab
    there: Society
    ears: Ears

    def siege(self, families: tuple[Family, ...], shares: dict[str, int], first: int) -> Tally:
        """Let all stations try a share of the families each, beginning at another variant for each ``first``."""
        tally = Tally(self.name)
        siege = Siege(self.ears, self.there, tally)
        for number, name in enumerate(ROLES):
            tries = attempts(self.there, self.there.stations[name], families)
            siege.lay(self.there.stations[name], some(tries, shares[name], first + number))
        return tally

    def send(self, name: str, tries: Iterable[Attempt]) -> Tally:
        """Let one station send all of these."""
        tally = Tally(self.name)
        Siege(self.ears, self.there, tally).lay(self.there.stations[name], tries)
        return tally

    def first_complaints(self, names: Iterable[str], families: tuple[Family, ...]) -> list[str]:
        """What is wrong first when these stations try these families; nothing when all is as the model says."""
        for name in names:
            tries = attempts(self.there, self.there.stations[name], families)
            while portion := list(islice(tries, _PORTION)):
                wrong = self.send(name, portion).worst()
                if wrong:
                    return wrong
        return []

    def crossfire(self) -> Tally:
        """Let every station send a frame to every MAC: one that was stolen must not have moved anybody."""
        tally = Tally(self.name)
        siege = Siege(self.ears, self.there, tally)
        for sender in self.there.stations.values():
            siege.lay(sender, attempts(self.there, sender, (to_everybody,)))
        return tally

    def replace(self, old: SimulatedFabric, new: SimulatedFabric) -> None:
        """Give the switches, which hold the entries of one fabric, those of another instead, by hand."""
        for switch in self.lab.switches:
            before, after = old.entries(switch), new.entries(switch)
            lines = [f"delete_strict {_match(ofctl(entry, CORE))}" for i, entry in before.items() if i not in after]
            lines += [f"add {ofctl(entry, CORE)}" for i, entry in after.items() if before.get(i) != entry]
            if lines:
                path = self.lab.rundir / f"{switch}.replaced"
                path.write_text("\n".join(lines) + "\n")
                self.lab.ofctl("--bundle", "add-flows", switch, str(path))
        self.lab.forget()


def to_everybody(scene: Scene) -> Iterator[Said]:
    """A frame to every MAC that there is, on this segment or on others."""
    for mac in sorted({mac for station in scene.there.stations.values() for mac in station.macs}):
        yield f"to {mac}", opaque(mac, scene.me.mac), "forward:unknown-destination"


def besieged_fabric(name: str, directory: Path) -> Iterator[Besieged]:
    """The society on a fabric of that name, for as long as the generator waits."""
    with held_lab(directory, "--topology", name, *OPTIONS[name]) as lab:
        there = society(FABRICS[name]())
        answer = lab.api.post("/v1/transactions", json={"commands": documents(there)})
        assert answer.status_code == 200, answer.text
        lab.settle()
        with ears_of(lab) as ears:
            yield Besieged(name, lab, there, ears)


def _match(line: str) -> str:
    """What ``ovs-ofctl`` needs to find a flow again."""
    return line.partition(",actions=")[0].partition(",")[2]
