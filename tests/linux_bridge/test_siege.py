"""Every family of attacks, and all that honest hosts say, by every profile that a Linux bridge honours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.attacks.society import BEHIND, BEHIND6, VIRTUAL_IP, VIRTUAL_MAC, traits
from tests.attacks.tally import Tally
from tests.linux_bridge.society import Society
from weft.conformance.bed import Sent
from weft.conformance.families import FAMILIES
from weft.conformance.families.attempt import Attempt, attempts, some
from weft.conformance.machine.hearing import judge
from weft.conformance.machine.society import Society as Machines
from weft.conformance.machine.society import Station

pytestmark = pytest.mark.guest
ROLES: dict[str, dict[str, Any]] = {
    "r1": {"profile": "mac+ip", "level": "mac+ip"},
    "r2": {"profile": "mac+inner"},
    "r3": {
        "profile": "mac+ip, allowed",
        "level": "mac+ip",
        "allowed": ((VIRTUAL_MAC, f"{VIRTUAL_IP}/32"), (None, BEHIND), (None, BEHIND6)),
    },
    "r4": {"profile": "none", "level": "none"},
    "r5": {
        "profile": "mac+ip, router",
        "level": "mac+ip",
        "router": True,
        "allowed": ((VIRTUAL_MAC, f"{VIRTUAL_IP}/32"),),
    },
    "r6": {"profile": "mac", "level": "mac"},
    "r7": {"profile": "mac+ip, dhcp_server", "level": "mac+ip", "dhcp_server": True},
    "r8": {"profile": "mac+inner, router", "router": True},
    "r9": {"profile": "promiscuous", "promiscuous": True},
    "r10": {"profile": "mac+ip, no address", "level": "mac+ip", "addresses": ()},
    "r11": {"profile": "mac+ip, second MAC", "level": "mac+ip", "allowed": (("02:00:00:00:aa:01", None),)},
    "r12": {"profile": "mac+inner, second MAC", "allowed": (("02:00:00:00:aa:02", None),)},
    "p1": {"profile": "isolated", "isolated": "isolated"},
    "p2": {"profile": "community:7", "isolated": "community:7"},
    "p3": {"profile": "community of none"},
    "p4": {"profile": "open to all", "isolated": "promiscuous"},
    "p5": {"profile": "isolated, mac+ip", "isolated": "isolated", "level": "mac+ip"},
    "p6": {"isolated": "community:7"},
    "p7": {"isolated": "community:8"},
    "p8": {"profile": "isolated, promiscuous", "isolated": "isolated", "promiscuous": True},
    "p9": {"profile": "community of none"},
    "b1": {},
    "b2": {"allowed": (("02:00:00:00:bb:02", None),)},
}
EVERY = 6  # one in so many variants of each family, other ones for each profile
SEGMENTS = {"r": "red", "p": "private", "b": "blue"}
PLACES = ("h1", "h2")


@pytest.fixture(scope="module")
def there() -> Iterator[tuple[Society, Machines]]:
    """All profiles, half of them at each place."""
    stations = {}
    for number, (name, role) in enumerate(ROLES.items(), 1):
        own = {
            "segment": SEGMENTS[name[0]],
            "addresses": (f"10.0.0.{number}", f"2001:db8::{number:x}"),
        }
        stations[name] = Station(name, PLACES[number % 2], f"02:00:00:00:01:{number:02x}", **(own | role))
    society = Society(PLACES)
    try:
        for segment in SEGMENTS.values():
            society.world.segment(segment)
        for station in stations.values():
            society.machine(station.name, station.segment, station.switch, station.mac, **traits(station))
        society.settle()
        yield society, Machines(stations, plain=frozenset(PLACES))
    finally:
        society.close()


@pytest.mark.parametrize("name", ROLES)
def test_what_dies_and_what_arrives_is_what_the_model_says(name: str, there: tuple[Society, Machines]) -> None:
    society, machines = there
    sender, tally = machines.stations[name], Tally("linux bridge")
    number = list(ROLES).index(name)
    tries = list(some(attempts(machines, sender, FAMILIES), EVERY, number))
    heard = _heard(society, sender, tries)
    for attempt in tries:
        tally.note(sender, attempt, judge(machines, sender, attempt.octets), heard[attempt.octets])
    assert tally.worst() == []


def _heard(society: Society, sender: Station, tries: list[Attempt]) -> dict[bytes, Counter[tuple[str, bytes]]]:
    """Who heard each of the attempts, as what. They are sent untagged, and so they arrive."""
    places = {society.vif(name).location: name for name in ROLES}
    at = {(place.switch, place.interface): name for place, name in places.items() if place is not None}
    where = society.vif(sender.name).location
    assert where is not None
    heard: dict[bytes, Counter[tuple[str, bytes]]] = {attempt.octets: Counter() for attempt in tries}
    for one in society.bed.wires.listen(
        [Sent(*where, attempt.octets) for attempt in tries if len(attempt.octets) >= 14]
    ):
        heard.setdefault(one.frame, Counter())[at[one.place, one.interface], one.frame] += 1
    return heard
