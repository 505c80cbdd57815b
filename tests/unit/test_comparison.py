"""How a shadow differs from what is followed: in tables, in what becomes of frames, and in cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count

from tests.shadows import Shadowed
from weft.controller.comparison import Bounds, Comparison, size_of
from weft.controller.compile.audience import Placed, here
from weft.controller.compile.seats import seat
from weft.controller.compile.stage import stage
from weft.controller.compile.stages.base import base
from weft.controller.compile.stages.edge import forward
from weft.controller.compile.variant import Variant
from weft.controller.compile.view import View
from weft.controller.flow.actions import NEXT, Drop, Goto, Output
from weft.controller.flow.flow import Flow, flow
from weft.controller.model.commands import Create, Update
from weft.controller.model.traits import Subport
from weft.controller.pipeline.core import ADMIT, CLASSIFY, DELIVER, FLOOD, FORWARD
from weft.controller.rehearsal import CIRCLES, Fate

MDNS = "01:00:5e:00:00:fb"


@stage(id=210, per="port")
def quiet(view: View, port_id: str) -> Iterator[Placed]:
    """Multicast DNS does not leave a machine."""
    at = seat(view, port_id)
    if at is not None:
        yield here(at.switch, flow(ADMIT, 310, Drop("reserved"), source=at.port_number, eth_dst=MDNS))


@stage(id=17, per="port")
def admit(view: View, port_id: str) -> Iterator[Placed]:
    """Everybody may say anything."""
    at = seat(view, port_id)
    if at is not None:
        yield here(at.switch, flow(ADMIT, 100, NEXT, source=at.port_number))


@stage(id=211, per="port")
def doubled(view: View, port_id: str) -> Iterator[Placed]:
    """What is for the port of the number 1 leaves twice, and once more by the cable."""
    at = seat(view, port_id)
    if at is not None and at.port_number == 1:
        yield here(at.switch, flow(DELIVER, 500, Output(at.ofport), Output(at.ofport), Output(101), port=1))


def louder(view: View, switch: str) -> Iterator[Placed]:
    """As ``base``, but what is for nobody that is known is for everybody."""
    for audience, wish in base.run(view, switch):
        nobody = isinstance(wish, Flow) and wish.table == FORWARD and wish.priority == 0
        yield Placed(audience, flow(FORWARD, 0, Goto(FLOOD)) if nobody else wish)


loud = base._replace(run=louder)


@stage(id=212, per="switch")
def round_and_round(view: View, switch: str) -> Iterator[Placed]:
    """What comes in leaves by a cable, and what comes by a cable leaves by the other one."""
    for number, other in ((1, 101), (101, 102), (102, 101)):
        yield here(switch, flow(CLASSIFY, 500, Output(other), in_port=number))


def compared(variant: Variant, bounds: Bounds | None = None, net: Shadowed | None = None) -> Comparison:
    """How two switches with a VIF each would fare otherwise with that variant."""
    if net is None:
        net = Shadowed({"x": variant}).fabric()
    net.shade()
    shadow = net.service.shadows.get("x")
    assert shadow is not None
    assert shadow.settled
    found = Comparison(net.service.network, net.service.shadows.running, shadow, bounds or Bounds())
    for _ in found.work():
        pass
    return found


def fates(found: Comparison) -> Mapping[str, tuple[Fate, Fate]]:
    """What becomes of each frame that fares otherwise."""
    return {frame.what: (frame.before, frame.after) for frame in found.frames}


def test_the_same_stages_differ_in_nothing() -> None:
    found = compared(Variant((forward,)))
    assert (found.flows, found.changes.total(), found.frames, found.whole) == ([], 0, [], True)


def test_a_flow_that_is_added_is_told_with_its_switch_in_the_words_of_the_pipeline() -> None:
    found = compared(Variant((quiet,)))
    line = f"table=admit priority=310 match=eth_dst={MDNS},source={{}} actions=drop(admit:reserved)"
    assert found.flows == [
        ("s1", "added", "", line.format(1)),
        ("s2", "added", "", line.format(2)),
    ]


def test_a_flow_that_is_removed_or_changed_is_told_too() -> None:
    found = compared(Variant((admit,)))
    assert found.changes == {"added": 2, "removed": 2}
    without = compared(Variant(without=("deliver",)))
    assert without.changes["removed"] > 0
    assert without.changes["added"] == 0
    changed = compared(Variant((loud,)))
    (one,) = {(what, before, after) for _, what, before, after in changed.flows}
    assert one == (
        "changed",
        "table=forward priority=0 match=* actions=drop(forward:unknown-destination)",
        "table=forward priority=0 match=* actions=next:flood",
    )


def test_a_frame_that_fares_otherwise_is_told_with_who_hears_it() -> None:
    found = fates(compared(Variant((loud,))))
    assert found == {
        f"red: port {one} to an address that nobody has": (
            Fate((), ("forward:unknown-destination",)),
            Fate((), ("receive:not-its-address",)),
        )
        for one in ("a", "b")
    }


def test_what_is_let_in_wrongly_is_seen() -> None:
    found = fates(compared(Variant((admit,))))
    before, after = found["red: port a to all from the MAC of port b"]
    assert before == Fate((), ("admit:source-mac",))
    assert after == Fate(("vif b",), ())
    assert "red: port a from a MAC that nobody has" in found
    assert "red: port a to port b" not in found


def test_what_the_flows_that_differ_look_for_is_tried() -> None:
    found = fates(compared(Variant((quiet,))))
    assert found == {
        f"red: port {one} with eth_dst={MDNS}": (Fate((f"vif {other}",), ()), Fate((), ("admit:reserved",)))
        for one, other in (("a", "b"), ("b", "a"))
    }


def test_what_arrives_twice_or_goes_back_is_seen() -> None:
    found = fates(compared(Variant((doubled,))))
    assert found["red: port b to port a"][1].receivers == ("vif a", "vif a")


def test_a_frame_that_goes_round_for_ever_is_told_so() -> None:
    net = Shadowed({"x": Variant((round_and_round,))}).fabric(cables=2)
    found = fates(compared(Variant(), net=net))
    assert any(CIRCLES in after.reasons for _, after in found.values())
    assert not any(CIRCLES in before.reasons for before, _ in found.values())


def test_each_sort_of_frame_is_among_those_that_are_tried() -> None:
    net = Shadowed({"x": Variant(without=("classify",))}).fabric()
    net.do(Create("segment", {"id": "blue", "name": "blue", "project": "p"}))
    net.vif("c", "s1", "e2", "02:00:00:00:00:0c", fixed_ips=("10.0.0.3",), security="mac+ip")
    net.do(Update("port", "b", {"trunk": (Subport(7, "blue"),)}))
    tried = list(fates(compared(Variant(), net=net)))
    assert [told for told in tried if told.startswith("red: port c ")] == [
        "red: port c to all",
        "red: port c to an address that nobody has",
        "red: port c from a MAC that nobody has",
        "red: port c to all from the MAC of port a",
        "red: port c to port a from the address 198.51.100.1",
        "red: port c to all, an ARP request that says it is 198.51.100.1",
        "red: port c to all with tag 4094",
        *(told for told in tried if told.startswith("red: port c with ")),
        "red: port c to port a",
        "red: port c to port b",
    ]
    assert "blue: port b (tag 7) to all" in tried


def test_no_more_is_told_and_tried_than_was_asked_for() -> None:
    found = compared(Variant((admit,)), Bounds(flows=1, frames=10, told=1))
    assert (len(found.flows), found.changes.total()) == (1, 4)
    assert (found.tried, found.differing > 1, len(found.frames), found.whole) == (10, True, 1, False)
    assert compared(Variant((admit,))).whole


def test_the_cost_of_each_stage_is_told_for_both() -> None:
    net = Shadowed({"x": Variant((quiet,), without=("listen",))})
    ticks = count()
    net.service.shadows.clock = lambda: float(next(ticks))
    found = compared(Variant(), net=net.fabric())
    before, after = found.cost["quiet"]
    assert before is None
    assert after is not None
    entries = [e for s in ("s1", "s2") for e in net.service.shadows.by_name["x"].compiler.flows(s).values()]
    own = [entry for entry in entries if entry.stage == quiet.id]
    assert (after.flows, after.bytes) == (2, sum(map(size_of, own)))
    assert after.evaluations >= 2
    assert after.seconds >= after.evaluations, "a tick at least passes in each"
    assert found.cost["listen"][1] is None
    real, shadow = found.cost["forward"]
    assert real is not None
    assert shadow is not None
    assert (real.flows, real.bytes) == (shadow.flows, shadow.bytes)
