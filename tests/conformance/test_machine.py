"""The abstract machine says what the documents mean: who hears whom, and what nobody may grant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from weft.conformance.bed import Sent, apart, mark
from weft.conformance.histories import created, foundation, plugged, unplugged, updated
from weft.conformance.machine.hearing import judge
from weft.conformance.machine.record import Record
from weft.conformance.machine.rights import forbidden
from weft.conformance.octets.ethernet import BROADCAST, ethernet
from weft.conformance.steps import Step

PLACES = ("a", "b")
V1, V3 = "02:00:00:00:00:01", "02:00:00:00:00:03"


def lived(*steps: Step) -> Record:
    """What is on record after the foundation and these steps, all of them granted."""
    record = Record()
    for place in PLACES:
        record.note({"do": "create", "kind": "switch", "fields": {"id": place}})
        record.there |= {(place, "m1"), (place, "m2"), (place, "m3")}
    ends = {"a": {"switch": "a", "interface": "c"}, "b": {"switch": "b", "interface": "c"}}
    record.note({"do": "create", "kind": "link", "fields": {"id": "ab", **ends}})
    for step in (*foundation(PLACES), *steps):
        record.note(step.what, step.who)
    return record


def hearers(record: Record, by: str, to: str = BROADCAST, **more: Any) -> tuple[set[str], set[str]]:
    """Who must hear a frame, and who may."""
    there = record.society(more.pop("learning", ()))
    frame = ethernet(to, more.pop("source", there.stations[by].mac), 0x88B5, bytes(60))
    verdict = judge(there, there.stations[by], frame, **more)
    return set(verdict.must), set(verdict.may)


def test_a_segment_hears_its_own() -> None:
    assert hearers(lived(), "v1") == ({"v3"}, set())
    assert hearers(lived(), "v2") == ({"v4"}, set())
    assert hearers(lived(), "v1", V3) == ({"v3"}, set())
    assert hearers(lived(), "v1", "02:00:00:00:00:02") == (set(), set())


@pytest.mark.parametrize(
    "step",
    [
        unplugged("p3"),
        updated("port", "p3", admin_up=False),
        updated("port", "p1", admin_up=False),
        updated("segment", "s1", admin_up=False),
        updated("vif", "v3", switch=None, interface=None),
        updated("vif", "v3", switch="b", interface="never made"),
        updated("link", "ab", admin_up=False),
        updated("port", "p1", isolated="isolated"),
    ],
    ids=str,
)
def test_what_keeps_them_apart(step: Step) -> None:
    assert hearers(lived(step), "v1") == (set(), set())


def test_a_local_segment_stays_where_it_is() -> None:
    record = lived()
    record.of["segment"]["s1"]["transport"] = "local"
    assert hearers(record, "v1") == (set(), set())


def test_a_cable_that_is_out_leads_nowhere() -> None:
    record = lived()
    record.cut.add(0)
    assert hearers(record, "v1") == (set(), set())


def test_who_learns_may_send_what_is_for_the_unknown_to_all_whom_its_sender_reaches() -> None:
    record = lived(created("port", id="p9", name="p9", segment="s1"), updated("vif", "v4", mac="02:00:00:00:00:04"))
    record.note({"do": "unplug", "port": "p4"})
    record.note({"do": "plug", "port": "p9", "vif": "v4"})
    assert hearers(record, "v1", V3, learning=PLACES) == ({"v3"}, {"v4"})
    assert hearers(record, "v1", V3, learning=PLACES, learned={("s1", V3)}) == ({"v3"}, set())
    assert hearers(record, "v1", "02:00:00:00:77:77", learning=PLACES) == (set(), {"v3", "v4"})
    assert hearers(record, "v2", V3, learning=PLACES) == (set(), set())


def test_a_false_source_is_heard_by_nobody_unless_the_port_says_so() -> None:
    assert hearers(lived(), "v1", source=V3) == (set(), set())
    assert hearers(lived(updated("port", "p1", security="none")), "v1", source=V3) == ({"v3"}, set())


def refused() -> Iterator[tuple[str, Step]]:
    """What a project must never be granted."""
    yield "switch is the operator's", created("switch", "blue", id="c")
    yield "segment s1 is of project red", updated("segment", "s1", "blue", admin_up=False)
    yield "port p1 is of project red", updated("port", "p1", "blue", admin_up=False)
    yield "port p1 is of project red", unplugged("p1", "blue")
    yield "VIF v1 is of project red", plugged("p2", "v1", "blue")
    yield "segment s2 is of project blue", created("port", "red", id="p9", segment="s2")
    yield "would be of project red", created("port", "blue", id="p9", segment="s1", project="red")
    yield "trunk is the operator's", updated("port", "p1", "red", trunk=[{"tag": 5, "segment": "s2"}])
    yield "where a VIF is", updated("vif", "v1", "red", switch="b", interface="m3")
    yield "is not open to blue", plugged("p1", "v2", "blue")


@pytest.mark.parametrize(("why", "step"), [*refused()], ids=str)
def test_what_is_others_is_refused(why: str, step: Step) -> None:
    assert why in forbidden(lived(), step.who, step.what)
    assert forbidden(lived(), None, step.what) == ""


@pytest.mark.parametrize(
    "step", [created("port", "blue", id="p9", segment="s1"), updated("port", "p1", "red", admin_up=False)], ids=str
)
def test_what_is_ones_own_may_be_granted(step: Step) -> None:
    assert forbidden(lived(), step.who, step.what) == ""


def test_frames_are_told_apart_by_their_marks() -> None:
    one, other = (Sent("a", "m1", b"frame" + mark(n)) for n in (1, 2))
    heard = [Sent("b", "m1", b"tag" + other.frame), Sent("b", "m1", b"nobody's"), Sent("b", "m2", b"f" + mark(3))]
    assert apart([one, other], heard) == [[], [heard[0]]]
