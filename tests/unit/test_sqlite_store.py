"""What was acknowledged is there: after a restart, a kill, and on a disk that is full."""

from __future__ import annotations

import os
import random
import resource
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.lived import HISTORY, contents, killed, lived, next_acknowledged, read, writing
from weft.controller.adapters.sqlite_store import SqliteStore
from weft.controller.contracts import Revision, StoreUnavailable
from weft.controller.model.facts import Allocation
from weft.controller.model.network import Change


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weft.db"


def numbered(number: int, size: int = 1) -> Revision:
    return changed(number, Change(None, Allocation(id="x" * size, last=number, revision=number)))


def changed(number: int, *changes: Change) -> Revision:
    return Revision(number, 0, "", changes)


def test_a_reopened_store_holds_the_same_facts_in_the_same_order(path: Path) -> None:
    assert contents(lived(path)) == contents(read(path))


def test_the_log_tells_every_change(path: Path) -> None:
    lived(path)
    with sqlite3.connect(path) as database:
        log = database.execute("SELECT changes FROM revisions ORDER BY revision").fetchall()
    assert len(log) == len(HISTORY)
    assert '"kind":"port","before":{"id":"b"' in log[-1][0]
    assert '"after":null' in log[-1][0]


def test_only_the_next_revision_may_be_committed(path: Path) -> None:
    store = SqliteStore(path)
    for wrong in (0, 2):
        with pytest.raises(ValueError, match="cannot follow 0"):
            store.commit(numbered(wrong))
    store.commit(numbered(1))
    store.close()
    assert read(path).revision == 1


def test_the_last_of_several_changes_of_one_fact_holds(path: Path) -> None:
    store = SqliteStore(path)
    one, two = (Allocation(id="x", last=last) for last in (1, 2))
    store.commit(
        changed(1, Change(None, one), Change(one, two), Change(None, Allocation(id="y", last=1)), Change(two, None))
    )
    store.close()
    assert [fact.id for fact in read(path).of_kind("allocation")] == ["y"]


def test_others_may_not_read_the_file(path: Path) -> None:
    store = SqliteStore(path)
    store.commit(numbered(1))
    assert {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {
        "weft.db": 0o600,
        "weft.db-wal": 0o600,
    }
    store.close()
    assert os.listdir(path.parent) == ["weft.db"]


@pytest.mark.parametrize("seed", range(6))
def test_kill_9_loses_nothing_that_was_acknowledged(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(3):
        with writing(path) as process:
            first = next_acknowledged(process)
            time.sleep(chance.uniform(0, 0.12))
            acknowledged = killed(process, first)
        network = read(path)
        assert network.revision in (acknowledged, acknowledged + 1)
        assert max(fact.revision for fact in network.of_kind("allocation")) == network.revision
        revisions = sorted(fact.revision for fact in network.of_kind("allocation"))
        assert revisions[::2] == revisions[1::2], "a revision is there whole or not at all"


def test_a_second_controller_is_kept_out_until_the_first_is_gone(path: Path) -> None:
    with writing(path) as process:
        first = next_acknowledged(process)
        with pytest.raises(StoreUnavailable, match=r"Another controller has the store .*weft\.db open"):
            SqliteStore(path)
        assert next_acknowledged(process) == first + 1, "and the first did not notice"
        killed(process, first)
    assert read(path).revision > first


def test_a_file_that_may_not_grow_leaves_nothing_half_done_and_heals(path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    store, revision = SqliteStore(path), 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        with pytest.raises(StoreUnavailable, match="Cannot write the store"):  # noqa: PT012
            while revision < 1000:
                store.commit(numbered(revision + 1, size=1000))
                revision += 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert 0 < revision < 1000
    assert [fact.revision for fact in store.load()[1]] == [revision]
    store.commit(numbered(revision + 1))
    store.close()
    assert read(path).revision == revision + 1


FILL = """
import os, sys
from weft.controller.adapters.sqlite_store import SqliteStore
from weft.controller.contracts import Revision, StoreUnavailable
from weft.controller.model.facts import Allocation
from weft.controller.model.network import Change
ballast = sys.argv[1] + "/ballast"
with open(ballast, "wb") as file:
    file.write(bytes(100_000))
store, revision = SqliteStore(sys.argv[1] + "/weft.db"), 0
try:
    while True:
        store.commit(Revision(revision + 1, 0, "", (Change(None, Allocation(id=str(revision) * 300, last=1)),)))
        revision += 1
except StoreUnavailable as error:
    print(error)
os.unlink(ballast)
store.commit(Revision(revision + 1, 0, "", ()))
store.close()
store = SqliteStore(sys.argv[1] + "/weft.db")
head, facts = store.load()
assert head == revision + 1 == len(facts) + 1, (head, revision, len(facts))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small file system")
def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    mounted = 'mount -t tmpfs -o size=512k none "$1" && exec "$2" -c "$3" "$1"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-ec", mounted, "sh", str(tmp_path), sys.executable, FILL],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Cannot write the store" in done.stdout
    assert "full" in done.stdout
