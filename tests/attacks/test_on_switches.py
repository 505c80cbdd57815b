"""The siege of real fabrics: every family of attacks, by every profile, with the controller alive and with it dead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.attacks.ears import Ears, ears_of
from tests.attacks.fabrics import FABRICS, OPTIONS
from tests.attacks.families import EVERY_ID, FAMILIES
from tests.attacks.families.attempt import Attempt, Family, Said, Scene, attempts, opaque, some
from tests.attacks.requests import documents
from tests.attacks.siege import Siege
from tests.attacks.society import ROLES, Society, society
from tests.attacks.tally import Tally
from tests.system.held_lab import HeldLab, held_lab

pytestmark = pytest.mark.system

SHARE = 24  # one in so many variants, other ones for each profile; all are walked through the simulated tables
WHOLE = ("red1", "red2")  # at the two levels that look inside, four times as many


class Besieged(NamedTuple):
    """A lab with the society on it, and ears on every wire."""

    name: str
    lab: HeldLab
    there: Society
    ears: Ears

    def siege(self, families: tuple[Family, ...], first: int, names: tuple[str, ...] = tuple(ROLES)) -> Tally:
        """Let the stations try the families, beginning at other variants for each number of ``first``."""
        tally = Tally(self.name)
        siege = Siege(self.ears, self.there, tally)
        for number, name in enumerate(names):
            sender = self.there.stations[name]
            every = SHARE // 4 if name in WHOLE else SHARE
            siege.lay(sender, some(attempts(self.there, sender, families), every, first + number))
        return tally

    def crossfire(self) -> Tally:
        """Let every station send one frame to each, with its own address; a stolen one must not have moved anybody."""

        tally = Tally(self.name)
        for sender in self.there.stations.values():
            Siege(self.ears, self.there, tally).lay(sender, attempts(self.there, sender, (to_everybody,)))
        return tally


def to_everybody(scene: Scene) -> Iterator[Said]:
    """A frame to every MAC that there is, on this segment or on others."""
    for mac in sorted({mac for station in scene.there.stations.values() for mac in station.macs}):
        yield f"to {mac}", opaque(mac, scene.me.mac), "forward:unknown-destination"


@pytest.fixture(scope="module", params=FABRICS)
def besieged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    """The society on each fabric in turn."""
    name = request.param
    with held_lab(tmp_path_factory.mktemp(name), "--topology", name, *OPTIONS[name]) as lab:
        there = society(FABRICS[name]())
        answer = lab.api.post("/v1/transactions", json={"commands": documents(there)})
        assert answer.status_code == 200, answer.text
        lab.settle()
        with ears_of(lab) as ears:
            yield Besieged(name, lab, there, ears)


def test_what_dies_and_what_arrives_is_what_the_model_says(besieged: Besieged) -> None:
    before = besieged.lab.get("/v1/links")
    tally = besieged.siege(FAMILIES, first=0)
    print(f"\ncontroller alive, {tally.table()}")
    assert tally.worst() == []
    assert besieged.lab.get("/v1/links") == before, "a VIF's LLDP was believed"
    assert besieged.crossfire().worst() == [], "a stolen address has moved somebody"


def test_no_vlan_id_is_let_in(besieged: Besieged) -> None:
    tally = Tally(besieged.name)
    siege = Siege(besieged.ears, besieged.there, tally)
    sender = besieged.there.stations["red2"]
    siege.lay(sender, attempts(besieged.there, sender, EVERY_ID))
    assert tally.worst() == []
    assert tally.sent.total() == 4096


def test_a_trunk_has_its_tags_alone(besieged: Besieged) -> None:
    tally = Tally(besieged.name)
    siege = Siege(besieged.ears, besieged.there, tally)
    sender = besieged.there.stations["red9"]
    once: list[Attempt] = [a for a in attempts(besieged.there, sender, EVERY_ID) if "with tag" not in a.name]
    siege.lay(sender, once)
    assert tally.worst() == []
    assert tally.lawful == len(sender.trunk)


def test_the_switches_hold_what_is_simulated(besieged: Besieged) -> None:
    simulated = SimulatedFabric(FABRICS[besieged.name]())
    for switch in besieged.lab.switches:
        held = {flow["text"] for flow in besieged.lab.get("/v1/flows", switch=switch)["flows"]}
        wanted = {
            f"table={table_name(entry, CORE)} priority={entry.priority} {match_text(entry, CORE)} "
            f"actions={actions_text(entry, CORE)}"
            for entry in simulated.entries(switch).values()
        }
        assert held == wanted


@pytest.fixture(scope="module")
def dead(besieged: Besieged) -> Besieged:
    """The same without a controller; so it stays."""
    besieged.lab.kill_controller()
    return besieged


def test_so_it_is_when_the_controller_is_dead(dead: Besieged) -> None:
    tally = dead.siege(FAMILIES, first=SHARE // 2)
    print(f"\ncontroller dead, {tally.table()}")
    assert tally.worst() == []
    assert dead.crossfire().worst() == [], "a stolen address has moved somebody"


@pytest.mark.parametrize("broken", BROKEN[:: len(BROKEN) // 12], ids=lambda broken: broken.what)
def test_what_is_broken_is_found(dead: Besieged, broken: Broken) -> None:
    sound = SimulatedFabric(FABRICS[dead.name]())
    wrong = SimulatedFabric(FABRICS[dead.name](), stages(broken.change))
    found = []
    try:
        replace_tables(dead.lab, sound, wrong)
        for name in broken.senders:
            tally = Tally(dead.name)
            sender = dead.there.stations[name]
            found += first_found(dead, sender, broken) if not found else []
    finally:
        replace_tables(dead.lab, wrong, sound)
    assert found != []
