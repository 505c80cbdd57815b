"""Who has asked for what, from where, and what came of it: nothing of it is lost, and no secret is told."""

from __future__ import annotations

import pytest

from tests.stores import MemoryStore
from weft.controller.audit_log import MOST_WAITING
from weft.controller.contracts import Receipt, Record, StoreUnavailable
from weft.controller.model.commands import Create, Delete, Plug, Unplug, Update
from weft.controller.model.facts import Key
from weft.controller.model.rights import MEMBER, Caller
from weft.controller.service import Refused, Service

ANN = Caller("red", MEMBER, False, 1000, "ann", "192.0.2.1:4711")
RED = Create("segment", {"id": "red", "name": "secret"})
MISSING = Delete("port", "none")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def service(store: MemoryStore) -> Service:
    return Service(store)


def told(service: Service) -> list[tuple[str, str, str, str, str, int]]:
    """The log from its beginning: action, kind, id, outcome, detail and revision of each line."""
    return [record[4:] for _, record in reversed(service.records({}))]


def refuse(service: Service, *commands: Delete | Create) -> None:
    with pytest.raises(Refused):
        service.submit(commands, ANN)


def test_what_was_done_is_written_with_the_change_itself(service: Service, store: MemoryStore) -> None:
    service.submit([RED, Create("vif", {"id": "v", "mac": "02:00:00:00:00:01"})], ANN)
    assert store.records({})[-1] == (
        1,
        Record(1000, "ann", "red", "192.0.2.1:4711", "create", "segment", "red", "done", "id, name", 1),
    )
    service.submit(
        [
            Create("port", {"id": "p", "name": "p", "segment": "red"}),
            Plug("p", "v"),
            Update("port", "p", {"max_rate": 9}),
            Unplug("p"),
            Delete("port", "p"),
        ],
        ANN,
    )
    assert told(service)[2:] == [
        ("create", "port", "p", "done", "id, name, segment", 2),
        ("plug", "port", "p", "done", "vif v", 2),
        ("update", "port", "p", "done", "max_rate", 2),
        ("unplug", "port", "p", "done", "", 2),
        ("delete", "port", "p", "done", "", 2),
    ]


def test_what_was_refused_is_told_with_the_reason(service: Service, store: MemoryStore) -> None:
    refuse(service, RED, MISSING)
    assert store.records({}) == [], "it waits for company"
    service.keep_log()
    assert told(service) == [("delete", "port", "none", "not-found", "port: there is no port 'none'", 0)]
    refuse(service, MISSING)
    service.submit([RED], ANN)
    assert [number for number, _ in store.records({})] == [3, 2, 1], "the next commit takes it along"


def test_what_changes_nothing_is_told_as_well(service: Service) -> None:
    service.submit([RED], ANN)
    service.submit([Update("segment", "red", {"name": "secret"})], ANN)
    assert told(service)[-1] == ("update", "segment", "red", "done", "name", 0)


def test_what_the_store_did_not_take_was_not_done(service: Service, store: MemoryStore) -> None:
    refuse(service, MISSING)
    store.full = True
    with pytest.raises(StoreUnavailable):
        service.submit([RED], ANN)
    with pytest.raises(StoreUnavailable):
        service.keep_log()
    store.full = False
    assert [line[0] for line in told(service)] == ["delete"]


def test_a_flood_of_refusals_is_counted_and_does_not_fill_the_memory(service: Service) -> None:
    for _ in range(MOST_WAITING + 7):
        refuse(service, MISSING)
    assert len(service.log.waiting) == MOST_WAITING
    service.keep_log()
    assert told(service)[-1] == ("refuse", "", "", "left-out", "7 requests were too many to be written", 0)


def test_what_is_refused_is_written_short(service: Service) -> None:
    """Whoever may do nothing could otherwise fill the disk, a megabyte with each request."""
    with pytest.raises(Refused):
        service.submit([Create("segment", {"id": "x" * 1_000_000, "name": "n" * 1_000_000, "project": "red"})])
    ((_, line),) = service.records({})
    assert sum(len(value) for value in line if isinstance(value, str)) < 2000


def test_a_receipt_is_written_with_what_was_made(service: Service, store: MemoryStore) -> None:
    service.submit([RED, Plug("none", "none")][:1], ANN, Receipt("ann/1", "abc", 1000))
    assert service.receipt("ann/1") == Receipt("ann/1", "abc", 1000, 1, (Key("segment", "red"),))
    service.submit([Update("segment", "red", {})], ANN, Receipt("ann/2", "abc", 1001))
    assert service.receipt("ann/2") == Receipt("ann/2", "abc", 1001, 1, (Key("segment", "red"),)), "nothing has changed"
    with pytest.raises(Refused):
        service.submit([MISSING], ANN, Receipt("ann/3", "abc", 1002))
    assert service.receipt("ann/3") is None


def test_whoever_waits_is_told_of_each_revision_that_is_durable(service: Service, store: MemoryStore) -> None:
    heard: list[int] = []
    service.on_commit.append(heard.append)
    service.submit([RED], ANN)
    service.submit([Update("segment", "red", {})], ANN)
    store.full = True
    with pytest.raises(StoreUnavailable):
        service.submit([Delete("segment", "red")], ANN)
    store.full = False
    service.submit([Delete("segment", "red")], ANN)
    assert heard == [1, 2]
    assert [one.number for one in service.revisions(0)] == [1, 2]
    assert [(one.at, one.user) for one in service.revisions(0)] == [(1000, "ann")] * 2
