"""Of any frame, ``seen`` reads what a real Open vSwitch reads, and a flow matches what it reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.flows import DECIDING, LOOK, matchable
from tests.unit.test_headers import CASES
from tests.wire.chatter import TELLING
from tests.wire.unprivileged_ovs import IS_THERE, Bridge, OpenVSwitch
from weft.controller.flow.actions import Output, Resubmit
from weft.controller.flow.encode import Encoder
from weft.controller.flow.flow import flow
from weft.controller.flow.frame import INNER, Frame
from weft.controller.flow.headers import seen
from weft.controller.flow.oxm import FIELD_BY_NAME
from weft.controller.flow.simulate import Left, SimulatedSwitch
from weft.controller.pipeline.schema import Pipeline, Table

pytestmark = pytest.mark.skipif(not IS_THERE, reason="Open vSwitch is not installed")

OCTETS = tuple(octets for octets, _ in CASES.values())
ALL_OF_IT, EXAMPLES = 14, 200  # of an Ethernet header; of packets by chance, each with a handful of changes


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    ovs = OpenVSwitch(tmp_path_factory.mktemp("ovs"))
    yield Bridge(ovs, "eyes", [1])
    ovs.close()


@pytest.mark.parametrize("name", CASES)
def test_a_switch_sees_of_each_case_what_we_say(bridge: Bridge, name: str) -> None:
    octets, expected = CASES[name]
    assert bridge.sees(octets) == expected


@pytest.mark.parametrize("name", CASES)
def test_wherever_a_frame_is_cut_both_see_the_same(bridge: Bridge, name: str) -> None:
    octets, _ = CASES[name]
    for length in range(ALL_OF_IT, len(octets)):
        assert seen(octets[:length]) == bridge.sees(octets[:length]), octets[:length].hex()


@pytest.mark.parametrize("name", CASES)
def test_a_flow_matches_what_is_seen_and_nothing_else(bridge: Bridge, name: str) -> None:
    """A table for each flow: one by the whole field, one by all but its last bit, and one by something else."""
    octets, frame = CASES[name]
    probes = list(probing(frame))
    looks = [Table(f"look{n}", n, LOOK.matches) for n in range(1, len(probes) + 1)]
    start = Table("start", 0, (), next=tuple(table.name for table in looks))
    flows = [flow(table, 1, Output(2), **match) for table, (match, _) in zip(looks, probes, strict=True)]
    pipeline = Pipeline((start, *looks))
    entries = [Encoder(pipeline).entry(said, 1) for said in (*flows, flow(start, 1, *map(Resubmit, looks)))]
    bridge.clear()
    assert bridge.add(entries) == {}
    matches = [matches for _, matches in probes]
    assert [cookie is not None for table, cookie in bridge.looks_up(octets, 1) if table] == matches
    assert [isinstance(verdict, Left) for verdict in SimulatedSwitch(entries, pipeline).verdicts(frame, 1)] == matches


def probing(frame: Frame) -> Iterator[tuple[dict[str, Any], bool]]:
    """Matches for each field that this sort of frame may have, and whether they match it."""
    known = {"eth_type": frame.eth_type, **{name: frame.inner.get(name, 0) for name in DECIDING if name in INNER}}
    kinds = [name for name in ("eth_type", "ip_proto", "icmpv6_type") if name in matchable(known)]
    for name in sorted(matchable(known) & {*INNER, "eth_type"}):
        value, field = known.get(name, frame.inner.get(name, 0)), FIELD_BY_NAME[name]
        sort = {kind: known[kind] for kind in (kinds[: kinds.index(name)] if name in kinds else kinds)}
        yield {**sort, name: value}, True
        yield {**sort, name: {0: 1, 1: 3, 3: 0}[value] if name == "ip_frag" else value ^ 1}, False
        if not field.whole and name != "ip_frag":
            yield {**sort, name: (value & ~1, field.all_bits - 1)}, True


@st.composite
def packets(draw: st.DrawFn) -> bytes:
    """One of the cases, with some octets changed, cut short or with more behind it."""
    octets = bytearray(draw(st.sampled_from(OCTETS)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(12, len(octets) - 1))
        octets[at] = draw(st.sampled_from(TELLING) | st.integers(0, 255))
    end = draw(st.integers(ALL_OF_IT, len(octets)) | st.just(len(octets)))
    return bytes(octets[:end]) + draw(st.binary(max_size=24))


@settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(some=st.lists(packets(), min_size=10, max_size=30))
def test_of_any_packet_both_see_the_same(bridge: Bridge, some: list[bytes]) -> None:
    for octets in some:
        assert seen(octets) == bridge.sees(octets), octets.hex()
