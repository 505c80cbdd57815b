"""A port is ACTIVE by evidence alone; whatever else it is, it says why."""

from __future__ import annotations

import pytest

from tests.controller import Controller
from tests.switch import nothing
from tests.unit.test_compiler import fragile
from weft.controller.compile.compiler import Compiler
from weft.controller.compile.stages import STAGES
from weft.controller.model.commands import Create, Delete, ObserveInterfaces, Plug, Unplug, Update
from weft.controller.model.traits import Subport
from weft.controller.pipeline.core import CORE
from weft.controller.sync.plan import Removal

A, B, C = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"
ACTIVE = ("ACTIVE", "")
DELIVERS = "segment=1,port={},community=0"


def vif(name: str, segment: str, switch: str, interface: str, mac: str) -> tuple[Create, Create, Plug]:
    """A VIF at an interface, plugged into a port of its own."""
    port = Create("port", {"id": name, "name": name, "segment": segment})
    return port, Create("vif", {"id": name, "mac": mac, "switch": switch, "interface": interface}), Plug(name, name)


@pytest.fixture
def net() -> Controller:
    """Three switches in a row; red has a at one end and b at the other. No switch has connected yet."""
    net = Controller()
    for dpid, (name, cables) in enumerate({"s1": ("f1",), "s2": ("f1", "f2"), "s3": ("f1",)}.items(), 1):
        interfaces = {n: (number, True) for number, n in enumerate(("e1", "e2", *cables), 1)}
        net.do(Create("switch", {"id": name, "dpid": dpid, "fabric_interfaces": cables}))
        net.do(ObserveInterfaces(name, interfaces))
    for a, b in ((("s1", "f1"), ("s2", "f1")), (("s2", "f2"), ("s3", "f1"))):
        net.do(Create("link", {"a": a, "b": b}))
    net.do(Create("segment", {"id": "red", "name": "red", "project": "p"}))
    return net.do(*vif("a", "red", "s1", "e1", A), *vif("b", "red", "s3", "e1", B))


def test_a_port_is_active_when_every_switch_on_the_way_has_acknowledged_it(net: Controller) -> None:
    assert net.status("a") == ("DOWN", "switch s1 is not connected, and goes on with what it has")
    net.serve("s1")
    assert net.status("a") == ("BUILD", "switch s2 has not said yet what it holds")
    net.serve("s3")
    assert net.status("b") == ("BUILD", "switch s2 has not said yet what it holds")
    net.serve("s2")
    assert (net.status("a"), net.status("b")) == (ACTIVE, ACTIVE)


def test_whoever_asks_of_many_ports_learns_the_same(net: Controller) -> None:
    settled: set[str] = set()
    net.serve("s1", "s2")
    assert net.service.port_status("a", settled) == net.service.port_status("a")
    assert settled == {"s1", "s2"}, "s3 has not said yet what it holds"
    net.serve("s3")
    assert (net.service.port_status("a", settled), net.service.port_status("b", settled)) == (ACTIVE, ACTIVE)
    assert settled == {"s1", "s2", "s3"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (Update("port", "a", {"admin_up": False}), "the port is administratively down"),
        (Update("segment", "red", {"admin_up": False}), "the segment is administratively down"),
        (Unplug("a"), "no VIF is plugged in"),
        (Update("vif", "a", {"switch": None, "interface": None}), "the VIF is nowhere yet"),
        (Update("vif", "a", {"interface": "e9"}), "switch s1 has no interface e9"),
        (ObserveInterfaces("s1", {"e1": (1, False)}), "interface e1 of s1 is down or shut"),
    ],
)
def test_a_port_that_is_down_says_why(net: Controller, change: Update, reason: str) -> None:
    net.serve().do(change).serve()
    assert net.status("a") == ("DOWN", reason)


def test_a_port_that_does_not_exist_has_no_status(net: Controller) -> None:
    with pytest.raises(KeyError):
        net.status("x")


@pytest.mark.parametrize(
    "change",
    [
        Update("port", "a", {"name": "web"}),
        Update("segment", "red", {"name": "rouge"}),
        Update("vif", "a", {"mac": C}),
        ObserveInterfaces("s1", {"e1": (9, True)}),
    ],
)
def test_what_is_not_compiled_yet_is_not_proven(net: Controller, change: Update) -> None:
    net.serve().submit(change)
    assert net.status("a") == ("BUILD", "the change is being compiled")
    assert net.work().serve().status("a") == ACTIVE


def test_a_trunk_is_proven_on_each_of_its_segments(net: Controller) -> None:
    net.do(Create("segment", {"id": "blue", "name": "blue", "project": "p"}))
    net.do(*vif("far", "blue", "s2", "e1", B))
    net.serve().submit(Update("port", "a", {"trunk": (Subport(7, "blue"),)}))
    assert net.status("a") == ("BUILD", "the change is being compiled")
    net.work().serve("s1", "s3")
    assert net.status("a") == ("BUILD", "switch s2 has not acknowledged it yet")
    assert net.serve().status("a") == ACTIVE
    net.submit(Update("segment", "blue", {"security": "mac"}))
    assert net.status("a") == ("BUILD", "the change is being compiled")
    assert net.status("b") == ACTIVE
    assert net.work().serve().status("a") == ACTIVE


def test_what_is_compiled_for_others_is_nothing_to_a_port(net: Controller) -> None:
    net.serve().submit(Update("port", "b", {"name": "web"}))
    assert net.status("a") == ACTIVE


def test_a_switch_that_nobody_has_met_proves_nothing_while_others_are_compiled(net: Controller) -> None:
    restarted = Controller(net.store)
    restarted.serve("s1").submit(Create("segment", {"id": "blue", "name": "blue", "project": "p"}))
    assert restarted.status("a")[0] == "BUILD"


def test_what_has_not_been_acknowledged_is_not_proven(net: Controller) -> None:
    net.serve().do(Update("vif", "b", {"mac": C}))
    assert net.status("b") == ("BUILD", "switch s1 has not acknowledged it yet")
    net.serve("s1")
    assert net.status("b") == ("BUILD", "switch s2 has not acknowledged it yet")
    assert net.status("a") == ACTIVE, "a's flows are where they were"
    assert net.serve().status("b") == ACTIVE


def test_what_is_on_its_way_is_not_proven_even_where_it_was_taken_back(net: Controller) -> None:
    net.serve().do(Update("port", "a", {"admin_up": False}))
    progress = net.service.progress("s1")
    assert progress is not None
    batch = progress.next_batch()
    assert batch is not None
    assert any(isinstance(message, Removal) for message in batch.messages)
    net.do(Update("port", "a", {"admin_up": True}))
    assert net.status("a")[0] == "BUILD", "a's flows are being taken away at this moment"
    progress.acknowledged(batch, net.switches["s1"].take(batch))
    assert net.serve().status("a") == ACTIVE


def test_what_a_switch_holds_itself_must_be_proven_too(net: Controller) -> None:
    net.serve().do(ObserveInterfaces("s2", {"f1": (7, True)}))
    assert net.status("a")[0] == "BUILD", "s2 does not know yet where frames of the fabric come in"
    assert net.serve().status("a") == ACTIVE


def test_a_refused_flow_is_the_error_of_its_port_and_of_no_other(net: Controller) -> None:
    net.serve().do(*vif("c", "red", "s1", "e2", C))
    net.switches["s2"].refuses = lambda entry: bytes.fromhex(C.replace(":", "")) in entry.match
    net.serve()
    assert net.status("c") == ("ERROR", "switch s2 refused a flow: no such port")
    assert (net.status("a"), net.status("b")) == (ACTIVE, ACTIVE)
    state = net.service.switch_state("s2")
    assert state.problems == (f"refused forward eth_dst={C},segment=1: no such port",)
    assert not state.settled
    net.switches["s2"].refuses = nothing
    net.service.request_audit("s2")
    assert net.serve().status("c") == ACTIVE
    assert net.service.switch_state("s2") == (True, True, ())


def test_a_name_is_nothing_to_another_kind(net: Controller) -> None:
    """A refused flow of the switch s1 itself is no error of a port on s3 that is called s1 as well."""
    net.do(Create("segment", {"id": "blue", "name": "blue", "project": "p", "transport": "local"}))
    net.do(*vif("s1", "blue", "s3", "e2", A)).serve()
    net.switches["s1"].refuses = lambda entry: True
    net.do(ObserveInterfaces("s1", {"f1": (8, True)})).serve()
    assert net.status("a")[0] == "ERROR"
    assert net.status("s1") == ACTIVE


def test_a_port_whose_rule_fails_says_so(net: Controller) -> None:
    net.service.compiler = Compiler(net.service.network, (*STAGES, fragile))
    net.work().serve().do(Update("port", "a", {"name": "broken"})).serve()
    assert net.status("a") == ("ERROR", "fragile(a) failed: ZeroDivisionError: so it is")
    assert net.status("b") == ACTIVE


def test_a_lost_connection_is_down_here_and_unproven_at_the_far_end(net: Controller) -> None:
    net.serve()
    progress = net.service.progress("s1")
    assert progress is not None
    progress.disconnect()
    assert net.status("a") == ("DOWN", "switch s1 is not connected, and goes on with what it has")
    assert net.status("b") == ("BUILD", "switch s1 has not said yet what it holds"), "what s1 holds now is not proven"
    progress.connect()
    assert net.status("b") == ("BUILD", "switch s1 has not said yet what it holds")
    assert net.serve().status("b") == ACTIVE


def test_a_segment_that_crosses_a_switch_no_more_does_not_wait_for_it(net: Controller) -> None:
    net.serve("s1")
    net.do(Unplug("b"))
    assert net.serve("s1").status("a") == ACTIVE
    net.do(Delete("port", "b"))
    assert net.status("a") == ACTIVE


def test_flows_say_what_they_are_why_and_how_far(net: Controller) -> None:
    net.serve("s1").do(*vif("c", "red", "s1", "e2", C))
    reports = {(r.table, r.match): r for r in net.service.flows("s1")}
    mine, other = reports["deliver", DELIVERS.format(3)], reports["deliver", DELIVERS.format(1)]
    assert (mine.state, other.state) == ("pending", "installed")
    assert (mine.stage, mine.actions, mine.priority) == ("deliver", "output:2", 100)
    assert mine.reasons[0].startswith("deliver(c) because of attachment c, interface s1:e2,")
    assert reports["drop", "source=3,reason=11"].name == "admit:source-mac"
    order = [(CORE.table_by_name[r.table].id, -r.priority) for r in net.service.flows("s1")]
    assert order == sorted(order)
