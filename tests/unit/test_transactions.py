"""All commands of a transaction are done, durably, or none of them is."""

from __future__ import annotations

import pytest

from tests.answers import Answers, answers
from tests.controller import Controller
from tests.stores import MemoryStore
from weft.controller.contracts import StoreUnavailable
from weft.controller.model.commands import (
    Create,
    Delete,
    ObserveInterfaces,
    ObserveLink,
    Plug,
    Unplug,
    Update,
)
from weft.controller.model.extent import MOST_ENTRIES
from weft.controller.model.facts import KINDS, Endpoint, Fact, Key, key_of
from weft.controller.service import Refused, Service

A = "02:00:00:00:00:0a"
F1, FAR = Endpoint("s1", "f1"), Endpoint("s2", "f1")
FOUNDATION = (
    Create("switch", {"id": "s1", "dpid": 1, "fabric_interfaces": ("f1",)}),
    Create("switch", {"id": "s2", "dpid": 2, "fabric_interfaces": ("f1",)}),
    ObserveInterfaces("s1", {"e1": (1, True), "f1": (2, True)}),
    ObserveInterfaces("s2", {"e1": (1, True), "f1": (2, True)}),
    Create("link", {"a": F1, "b": FAR}),
    Create("segment", {"id": "red", "name": "red", "project": "p"}),
    Create("port", {"id": "a", "name": "a", "segment": "red"}),
    Create("vif", {"id": "a", "mac": A, "switch": "s1", "interface": "e1"}),
    Plug("a", "a"),
)
# Every sort of change there is, then one that cannot be.
UPHEAVAL = (
    Create("segment", {"id": "blue", "name": "blue", "project": "p"}),
    Unplug("a"),
    Update("vif", "a", {"switch": "s2", "mac": "02:00:00:00:00:0b"}),
    Create("port", {"id": "b", "name": "b", "segment": "blue"}),
    Plug("b", "a"),
    Delete("port", "a"),
    Delete("segment", "red"),
    Delete("link", "s1:f1~s2:f1"),
    ObserveLink(F1, FAR),
    ObserveInterfaces("s1", {"f1": (1, True), "new": (2, False)}, whole=True),
    Update("switch", "s2", {"dpid": 22}),
)
LAST = Plug("b", "nobody")


@pytest.fixture
def net() -> Controller:
    return Controller().do(*FOUNDATION).serve()


def facts(service: Service) -> dict[Key, Fact]:
    """All facts that hold, by kind and id."""
    return {key_of(fact): fact for kind in KINDS for fact in service.network.of_kind(kind)}


def all_answers(service: Service) -> Answers:
    """All that the network says of what there is before and after the upheaval."""
    after = Controller().do(*FOUNDATION).do(*UPHEAVAL).service
    return answers(service.network, {*facts(service).values(), *facts(after).values()})


def test_a_transaction_is_one_revision(net: Controller) -> None:
    before = net.service.network.revision
    net.do(*UPHEAVAL)
    assert net.service.network.revision == net.store.revision == before + 1
    assert net.service.network.vif("a").revision == before + 1  # type: ignore[union-attr]


def test_what_each_command_made_or_changed_is_returned(net: Controller) -> None:
    blue, unplugged, vif, port, plugged, *_ = net.submit(*UPHEAVAL)
    network = net.service.network
    assert blue == network.segment("blue")
    assert unplugged is None
    assert vif == network.vif("a")
    assert port == plugged == network.port("b")
    assert net.submit(Delete("link", "s1:f1~s2:f1"), Create("link", {"a": FAR, "b": F1})) == [
        None,
        network.link("s1:f1~s2:f1"),
    ]


def test_what_was_granted_is_in_the_store(net: Controller) -> None:
    net.do(*UPHEAVAL)
    again = Service(net.store)
    assert facts(again) == facts(net.service)
    assert again.network.revision == net.service.network.revision


def test_a_refused_transaction_leaves_no_trace(net: Controller) -> None:
    service, held = net.service, {name: dict(table) for name, table in net.held().items()}
    before, said, revision = facts(service), all_answers(service), service.network.revision
    with pytest.raises(Refused, match="there is no vif 'nobody'") as refused:
        net.submit(*UPHEAVAL, LAST)
    assert refused.value.index == len(UPHEAVAL)
    assert (refused.value.refusal.reason, refused.value.refusal.field) == ("not-found", "vif")
    assert facts(service) == before == net.store.facts
    assert all_answers(service) == said
    assert service.network.revision == net.store.revision == revision
    assert net.work().serve().held() == held


def test_a_store_that_takes_nothing_leaves_no_trace(net: Controller) -> None:
    service, heard = net.service, [switch.heard for switch in net.switches.values()]
    before, said = facts(service), all_answers(service)
    net.store.full = True
    with pytest.raises(StoreUnavailable, match="the disk is full"):
        net.submit(*UPHEAVAL)
    assert facts(service) == before
    assert all_answers(service) == said
    net.work().serve()
    assert [switch.heard for switch in net.switches.values()] == heard, "a switch was told of what is not durable"
    net.store.full = False
    net.do(*UPHEAVAL)
    assert facts(service) == net.store.facts


def test_what_follows_a_refused_transaction_is_as_if_it_had_never_been(net: Controller) -> None:
    other = Controller(MemoryStore()).do(*FOUNDATION).serve()
    with pytest.raises(Refused):
        net.submit(*UPHEAVAL, LAST)
    assert net.do(*UPHEAVAL).serve().held() == other.do(*UPHEAVAL).serve().held()


def test_commands_see_what_those_before_them_did(net: Controller) -> None:
    name = {"name": "c", "project": "p"}
    net.do(Create("segment", {"id": "c", **name}), Create("port", {"id": "c", "name": "c", "segment": "c"}))
    with pytest.raises(Refused, match="there is a segment 'd' already"):
        net.submit(Create("segment", {"id": "d", **name}), Create("segment", {"id": "d", **name}))


def test_what_changes_nothing_is_no_revision(net: Controller) -> None:
    before = net.service.network.revision
    assert net.submit(Update("vif", "a", {"mac": A}), Plug("a", "a")) == [
        net.service.network.vif("a"),
        net.service.network.port("a"),
    ]
    assert net.submit() == []
    assert net.service.network.revision == net.store.revision == before


def test_a_transaction_has_no_more_entries_than_can_be_decided_at_once() -> None:
    """Deciding is one breath: 800 ports of 64 addresses each would hold up the switches for seconds."""
    net = Controller().do(Create("segment", {"id": "red", "name": "red", "project": "p"}))

    def ports(count: int) -> list[Create]:
        addresses = [tuple(f"10.{port >> 8}.{port & 255}.{n}" for n in range(1, 65)) for port in range(count)]
        return [
            Create("port", {"id": f"p{n}", "name": "p", "segment": "red", "fixed_ips": ips})
            for n, ips in enumerate(addresses)
        ]

    with pytest.raises(Refused, match="one transaction may bring 6000 list entries at most") as refused:
        net.service.submit(ports(200))
    assert refused.value.index == MOST_ENTRIES // 65
    assert net.service.network.count("port") == 0
    net.service.submit(ports(90))
    assert net.service.network.count("port") == 90
