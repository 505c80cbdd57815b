"""A real Open vSwitch takes every entry that we make, gives back the same bytes, and does with frames what we think."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.flows import FEW, LOOKING, METER_IDS, flows, looks
from tests.golden.worlds import WORLDS
from tests.packets import packed
from tests.wire.chatter import BROADCAST, ofports, some_frame
from tests.wire.unprivileged_ovs import IS_THERE, Bridge, OpenVSwitch
from tests.world import World
from weft.controller.compile.stages import STAGES
from weft.controller.flow.encode import Encoder
from weft.controller.flow.entry import Entry
from weft.controller.flow.flow import Flow
from weft.controller.flow.frame import Frame
from weft.controller.flow.headers import seen
from weft.controller.flow.meter import METERS, meter, meter_entry
from weft.controller.flow.simulate import Dropped, Left, SimulatedSwitch
from weft.controller.flow.text import ofctl
from weft.controller.model.commands import ObserveInterfaces
from weft.controller.model.conditions import LOCAL_MEMBERS
from weft.controller.pipeline.core import CORE, DROP
from weft.controller.sync.progress import Progress

pytestmark = pytest.mark.skipif(not IS_THERE, reason="Open vSwitch is not installed")

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
FRAMES = 150  # of each switch of each world


@pytest.fixture(scope="module")
def ovs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenVSwitch]:
    switch = OpenVSwitch(tmp_path_factory.mktemp("ovs"))
    yield switch
    switch.close()


@pytest.fixture
def bridges(ovs: OpenVSwitch) -> Iterator[list[Bridge]]:
    """The bridges of a test, which are taken away after it."""
    made: list[Bridge] = []
    yield made
    for bridge in made:
        bridge.remove()


def wanted(world: World, switch: str) -> list[Entry]:
    """What a switch is to hold; it knows no names of drops."""
    return [entry._replace(name="") for entry in world.compiler.flows(switch).values()]


@pytest.mark.parametrize("name", WORLDS)
def test_entries_come_back_as_they_were_sent(ovs: OpenVSwitch, bridges: list[Bridge], name: str) -> None:
    world = WORLDS[name]().compile()
    for switch in world.switches():
        bridge = Bridge(ovs, f"b{switch}", ofports(world, switch))
        bridges.append(bridge)
        assert bridge.add(wanted(world, switch)) == {}
        assert sorted(bridge.holds()) == sorted(wanted(world, switch))
        progress = Progress(world.compiler.flows(switch))
        progress.connect()
        assert progress.audited(bridge.holds()).clean
        assert progress.settled


@pytest.mark.parametrize("name", WORLDS)
def test_the_text_for_ovs_ofctl_makes_the_same_entries(ovs: OpenVSwitch, bridges: list[Bridge], name: str) -> None:
    world = WORLDS[name]().compile()
    for switch in world.switches():
        bridge = Bridge(ovs, f"b{switch}", ofports(world, switch))
        bridges.append(bridge)
        bridge.add_text(ofctl(entry, CORE) for entry in wanted(world, switch))
        assert sorted(bridge.holds()) == sorted(wanted(world, switch))


def test_all_stages_are_among_the_golden_worlds() -> None:
    worlds = [make().compile() for make in WORLDS.values()]
    entries = [(w, entry) for w in worlds for switch in w.switches() for entry in wanted(w, switch)]
    assert {w.compiler.stage_of(entry) for w, entry in entries if entry.table != METERS} == {s.name for s in STAGES}
    assert METERS in {entry.table for _, entry in entries}, "a meter's cookie names no stage"


@pytest.mark.parametrize("name", WORLDS)
def test_frames_go_and_die_where_the_simulation_says(ovs: OpenVSwitch, bridges: list[Bridge], name: str) -> None:
    world, chance = WORLDS[name]().compile(), Random(name)
    left, counted = 0, 0
    for switch in world.switches():
        entries, ports = wanted(world, switch), ofports(world, switch)
        bridge, simulated = Bridge(ovs, f"b{switch}", ports), SimulatedSwitch(entries, CORE)
        bridges.append(bridge)
        bridge.add(entries)
        for _ in range(FRAMES):
            octets, in_port = some_frame(chance, world, switch)
            verdicts = simulated.verdicts(seen(octets), in_port)
            expected = [(verdict.ofport, verdict.frame.vlans) for verdict in verdicts if isinstance(verdict, Left)]
            assert bridge.trace(octets, in_port) == expected, f"{octets.hex()} into {in_port} of {switch}"
            counters = [verdict.entry for verdict in verdicts if isinstance(verdict, Dropped) and verdict.reason]
            cookies = [entry.cookie if entry is not None else None for entry in counters]
            reached = [cookie for table, cookie in bridge.looks_up(octets, in_port) if table == DROP.id]
            assert reached == cookies, f"{octets.hex()} into {in_port} of {switch}"
            left, counted = left + bool(expected), counted + len(counters) - cookies.count(None)
    assert left >= 5, "hardly a frame went anywhere, so little was shown"
    assert counted >= 5, "hardly a frame was dropped and counted, so little was shown"


@pytest.mark.parametrize("tag_type", [0x8100, 0x88A8])
def test_a_tag_of_any_sort_is_a_tag(ovs: OpenVSwitch, bridges: list[Bridge], tag_type: int) -> None:
    """The simulation knows one sort. A real switch must not take a service provider's tag for plain content."""
    world = WORLDS["one_switch"]().compile()
    bridge = Bridge(ovs, "tagged", ofports(world, "s1"))
    bridges.append(bridge)
    bridge.add(wanted(world, "s1"))
    untagged = Frame(A, BROADCAST)
    assert bridge.trace(untagged, 1) == [(2, ())]
    assert bridge.trace(Frame(A, BROADCAST, tag_type, payload="\0\2\x08\0"), 1) == []


small_tables = st.lists(flows(FEW), min_size=1, max_size=12, unique_by=lambda f: (f.table.id, f.priority))
small_frames = st.lists(
    st.builds(
        Frame,
        src=st.sampled_from((A, B)),
        dst=st.sampled_from((A, B, BROADCAST)),
        eth_type=st.sampled_from((0x88B5, 0x88CC)),
        vlans=st.sampled_from(((), (2,), (3, 2))),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(tables=small_tables, frames=small_frames)
def test_whatever_the_tables_are_the_simulation_is_right(
    traced: Bridge, tables: list[Flow], frames: list[Frame]
) -> None:
    entries = [Encoder(CORE).entry(flow, 1)._replace(name="") for flow in tables]
    traced.clear()
    assert traced.add(entries) == {}
    for frame in frames:
        verdicts = SimulatedSwitch(entries, CORE).verdicts(frame, 1)
        expected = [(verdict.ofport, verdict.frame.vlans) for verdict in verdicts if isinstance(verdict, Left)]
        assert traced.trace(frame, 1) == expected
        died = [verdict for verdict in verdicts if isinstance(verdict, Dropped) and verdict.reason]
        assert len(died) == [table for table, _ in traced.looks_up(packed(frame), 1)].count(DROP.id)


@pytest.fixture(scope="module")
def traced(ovs: OpenVSwitch) -> Iterator[Bridge]:
    """A bridge with a few ports, and all meters that flows may lead through."""
    bridge = Bridge(ovs, "traced", range(1, 5))
    assert bridge.add(meter_entry(meter(id, 1000, 100, "kbit/s")) for id in METER_IDS) == {}
    yield bridge
    bridge.remove()


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=st.lists(flows(), min_size=1, max_size=40))
def test_whatever_a_stage_may_say_comes_back_as_it_was_sent(traced: Bridge, made: list[Flow]) -> None:
    entry_by_identity = {}
    for flow in made:
        entry = Encoder(CORE).entry(flow, 200)._replace(name="")
        entry_by_identity[entry.identity] = entry
    entries = sorted(entry_by_identity.values())
    traced.clear()
    assert traced.add(entries) == {}
    assert sorted(traced.dump()) == entries
    traced.clear()
    traced.add_text(ofctl(entry, CORE) for entry in entries)
    assert sorted(traced.dump()) == entries


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=st.lists(looks(), min_size=20, max_size=200))
def test_whatever_a_flow_may_look_at_comes_back_as_it_was_sent(traced: Bridge, made: list[Flow]) -> None:
    entry_by_identity = {(entry := Encoder(LOOKING).entry(flow, 200)).identity: entry for flow in made}
    entries = sorted(entry_by_identity.values())
    traced.clear()
    assert traced.add(entries) == {}
    assert sorted(traced.dump()) == entries
    traced.clear()
    traced.add_text(ofctl(entry, LOOKING) for entry in entries)
    assert sorted(traced.dump()) == entries


def test_a_switch_takes_a_segment_of_as_many_vifs_as_the_model_allows(ovs: OpenVSwitch, bridges: list[Bridge]) -> None:
    names = [f"v{n}" for n in range(LOCAL_MEMBERS)]
    world = World().switch("s1", [], ["f1", "f2"]).switch("s2", ["e1"], ["f1"]).link(("s1", "f1"), ("s2", "f1"))
    world.do(ObserveInterfaces("s1", {name: (n, True) for n, name in enumerate(names, 1000)}))
    world.segment("red").vif("far", "red", "s2", "e1", B)
    for n, name in enumerate(names):
        world.vif(name, "red", "s1", name, f"02:00:00:01:{n >> 8:02x}:{n & 255:02x}")
    entries = wanted(world.compile(), "s1")
    bridge = Bridge(ovs, "crowded")
    bridges.append(bridge)
    assert bridge.add(entries) == {}
    assert sorted(bridge.dump()) == sorted(entries)
