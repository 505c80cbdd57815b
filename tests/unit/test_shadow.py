"""Shadows: stages that are compiled beside the real ones, on the same facts, and that no switch is told of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.shadows import VARIANTS, Shadowed, closed
from weft.controller.compile.audience import Placed, here
from weft.controller.compile.seats import seat
from weft.controller.compile.stage import stage
from weft.controller.compile.stages import STAGES
from weft.controller.compile.stages.edge import forward
from weft.controller.compile.variant import Variant, bounded, variant_of
from weft.controller.compile.view import View
from weft.controller.extension import Extension, Inserted, compose
from weft.controller.flow.actions import NEXT, Drop
from weft.controller.flow.flow import flow
from weft.controller.model.commands import Promote, Update
from weft.controller.model.rights import MEMBER, OPERATOR, Caller
from weft.controller.pipeline.core import CORE, DELIVER, PORT
from weft.controller.pipeline.schema import Table
from weft.controller.service import Refused, Service
from weft.controller.shadow import Shadows


@stage(id=202, per="switch")
def endless(view: View, switch: str) -> Iterator[Placed]:
    """Never has enough."""
    while True:
        yield here(switch, flow(DELIVER, 500, Drop("isolated")))


@stage(id=203, per="switch")
def leaving(view: View, switch: str) -> Iterator[Placed]:
    """Ends the program, if it is let."""
    raise SystemExit(1)
    yield


@pytest.fixture
def net() -> Shadowed:
    return Shadowed().fabric().shade()


def wanted(net: Shadowed, name: str) -> dict[str, set[str]]:
    """The priorities of the deliver table that a set of stages wants, by switch."""
    found = net.service.shadows.get(name)
    assert found is not None
    return {
        s: {str(e.priority) for e in found.compiler.flows(s).values() if e.table == DELIVER.id} for s in ("s1", "s2")
    }


def holds(net: Shadowed, switch: str) -> bool:
    """Whether a switch holds what is followed, but for names, which no switch knows."""
    flows = net.service.compiler.flows(switch)
    return net.held()[switch] == {identity: entry._replace(name="") for identity, entry in flows.items()}


def test_a_shadow_wants_its_own_and_no_switch_is_told(net: Shadowed) -> None:
    net.serve()
    before = net.held()
    assert all("500" in priorities for priorities in wanted(net, "closed").values())
    assert all("500" not in priorities for priorities in wanted(net, "core").values())
    net.shade().serve()
    assert net.held() == before


def test_a_shadow_follows_the_facts_and_ends_where_it_would_from_nothing(net: Shadowed) -> None:
    net.vif("c", "s1", "e2", "02:00:00:00:00:0c")
    found = net.service.shadows.get("closed")
    assert found is not None
    assert not found.settled
    net.shade()
    assert found.settled
    again = Shadows(net.service.network, VARIANTS)
    for _ in again.work():
        pass
    fresh = again.get("closed")
    assert fresh is not None
    for switch in ("s1", "s2"):
        assert found.compiler.flows(switch) == fresh.compiler.flows(switch)


def test_the_real_stages_are_worked_first(net: Shadowed) -> None:
    """``work`` never touches a shadow, so that no shadow can hold up what switches are told."""
    net.submit(Update("port", "a", {"admin_up": False}))
    net.work()
    assert net.service.compiled
    assert not any(shadow.settled for shadow in net.service.shadows.by_name.values())


def test_a_failure_in_a_shadow_is_contained_and_told(net: Shadowed) -> None:
    net.do(Update("port", "a", {"name": "broken"})).shade()
    found = net.service.shadows.get("fragile")
    assert found is not None
    assert found.compiler.complaints() == ["fragile(a) failed: ZeroDivisionError: so it is"]
    assert net.service.compiler.complaints() == []
    assert not found.given_up


@pytest.mark.parametrize(
    ("guilty", "told"),
    [(leaving, "SystemExit: 1"), (endless, "")],
)
def test_a_shadow_that_would_end_or_fill_everything_does_neither(
    monkeypatch: pytest.MonkeyPatch, guilty: object, told: str
) -> None:
    monkeypatch.setattr("weft.controller.compile.variant.MOST_WISHES", 1000)
    net = Shadowed({"bad": variant_of(guilty)}).fabric().shade()
    found = net.service.shadows.get("bad")
    assert found is not None
    assert found.given_up == told
    if not told:
        assert "it wants more than 1" in found.compiler.complaints()[0]
    assert net.serve().status("a") == ("ACTIVE", "")


def test_a_shadow_beyond_its_budget_is_given_up_and_says_so() -> None:
    net = Shadowed({"closed": VARIANTS["closed"]}).fabric()
    net.service.shadows.budget = 5
    net.shade()
    found = net.service.shadows.get("closed")
    assert found is not None
    assert found.given_up == "it has not caught up within its budget of 5 evaluations"
    assert found.compiler.flows("s1") == {}
    net.do(Update("port", "a", {"admin_up": False})).shade()
    assert not found.settled


# what a variant may be


@pytest.mark.parametrize(
    ("variant", "said"),
    [
        (Variant(), "it names no stage, so it would be the real ones"),
        (Variant((closed, closed)), "it names a stage twice"),
        (Variant(without=("nothing",)), "there is no real stage 'nothing' to leave out; there are account, address"),
        (Variant((forward,), without=("forward",)), "it brings stage 'forward', and leaves it out"),
        (Variant((closed._replace(id=16),)), "stages 'classify' and 'closed' share the id 16"),
        (Variant((closed._replace(id=256),)), "the id of stage 'closed' must be from 1 to 255, not 256"),
    ],
)
def test_a_variant_that_cannot_be_says_why(variant: Variant, said: str) -> None:
    shadows = Shadowed({"x": variant}).service.shadows
    assert shadows.unusable["x"].startswith(said)
    assert shadows.get("x") is None


def test_a_variant_replaces_adds_and_leaves_out_in_the_order_of_the_real_ones() -> None:
    other = forward._replace(run=closed.run)
    found = Variant((closed, other), without=("listen",)).applied(STAGES)
    names = [stage.name for stage in STAGES if stage.name != "listen"]
    assert [stage.name for stage in found] == [*names, "closed"]
    assert found[names.index("forward")] is other


@pytest.mark.parametrize("given", [closed, (closed,), [closed], lambda: closed, lambda: Variant((closed,))])
def test_a_variant_may_be_written_down_in_several_ways(given: object) -> None:
    assert variant_of(given).stages == (closed,)


@pytest.mark.parametrize("given", [None, 5, (), (5,), "closed"])
def test_what_is_no_variant_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match="it must be a Variant, a stage or a tuple of stages"):
        variant_of(given)


def test_what_is_bounded_wants_the_same() -> None:
    assert bounded(forward).name == "forward"
    assert bounded(forward).run.__doc__ == forward.run.__doc__


GATE = Table("gate", 100, matches=(PORT,), doc="A table of an extension.")


@stage(id=70, per="port")
def gate(view: View, port_id: str) -> Iterator[Placed]:
    """What is for a port passes the gate by a flow of its own."""
    at = seat(view, port_id)
    if at is not None:
        yield here(at.switch, flow(GATE, 5, NEXT, port=at.port_number))


@stage(id=70, per="port")
def wider(view: View, port_id: str) -> Iterator[Placed]:
    """As the gate, but writes where only the core may."""
    yield here("s1", flow(DELIVER, 5, Drop("isolated")))


def test_a_shadow_may_differ_in_the_stages_of_an_extension_whose_bounds_hold_there_too() -> None:
    gates = Extension(
        "Gates", "gates", "For tests.", "2012-10-01T00:00:00Z", tables=(Inserted(GATE, before="receive"),)
    )
    composed = compose(CORE, STAGES, gates._replace(stages=(gate,)))
    variants = {"open": Variant(without=("gate",)), "wider": Variant((wider._replace(name="gate"),))}
    net = Shadowed(variants)
    net.service = Service(net.store, composed=composed, variants=variants)
    net.work().fabric().shade()

    def gates_of(name: str) -> int:
        found = net.service.shadows.get(name)
        assert found is not None
        return sum(entry.stage == gate.id for entry in found.compiler.flows("s1").values())

    assert (gates_of("core"), gates_of("open"), gates_of("wider")) == (1, 0, 0)
    found = net.service.shadows.get("wider")
    assert found is not None
    assert "writes to table deliver, which is not its own" in found.compiler.complaints()[0]


# promotion


def test_a_promoted_shadow_is_what_the_switches_are_told(net: Shadowed) -> None:
    net.serve()
    assert net.status("a") == ("ACTIVE", "")
    net.do(Promote("closed"))
    assert net.service.shadows.running.name == "closed"
    assert net.status("a") == ("BUILD", "switch s1 has not acknowledged it yet")
    net.serve()
    assert {e.priority for e in net.held()["s1"].values() if e.table == DELIVER.id} >= {500}
    assert holds(net, "s1")
    assert net.status("a") == ("ACTIVE", "")


def test_what_was_followed_before_is_a_shadow_and_can_be_followed_again_at_once(net: Shadowed) -> None:
    net.serve()
    before = {name: dict(held) for name, held in net.held().items()}
    net.do(Promote("closed")).serve()
    core = net.service.shadows.get("core")
    assert core is not None
    assert core is not net.service.shadows.running
    assert core.settled
    net.do(Promote("core")).serve()
    assert net.held() == before


def test_promotion_waits_for_a_shadow_that_has_not_caught_up() -> None:
    net = Shadowed().fabric()
    net.do(Promote("closed"))
    assert net.service.shadows.running.name == "core"
    net.shade()
    assert net.service.shadows.running.name == "closed"


def test_promoting_the_same_stages_sends_nothing(net: Shadowed) -> None:
    net.serve()
    net.do(Promote("same"))
    assert all(state.settled for state in map(net.service.switch_state, ("s1", "s2")))


def test_a_change_that_comes_after_a_promotion_is_told_too(net: Shadowed) -> None:
    net.serve().do(Promote("closed"), Update("port", "a", {"admin_up": False})).shade().serve()
    assert holds(net, "s1")


def test_a_promotion_outlives_a_restart(net: Shadowed) -> None:
    net.serve().do(Promote("closed")).serve()
    again = Shadowed(store=net.store)
    again.switches = net.switches
    assert again.service.shadows.running.name == "closed"
    progress = again.service.progress("s1")
    assert progress is not None
    progress.connect()
    assert progress.audited(net.held()["s1"].values()).clean, "the restart would send something"


def test_a_promoted_set_that_is_gone_leaves_the_real_stages_and_is_missed(net: Shadowed) -> None:
    net.do(Promote("closed"))
    again = Shadowed({"same": VARIANTS["same"]}, net.store)
    assert (again.service.shadows.running.name, again.service.shadows.missing) == ("core", "closed")
    again.do(Promote("core"))
    assert again.service.shadows.missing == ""


def test_promotion_is_the_operators_and_is_logged(net: Shadowed) -> None:
    with pytest.raises(Refused, match="which stages the switches follow is the operator's to say"):
        net.service.submit([Promote("closed")], Caller("p", MEMBER, False, 0, user="ann"))
    net.service.submit([Promote("closed")], OPERATOR._replace(user="olga"))
    lines = [
        (record.user, record.action, record.kind, record.id, record.outcome) for _, record in net.service.records({})
    ]
    assert ("olga", "promote", "shadow", "closed", "done") in lines
    assert ("ann", "promote", "shadow", "closed", "forbidden") in lines


def test_a_name_that_cannot_be_is_refused(net: Shadowed) -> None:
    with pytest.raises(Refused, match="shadow: must be"):
        net.submit(Promote(""))
