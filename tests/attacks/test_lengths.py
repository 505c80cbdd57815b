"""Frames longer than others can take: they arrive whole, once, or not at all; and what is sent after them arrives."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pytest

from tests.attacks.ears import Ears, ears_of
from tests.system.held_lab import HeldLab, held_lab
from weft.conformance.families.attempt import MARK, opaque
from weft.conformance.octets.ethernet import BROADCAST

pytestmark = pytest.mark.system

JUMBO = 2500  # octets; an interface of 3000 takes it with a tag, one of 1500 does not
SHORT, LONG = 1500, 3000  # octets of an MTU


class Scene(NamedTuple):
    """Two switches in a row, with two hosts of each of two tenants on each."""

    lab: HeldLab
    ears: Ears

    def stretch(self, hosts: Iterable[str], mtu: int, cables: bool) -> None:
        """Give hosts, and both ends of what they hang on, an MTU; the cables between switches too, if so."""
        for name in hosts:
            host = self.lab.hosts[name]
            within = ("nsenter", "-t", str(host["pid"]), "-n")
            subprocess.run([*within, "ip", "link", "set", host["interface"], "mtu", str(mtu)], check=True)
            self.lab.inside("ip", "link", "set", host["switch_interface"], "mtu", str(mtu))
        for link in self.lab.description["links"] if cables else ():
            for end in ("a_interface", "b_interface"):
                self.lab.inside("ip", "link", "set", link[end], "mtu", str(mtu))

    def hears(self, octets: bytes) -> Counter[str]:
        """Who hears a frame of red1's, as it was, and how often; whoever hears another has a star."""
        self.ears.send("red1", octets)
        heard: Counter[str] = Counter()
        while came := [(name, said) for name, said in self.ears.hear(0.3) if MARK in said]:
            heard.update(name if said == octets else f"{name}*" for name, said in came)
        return heard

    def all_is_well(self, number: int) -> bool:
        """Whether a frame of usual length reaches every peer."""
        mac = self.lab.hosts["red1"]["mac"]
        return self.hears(opaque(BROADCAST, mac).ljust(60 + number, b"\1")) == Counter(["red2", "red3", "red4"])


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The lab, and ears on it."""
    options = ("--topology", "linear", "--switches", "2", "--hosts", "4")
    with held_lab(tmp_path_factory.mktemp("linear"), *options) as lab, ears_of(lab) as ears:
        yield Scene(lab, ears)


def test_a_jumbo_frame_that_nobody_else_can_take_harms_nobody(scene: Scene) -> None:
    scene.stretch(["red1"], LONG, cables=False)
    for number, destination in enumerate((BROADCAST, scene.lab.hosts["red2"]["mac"], scene.lab.hosts["red3"]["mac"])):
        assert scene.hears(jumbo(scene, destination)) == Counter()
        assert scene.all_is_well(number)


def test_it_reaches_those_who_can_take_it_and_them_alone(scene: Scene) -> None:
    scene.stretch(["red1", "red2", "red3", "blue1", "blue3"], LONG, cables=True)
    assert scene.hears(jumbo(scene, BROADCAST)) == Counter(["red2", "red3"])
    assert scene.hears(jumbo(scene, scene.lab.hosts["red3"]["mac"])) == Counter(["red3"])
    assert scene.hears(jumbo(scene, scene.lab.hosts["red4"]["mac"])) == Counter()
    assert scene.all_is_well(10)


def test_a_forbidden_one_reaches_nobody(scene: Scene) -> None:
    scene.stretch(scene.lab.hosts, LONG, cables=True)
    stolen = opaque(BROADCAST, scene.lab.hosts["red2"]["mac"]).ljust(JUMBO, b"\1")
    assert scene.hears(stolen) == Counter()
    assert scene.hears(jumbo(scene, BROADCAST)) == Counter(["red2", "red3", "red4"])


def jumbo(scene: Scene, destination: str) -> bytes:
    """A long frame with the true source."""
    return opaque(destination, scene.lab.hosts["red1"]["mac"]).ljust(JUMBO, b"\1")
