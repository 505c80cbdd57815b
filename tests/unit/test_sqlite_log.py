"""The store's log: how things came to be, who has asked for what, and which requests were done already."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.lived import HISTORY, contents, lived, read
from weft.controller.adapters.sqlite_store import SqliteStore
from weft.controller.contracts import Receipt, Record, Revision
from weft.controller.model.commands import Create, Delete, Update
from weft.controller.model.facts import Allocation, Endpoint, Interface, Key
from weft.controller.model.network import Change
from weft.controller.model.rights import OPERATOR
from weft.controller.service import Service

DAY = 86_400
RED = Key("segment", "red")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weft.db"


def record(number: int, **other: object) -> Record:
    said = {"at": number, "user": "ann", "project": "blue", "origin": "192.0.2.1", "action": "create", "kind": "port"}
    return Record(**said | {"id": f"p{number}", "outcome": "done"} | other)  # type: ignore[arg-type]


def test_revisions_are_read_from_any_on(path: Path) -> None:
    store = SqliteStore(path)
    changes = [Change(None, Allocation(id=f"a{number}", last=number)) for number in range(1, 6)]
    for number, change in enumerate(changes, 1):
        store.commit(Revision(number, 100 + number, f"user {number}", (change,)))
    assert store.revisions(0, 2) == [
        Revision(1, 101, "user 1", (changes[0],)),
        Revision(2, 102, "user 2", (changes[1],)),
    ]
    assert [revision.number for revision in store.revisions(3, 100)] == [4, 5]
    assert store.revisions(5, 100) == []


def test_the_history_of_a_fact_outlives_it(path: Path) -> None:
    service = Service(SqliteStore(path))
    for at, command in enumerate(
        (
            Create("segment", {"id": "red", "name": "red", "project": "p"}),
            Create("segment", {"id": "blue", "name": "blue", "project": "p"}),
            Update("segment", "red", {"mtu": 9000}),
            Delete("segment", "red"),
        ),
        1,
    ):
        service.submit([command], OPERATOR._replace(at=at, user="ann"))
    history = service.history(RED)
    assert [(one.number, one.at, one.user) for one in history] == [(4, 4, "ann"), (3, 3, "ann"), (1, 1, "ann")]
    assert [len(one.changes) for one in history] == [1, 1, 1], "what else has changed is not its history"
    assert history[0].changes[0].after is None
    assert [one.number for one in service.history(RED, before=3)] == [1]
    assert [one.number for one in service.history(RED, most=1)] == [4]
    assert service.history(Key("segment", "green")) == []


def test_what_has_two_names_has_a_history_too(path: Path) -> None:
    store, end = SqliteStore(path), Endpoint("s1", "e1")
    store.commit(Revision(1, 0, "switch s1", (Change(None, Interface(id=end, ofport=1, up=True)),)))
    assert [one.number for one in store.history(Key("interface", end))] == [1]


def test_the_audit_log_is_read_from_its_end(path: Path) -> None:
    store = SqliteStore(path)
    store.note([record(1), record(2, user="bob"), record(3, outcome="forbidden", kind="vif")])
    store.commit(Revision(1, 4, "ann", ()), [record(4, project=None)])
    assert store.records({}) == [
        (4, record(4, project=None)),
        (3, record(3, outcome="forbidden", kind="vif")),
        (2, record(2, user="bob")),
        (1, record(1)),
    ]
    assert [number for number, _ in store.records({"user": "ann"})] == [4, 3, 1]
    assert [number for number, _ in store.records({"user": "ann", "project": "blue"}, before=3)] == [1]
    assert [number for number, _ in store.records({"outcome": "forbidden"})] == [3]
    assert [number for number, _ in store.records({"kind": "port", "id": "p2"})] == [2]
    assert [number for number, _ in store.records({}, most=2)] == [4, 3]
    with pytest.raises(KeyError):
        store.records({"detail": "x"})


def test_a_receipt_tells_what_a_request_has_made(path: Path) -> None:
    store = SqliteStore(path)
    receipt = Receipt("ann/1", "abc", 1000, 1, (Key("port", "p"), None, Key("interface", Endpoint("s1", "e1"))))
    store.commit(Revision(1, 1000, "ann", ()), receipt=receipt)
    store.close()
    store = SqliteStore(path)
    assert store.receipt("ann/1") == receipt
    assert store.receipt("ann/2") is None


def test_a_receipt_is_kept_for_a_day(path: Path) -> None:
    store = SqliteStore(path)
    for key, at in (("old", 1000), ("young", 1001), ("new", 1001 + DAY)):
        store.note([], Receipt(key, "abc", at))
    assert [store.receipt(key) is not None for key in ("old", "young", "new")] == [False, True, True]


def as_schema_1(path: Path) -> None:
    """Make the store what a Weft that knew schema 1 has left behind."""
    with sqlite3.connect(path) as database:
        for table in ("touched", "records", "receipts"):
            database.execute(f"DROP TABLE {table}")
        for column in ("at", "user"):
            database.execute(f"ALTER TABLE revisions DROP COLUMN {column}")
        database.execute("PRAGMA user_version = 1")
    database.close()


def test_a_store_of_schema_1_is_taken_over_with_its_history(path: Path) -> None:
    held = contents(lived(path))
    as_schema_1(path)
    assert contents(read(path)) == held
    store = SqliteStore(path)
    revisions = store.revisions(0, 1000)
    assert [one.number for one in revisions] == list(range(1, len(HISTORY) + 1))
    for revision in revisions:
        for change in revision.changes:
            assert revision.number in [one.number for one in store.history(change.key)], change.key
    store.note([record(1)])
    store.close()
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (2,)
        assert json.loads(database.execute("SELECT document FROM records").fetchone()[0])["user"] == "ann"


def test_a_store_that_cannot_be_taken_over_stays_as_it_was(path: Path) -> None:
    lived(path)
    as_schema_1(path)
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE touched (nobody TEXT)")
    database.close()
    before = path.read_bytes()
    with pytest.raises(Exception, match="touched"):
        SqliteStore(path)
    assert path.read_bytes() == before
