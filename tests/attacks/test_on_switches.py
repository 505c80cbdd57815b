"""The siege of real fabrics: every family of attacks, by every profile, with the controller alive and with it dead."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attacks.besieged import Besieged, besieged_fabric
from tests.attacks.broken import BROKEN
from tests.attacks.broken.mutations import Broken, stages
from tests.attacks.fabrics import FABRICS
from tests.attacks.simulated import SimulatedFabric
from tests.attacks.society import ROLES
from weft.conformance.families import EVERY_ID, FAMILIES
from weft.conformance.families.attempt import attempts
from weft.controller.flow.text import actions_text, match_text, table_name
from weft.controller.pipeline.core import CORE

pytestmark = pytest.mark.system

# One in so many variants, other ones for each profile and each siege; all of them are walked through the simulation.
SHARES = {name: 8 if name in ("red1", "red2") else 32 for name in ROLES}
FOR_REAL = {  # which of the broken tables are tried on which fabric
    "single": ("any source MAC", "priority tags", "any ARP sender MAC", "LLC without SNAP"),
    "ring": ("a tag below a trunk's", "a link-layer option twice", "any IPv4 source", "isolated ports hear each other"),
    "leaf-spine": (
        *("the bridges' group addresses", "ICMPv6 that begins in a later piece"),
        *("only whole packets are a DHCP server's", "communities are told on one switch only"),
    ),
}


@pytest.fixture(scope="module", params=FABRICS)
def besieged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    """The society on each fabric in turn."""
    yield from besieged_fabric(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def dead(besieged: Besieged) -> Besieged:
    """The same without a controller; and so it stays."""
    besieged.lab.kill_controller()
    return besieged


def test_what_dies_and_what_arrives_is_what_the_model_says(besieged: Besieged) -> None:
    before = besieged.lab.get("/v1/links")
    tally = besieged.siege(FAMILIES, SHARES, first=0)
    print(f"\ncontroller alive, {tally.table()}")
    assert tally.worst() == []
    assert besieged.lab.get("/v1/links") == before, "a VIF's LLDP was believed"
    assert besieged.crossfire().worst() == [], "a stolen address has moved somebody"


def test_no_vlan_id_is_let_in(besieged: Besieged) -> None:
    tally = besieged.send("red2", attempts(besieged.there, besieged.there.stations["red2"], EVERY_ID))
    assert tally.worst() == []
    assert tally.sent.total() == 4096


def test_a_trunk_has_its_tags_alone(besieged: Besieged) -> None:
    trunk = besieged.there.stations["red9"]
    tally = besieged.send("red9", (a for a in attempts(besieged.there, trunk, EVERY_ID) if "with tag" not in a.name))
    assert tally.worst() == []
    assert tally.lawful == len(trunk.trunk)


def test_the_switches_hold_what_is_simulated(besieged: Besieged) -> None:
    simulated = SimulatedFabric(FABRICS[besieged.name]())
    for switch in besieged.lab.switches:
        held = {flow["text"] for flow in besieged.lab.get("/v1/flows", switch=switch)["flows"]}
        assert held == {
            f"table={table_name(entry, CORE)} priority={entry.priority} {match_text(entry, CORE)} "
            f"actions={actions_text(entry, CORE)}"
            for entry in simulated.entries(switch).values()
        }


def test_so_it_is_when_the_controller_is_dead(dead: Besieged) -> None:
    tally = dead.siege(FAMILIES, SHARES, first=SHARES["red3"] // 2)
    print(f"\ncontroller dead, {tally.table()}")
    assert tally.worst() == []
    assert dead.crossfire().worst() == [], "a stolen address has moved somebody"


def test_what_is_broken_is_found(dead: Besieged) -> None:
    sound = SimulatedFabric(FABRICS[dead.name]())
    broken_by_name = {broken.what: broken for broken in BROKEN}
    for what in FOR_REAL[dead.name]:
        found = _found(dead, sound, broken_by_name[what])
        print(f"\n{dead.name}, {what}: {found[:1]}")
        assert found != [], what
    assert dead.crossfire().worst() == [], "the tables are not as they were"


def _found(dead: Besieged, sound: SimulatedFabric, broken: Broken) -> list[str]:
    wrong = SimulatedFabric(FABRICS[dead.name](), stages(broken.change))
    dead.replace(sound, wrong)
    try:
        return dead.first_complaints(broken.senders, broken.families)
    finally:
        dead.replace(wrong, sound)
