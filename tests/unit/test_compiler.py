"""From facts to flows: why each exists, who shares it, and what becomes of it when its rule fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.world import World
from weft.controller.compile.audience import Placed, here, wherever
from weft.controller.compile.compiler import Compiler
from weft.controller.compile.stage import Stage, stage
from weft.controller.compile.stages import STAGES
from weft.controller.compile.view import View
from weft.controller.flow.actions import Drop, Load, Output
from weft.controller.flow.entry import Entry
from weft.controller.flow.flow import flow
from weft.controller.flow.text import match_text, named, table_name
from weft.controller.model.commands import Create, Delete, ObserveInterfaces, Plug, Unplug, Update
from weft.controller.model.facts import Endpoint
from weft.controller.pipeline.core import CLASSIFY, CORE, DELIVER, SEGMENT

A, B, C = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"
DELIVER_A = "segment=1,port=1,community=0"


@pytest.fixture
def net() -> World:
    """Red has a on s1 and b on s2, with a cable between them."""
    return two_switches().compile()


def two_switches(stages: tuple[Stage, ...] = STAGES) -> World:
    net = World()
    net.compiler = Compiler(net.network, stages)
    net.switch("s1", ["e1", "e2"], ["f1"]).switch("s2", ["e1", "e2"], ["f1"]).link(("s1", "f1"), ("s2", "f1"))
    return net.segment("red").vif("a", "red", "s1", "e1", A).vif("b", "red", "s2", "e1", B)


def found(net: World, switch: str, table: str, match: str) -> Entry | None:
    """The flow of that table and match on a switch."""
    entries = {(table_name(e, CORE), match_text(e, CORE)): e for e in net.compiler.flows(switch).values()}
    return entries.get((table, match))


def why(net: World, switch: str, table: str, match: str) -> list[str]:
    """The reasons of that flow."""
    entry = found(net, switch, table, match)
    assert entry is not None
    return [str(reason) for reason in net.compiler.because(switch, entry.identity)]


def test_every_flow_can_say_why(net: World) -> None:
    for switch in net.switches():
        for identity, entry in net.compiler.flows(switch).items():
            assert net.compiler.because(switch, identity), named(entry, CORE)
            assert net.compiler.stage_of(entry) in {owner.stage.name for owner in net.compiler.owners(switch, identity)}


def test_a_flow_names_the_facts_that_it_was_decided_from(net: World) -> None:
    a = "attachment a, interface s1:e1, port a, segment red, switch s1, vif a"
    assert why(net, "s1", "deliver", DELIVER_A) == [f"deliver(a) because of {a}"]
    assert why(net, "s2", "forward", f"eth_dst={A},segment=1") == [f"forward(a) because of {a}"]
    assert why(net, "s1", "arrive", "vlan_vid=2") == ["arrive(red) because of segment red"]
    fabric = "interface s1:f1, interface s2:f1, link s1:f1~s2:f1, links *"
    transit = f"transit(red) because of {fabric}, members red, segment red, switch s1, switch s2"
    assert why(net, "s1", "transit", "plane=1,dest=2") == [transit]


def test_a_fact_that_a_flow_does_not_name_does_not_matter_to_it(net: World) -> None:
    """Whatever else happens, and whatever is deleted: only what it names can change a flow."""
    before = found(net, "s1", "deliver", DELIVER_A)
    net.do(Update("segment", "red", {"name": "other"}), Unplug("b"), Delete("vif", "b"), Delete("port", "b"))
    net.do(Delete("link", "s1:f1~s2:f1"), Delete("switch", "s2"), ObserveInterfaces("s1", {"e2": (9, True)}))
    assert found(net.compile(), "s1", "deliver", DELIVER_A) == before


def test_a_way_that_two_segments_share_survives_losing_one() -> None:
    """Segments 1 and 9 are on one plane, so their frames from s1 to s2 take the same flow."""
    net = two_switches()
    for n in range(2, 9):
        net.segment(f"other{n}")
    net.segment("blue").vif("c", "blue", "s1", "e2", C).vif("d", "blue", "s2", "e2", A).compile()
    way = ("s1", "transit", "plane=1,dest=2")
    assert [reason.split(" because")[0] for reason in why(net, *way)] == ["transit(blue)", "transit(red)"]
    net.do(Unplug("a"), Unplug("b")).compile()
    assert [reason.split(" because")[0] for reason in why(net, *way)] == ["transit(blue)"]
    net.do(Unplug("d")).compile()
    assert found(net, *way) is None


def test_a_vif_costs_as_many_steps_however_many_switches_carry_its_segment() -> None:
    def steps(leaves: int) -> int:
        net = World().switch("core", [], [f"f{n}" for n in range(leaves)]).segment("red")
        for n in range(leaves):
            net.switch(f"leaf{n}", ["e1", "e2"], ["up"]).link(("core", f"f{n}"), (f"leaf{n}", "up"))
            net.vif(f"v{n}", "red", f"leaf{n}", "e1", f"02:00:00:00:01:{n:02x}")
        net.compile().vif("new", "red", "leaf0", "e2", A)
        return len(list(net.compiler.settle()))

    assert steps(4) == steps(16)


def test_what_makes_no_difference_goes_no_further(net: World) -> None:
    assert changes(net)
    net.do(Update("vif", "a", {"description": "a web server"}))
    assert len(list(net.compiler.settle())) == 1, "more than where a sits was looked at"
    assert changes(net) == []


def changes(net: World) -> list[str]:
    """The switches that something is wanted otherwise of since the last time."""
    return [switch for switch in net.compiler.changed() if any(net.compiler.take_changes(switch))]


def test_a_switch_may_be_called_like_a_segment() -> None:
    net = World().switch("red", ["e1"], ["f1"]).switch("s2", ["e1"], ["f1"]).link(("red", "f1"), ("s2", "f1"))
    net.segment("red").vif("a", "red", "red", "e1", A).segment("blue").vif("c", "blue", "s2", "e1", C)
    net.do(Create("port", {"id": "b", "name": "b", "segment": "red"})).compile()
    assert found(net, "red", "classify", "in_port=1,vlan_vid=untagged") is not None
    on_s2 = [str(owner) for i in net.compiler.flows("s2") for owner in net.compiler.owners("s2", i)]
    assert not [owner for owner in on_s2 if owner.endswith("(a)") or owner == "base(red)"]


# rules that are not sound


@stage(id=200, per="port")
def fragile(view: View, port: str) -> Iterator[Placed]:
    """Wants a drop for the port, and fails while it is called broken."""
    seen = view.port(port)
    if seen is not None and seen.name == "broken":
        raise ZeroDivisionError("so it is")
    yield here("s1", flow(DELIVER, 7, Drop("isolated"), port=seen.number if seen is not None else 0))


def torn(view: View, segment: str) -> Iterator[str]:
    """Names s1, and fails while the segment is called broken."""
    seen = view.segment(segment)
    if seen is not None and seen.name == "broken":
        raise LookupError("so it is")
    yield "s1"


@stage(id=201, per="segment", each=torn)
def apart(view: View, segment: str, switch: str) -> Iterator[Placed]:
    """Wants a drop on each switch that ``torn`` names."""
    yield here(switch, flow(DELIVER, 8, Drop("isolated")))


def test_a_stage_that_fails_is_contained_and_wants_nothing() -> None:
    net = two_switches((*STAGES, fragile)).do(Update("port", "a", {"name": "broken"})).compile()
    assert net.compiler.complaints() == ["fragile(a) failed: ZeroDivisionError: so it is"]
    assert found(net, "s1", "deliver", "port=2") is not None, "b's flow went with a's"
    by_priority = sorted(e.priority for e in net.compiler.flows("s1").values() if e.table == DELIVER.id)
    assert by_priority == [0, 7, 100]
    net.do(Update("port", "a", {"name": "whole"})).compile()
    assert net.compiler.complaints() == []
    net.do(Update("port", "a", {"name": "broken"})).compile()
    assert len([e for e in net.compiler.flows("s1").values() if e.priority == 7]) == 1, "an older flow was left"


def test_a_failure_is_forgotten_with_its_subject() -> None:
    net = two_switches((*STAGES, fragile)).do(Update("port", "a", {"name": "broken"})).compile()
    net.do(Unplug("a"), Delete("port", "a")).compile()
    assert net.compiler.complaints() == []


def test_a_stage_that_does_not_know_whom_it_runs_for_is_contained_and_named() -> None:
    net = two_switches((*STAGES, apart)).compile()
    assert [e.priority for e in net.compiler.flows("s1").values() if e.priority == 8] == [8]
    net.do(Update("segment", "red", {"name": "broken"})).compile()
    assert net.compiler.complaints() == ["the pairs of apart(red) failed: LookupError: so it is"]
    assert [e.priority for e in net.compiler.flows("s1").values() if e.priority == 8] == []
    net.do(Update("segment", "red", {"name": "whole"})).compile()
    assert net.compiler.complaints() == []


@stage(id=204, per="vif")
def labels(view: View, vif: str) -> Iterator[Placed]:
    """Runs for VIFs, as no stage of the core does."""
    seen = view.vif(vif)
    if seen is not None and seen.switch is not None:
        yield here(seen.switch, flow(CLASSIFY, 6, Drop("tagged"), in_port=int(seen.mac[-2:], 16)))


def test_a_stage_may_run_for_any_kind_of_fact_also_after_a_restart() -> None:
    net = two_switches((labels,)).compile()
    again = Compiler(net.network, (labels,))
    for _ in again.settle():
        pass
    assert len(net.compiler.flows("s1")) == len(net.compiler.flows("s2")) == 1
    assert again.flows("s1") == net.compiler.flows("s1")


@stage(id=202, per="port")
def undeclared(view: View, port: str) -> Iterator[Placed]:
    """Writes what its table does not declare."""
    yield here("s1", flow(DELIVER, 7, Load(SEGMENT, 1)))


def test_a_flow_that_its_table_does_not_declare_never_reaches_a_switch() -> None:
    net = two_switches((undeclared,)).compile()
    assert net.compiler.flows("s1") == {}
    refusal = "Undeclared: table deliver does not declare that it writes segment"
    assert net.compiler.complaints() == [f"undeclared({port}) failed: {refusal}" for port in ("a", "b")]


@stage(id=203, per="port")
def claims(view: View, port: str) -> Iterator[Placed]:
    """Every port wants another flow in the same place."""
    seen = view.port(port)
    yield wherever("red", flow(CLASSIFY, 7, Output(seen.number if seen is not None else 0), in_port=5))


def test_rivals_are_complained_of() -> None:
    (complaint,) = two_switches((claims,)).compile().compiler.complaints()
    assert complaint.startswith("two owners want different entries at Identity(table=0, priority=7")


def test_two_stages_cannot_share_an_id(net: World) -> None:
    again = stage(id=16, per="port")(lambda view, port: iter(()))
    with pytest.raises(ValueError, match="share the id 16"):
        Compiler(net.network, (*STAGES, again))


def test_what_is_plugged_while_the_compiler_works_is_compiled_too(net: World) -> None:
    net.vif("c", "red", "s1", "e2", C)
    steps = net.compiler.settle()
    next(steps)
    net.do(Unplug("c"), Delete("port", "c"), Create("port", {"id": "c", "name": "c", "segment": "red"}), Plug("c", "c"))
    for _ in steps:
        pass
    assert net.compiler.settled
    port, end = net.network.port("c"), net.network.interface(Endpoint("s1", "e2"))
    assert port is not None
    assert end is not None
    entry = found(net, "s1", "deliver", f"segment=1,port={port.number},community=0")
    assert entry is not None
    assert named(entry, CORE).endswith(f"actions=output:{end.ofport}")
    assert found(net, "s1", "deliver", f"segment=1,port={port.number - 1},community=0") is None
