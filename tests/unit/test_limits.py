"""The meters of ports: their numbers, and how much they let through at once."""

from __future__ import annotations

import pytest

from tests.world import World
from weft.controller.flow.meter import METERS
from weft.controller.flow.text import named
from weft.controller.model.commands import Update
from weft.controller.pipeline.core import CORE


@pytest.fixture
def net() -> World:
    """Red has a VIF at OpenFlow port 1, blue one at port 2 with frames of up to 9,000 octets."""
    net = World().switch("s1", ["e1", "e2"]).segment("red").segment("blue", mtu=9000)
    return net.vif("a", "red", "s1", "e1", "02:00:00:00:00:0a").vif("b", "blue", "s1", "e2", "02:00:00:00:00:0b")


def meters(net: World) -> list[str]:
    entries = (e for e in net.compile().compiler.flows("s1").values() if e.table == METERS)
    return sorted(named(entry, CORE).partition("match=")[2] for entry in entries)


def test_a_port_without_limits_has_no_meter(net: World) -> None:
    assert meters(net) == []


def test_each_limit_is_a_meter_of_the_interface(net: World) -> None:
    net.do(Update("port", "a", {"max_rate": 10_000, "burst": 2_000, "max_broadcast": 50}))
    rate = "actions=10000 kbit/s, burst 2000"
    assert meters(net) == [f"meter=3 {rate}", "meter=4 actions=50 frames/s, burst 5", f"meter=5 {rate}"]


def test_a_burst_is_a_tenth_of_a_second_when_nobody_says(net: World) -> None:
    net.do(Update("port", "a", {"max_rate": 10_000}))
    assert meters(net)[0] == "meter=3 actions=10000 kbit/s, burst 1000"


def test_a_whole_frame_always_fits_into_the_burst(net: World) -> None:
    """A bucket that is smaller than a frame lets none through, however long it waits."""
    net.do(Update("port", "a", {"max_rate": 100}), Update("port", "b", {"max_rate": 100, "burst": 1}))
    assert meters(net)[0] == "meter=3 actions=100 kbit/s, burst 13"
    assert meters(net)[2] == "meter=6 actions=100 kbit/s, burst 73"
