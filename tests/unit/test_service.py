"""The single writer: what it holds outlives it, and every switch is told what the facts want."""

from __future__ import annotations

import pytest

from tests.controller import Controller
from tests.switch import Switch
from weft.controller.model.commands import Create, Delete, ObserveInterfaces, ObserveLink, Update
from weft.controller.model.facts import Endpoint
from weft.controller.service import Refused
from weft.topologies.facts import commands, observations
from weft.topologies.leaf_spine import leaf_spine
from weft.topologies.ring import ring

E1 = Endpoint("s1", "e1")


@pytest.fixture
def net() -> Controller:
    """A ring of four switches with two tenants' hosts; all are served."""
    return Controller().do(*commands(ring(4, 2)), *observations(ring(4, 2))).serve()


@pytest.mark.parametrize("fabric", [ring(5, 3), leaf_spine(2, 3, 2)], ids=["ring", "leaf-spine"])
def test_a_restart_compiles_the_same_flows_bit_for_bit(fabric: object) -> None:
    net = Controller().do(*commands(fabric)).do(*observations(fabric)).serve()  # type: ignore[arg-type]
    again = Controller(net.store)
    for switch in net.everyone():
        assert again.service.compiler.flows(switch) == net.service.compiler.flows(switch)


def test_a_restart_tells_the_switches_nothing(net: Controller) -> None:
    again, heard = Controller(net.store), {name: switch.heard for name, switch in net.switches.items()}
    again.switches = net.switches
    again.serve()
    assert {name: switch.heard for name, switch in again.switches.items()} == heard
    assert all(again.service.switch_state(name) == (True, True, ()) for name in again.everyone())


def test_a_restart_repairs_what_was_changed_meanwhile(net: Controller) -> None:
    before = {name: dict(held) for name, held in net.held().items()}
    again = Controller(net.store)
    again.switches = net.switches
    del again.switches["s1"].held[min(again.switches["s1"].held)]
    again.do(Update("vif", "red1-eth0", {"description": "web"}))
    assert again.serve().held() == before


def test_nothing_is_told_before_the_model_is_compiled(net: Controller) -> None:
    net.submit(Create("switch", {"id": "s9", "dpid": 9}))
    assert net.service.progress("s9") is None
    assert not net.service.switch_state("s9").connected
    net.work().serve("s9")
    assert net.service.switch_state("s9") == (True, True, ())


def test_a_switch_that_the_model_does_not_know_has_no_progress(net: Controller) -> None:
    assert net.service.progress("s9") is None
    for ask in (net.service.switch_state, net.service.flows, net.service.request_audit):
        with pytest.raises(KeyError):
            ask("s9")
    net.service.meet_unknown(0x99, "192.0.2.9")
    net.service.meet_unknown(0x77, "192.0.2.7")
    assert net.service.unknown_switches() == [(0x77, "192.0.2.7"), (0x99, "192.0.2.9")]
    net.service.forget_unknown(0x77)
    net.service.forget_unknown(0x55)
    assert net.service.unknown_switches() == [(0x99, "192.0.2.9")]


def test_the_switches_that_have_something_to_do_are_woken(net: Controller) -> None:
    woken: set[str] = set()
    net.service.on_wake = woken.add
    net.do(Update("vif", "red1-eth0", {"description": "web"}))
    assert woken == set()
    net.do(ObserveInterfaces("s2", {"s2-eth3": (30, True)}))
    assert woken == {"s2"}, "a host of s2 is at another port"


def test_work_is_announced_and_may_be_done_in_slices(net: Controller) -> None:
    announced: list[int] = []
    net.service.on_work = lambda: announced.append(net.service.network.revision)
    net.submit(Update("vif", "red1-eth0", {"mac": "02:00:00:00:07:07"}))
    assert announced == [net.service.network.revision]
    work = net.service.work()
    next(work)
    net.submit(Update("vif", "red1-eth0", {"mac": "02:00:00:00:08:08"}))
    assert not net.service.compiled
    for _ in work:
        pass
    assert net.service.compiled
    everyone = net.serve().held()
    assert everyone == Controller(net.store).serve().held()
    assert any(bytes.fromhex("020000000808") in identity.match for identity in everyone["s3"])
    assert not any(bytes.fromhex("020000000707") in identity.match for identity in everyone["s3"])


def test_a_switch_that_leaves_the_model_is_left_alone(net: Controller) -> None:
    net.do(Create("switch", {"id": "s9", "dpid": 9})).serve("s9")
    held, progress, woken = dict(net.switches["s9"].held), net.service.progress("s9"), []
    net.service.on_wake = woken.append
    net.do(Delete("switch", "s9"))
    assert "s9" in woken
    assert (net.service.progress("s9"), net.switches["s9"].held) == (None, held)
    net.do(Create("switch", {"id": "s9", "dpid": 10}))
    assert net.service.progress("s9") is not progress
    assert net.serve("s9").service.switch_state("s9").settled


def test_a_link_is_up_when_both_ends_carry_it(net: Controller) -> None:
    link = "s1:s1-eth1~s2:s2-eth1"
    assert net.service.link_up(link)
    for change, undo in (
        (Update("link", link, {"admin_up": False}), Update("link", link, {"admin_up": True})),
        (ObserveInterfaces("s2", {"s2-eth1": (1, False)}), ObserveInterfaces("s2", {"s2-eth1": (1, True)})),
        (ObserveInterfaces("s1", {}, gone=("s1-eth1",)), ObserveInterfaces("s1", {"s1-eth1": (1, True)})),
    ):
        assert not net.do(change).service.link_up(link)
        assert net.do(undo).service.link_up(link)
    with pytest.raises(KeyError):
        net.service.link_up("s1:x~s2:y")


def test_what_is_observed_holds_even_when_it_cannot_be_kept(net: Controller) -> None:
    net.store.full = True
    revision = net.service.network.revision
    assert net.service.observe(ObserveInterfaces("s1", {"s1-eth3": (33, True)})) is False
    assert net.work().serve().status("red1") == ("ACTIVE", "")
    assert (net.service.network.revision, net.store.revision) == (revision, revision)
    net.store.full = False
    assert net.service.observe(ObserveInterfaces("s1", {"s1-eth4": (34, True)})) is True
    again = Controller(net.store)
    assert again.service.network.interface(Endpoint("s1", "s1-eth3")) == net.service.network.interface(
        Endpoint("s1", "s1-eth3")
    )
    assert again.serve().held() == net.work().serve().held()


def test_what_was_observed_is_kept_with_the_next_command(net: Controller) -> None:
    net.store.full = True
    net.service.observe(ObserveInterfaces("s1", {"s1-eth3": (33, True)}))
    net.service.observe(ObserveInterfaces("s1", {"s1-eth3": (35, True)}))
    net.store.full = False
    net.submit(Update("vif", "red1-eth0", {"description": "web"}))
    kept = Controller(net.store).service.network.interface(Endpoint("s1", "s1-eth3"))
    assert kept is not None
    assert kept.ofport == 35


def test_what_is_observed_and_cannot_be_is_refused(net: Controller) -> None:
    with pytest.raises(Refused, match="there is no switch 's9'"):
        net.service.observe(ObserveInterfaces("s9", {}))
    with pytest.raises(Refused, match="not declared as a fabric interface"):
        net.service.observe(ObserveLink(Endpoint("s1", "s1-eth3"), Endpoint("s2", "s2-eth3")))
    assert net.service.observe(ObserveInterfaces("s1", {})) is True, "nothing has changed, so nothing need be kept"


def test_a_switch_may_be_replaced_by_another_one(net: Controller) -> None:
    """The new one has nothing; it is told all, and nothing that the old one still says or loses concerns it."""
    heard = {name: switch.heard for name, switch in net.switches.items() if name != "s1"}
    held = dict(net.switches["s1"].held)
    progress = net.service.progress("s1")
    assert progress is not None
    net.do(Update("switch", "s1", {"dpid": 0x99}))
    net.switches["s1"] = Switch()
    net.serve()
    progress.disconnect()
    assert net.service.switch_state("s1") == (True, True, ())
    assert net.switches["s1"].held == held
    assert {name: switch.heard for name, switch in net.switches.items() if name != "s1"} == heard
