"""A file that cannot be trusted is refused with a sentence, and not a byte of it is altered."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.lived import contents, killed, lived, next_acknowledged, read, writing
from weft.controller.adapters.sqlite_store import SqliteStore
from weft.controller.contracts import StoreUnavailable, StoreUnusable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weft.db"


@pytest.fixture
def stored(path: Path) -> Path:
    """A store in which the history was made, closed."""
    lived(path)
    return path


def files(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith("-shm")}


def spoil_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"#!/bin/sh\necho hello\n")


def spoil_middle(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 4096)


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def alter(statement: str, path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute(statement)
    database.close()


REFUSED = {
    "damaged header": (spoil_header, "is damaged"),
    "damaged middle": (spoil_middle, "is damaged"),
    "cut short": (cut_short, "is damaged"),
    "empty": (empty, "is empty"),
    "foreign": (lambda path: alter("PRAGMA application_id = 7", path), "belongs to another program"),
    "newer": (lambda path: alter("PRAGMA user_version = 3", path), "newer Weft \\(schema 3; this one knows 2\\)"),
    "no schema": (lambda path: alter("PRAGMA user_version = 0", path), "no Weft ever wrote schema 0"),
    "lost revision": (lambda path: alter("DELETE FROM revisions WHERE revision = 3", path), "revisions are missing"),
    "edited": (lambda path: alter("UPDATE facts SET document = '{}' WHERE id = 's1'", path), "switch s1 is not what"),
    "edited record": (
        lambda path: alter("INSERT INTO records VALUES (1, '', '', '', '', 'done', '{}', 7)", path),
        "record 1 is not what",
    ),
    "no tables": (lambda path: alter("DROP TABLE facts", path), "no such table"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_trusted_is_refused_untouched(stored: Path, case: str) -> None:
    spoil, reason = REFUSED[case]
    spoil(stored)
    before = files(stored)
    with pytest.raises(StoreUnusable, match=reason) as refusal:
        SqliteStore(stored)
    assert str(stored) in str(refusal.value)
    assert "or name another --store" in str(refusal.value)
    assert files(stored) == before


def test_a_fact_of_another_sort_is_refused(stored: Path) -> None:
    alter("UPDATE facts SET document = '{}', checksum = 2745614147 WHERE id = 's1'", stored)
    with pytest.raises(StoreUnusable, match="switch s1 makes no sense"):
        SqliteStore(stored).load()


def test_whatever_byte_is_damaged_no_other_model_is_read(stored: Path, tmp_path: Path) -> None:
    sound, chance = contents(read(stored)), random.Random(1)
    refused = 0
    for number in range(300):
        copy = tmp_path / f"copy-{number}.db"
        shutil.copyfile(stored, copy)
        with copy.open("r+b") as file:
            file.seek(chance.randrange(stored.stat().st_size))
            file.write(chance.randbytes(chance.choice((1, 8, 200))))
        try:
            assert contents(read(copy)) == sound
        except StoreUnusable:
            refused += 1
    assert refused > 50


def test_damage_beside_a_log_that_was_not_yet_merged_alters_neither(path: Path) -> None:
    with writing(path) as process:
        for _ in range(2000):  # far enough for a first merge of the log
            last = next_acknowledged(process)
        killed(process, last)
    spoil_middle(path)
    before = files(path)
    assert set(before) == {"weft.db", "weft.db-wal"}
    with pytest.raises(StoreUnusable, match="is damaged"):
        SqliteStore(path)
    assert files(path) == before


def test_a_log_without_its_store_is_not_replayed_into_a_new_one(path: Path) -> None:
    path.with_name("weft.db-wal").write_bytes(b"frames")
    with pytest.raises(StoreUnusable, match=r"weft\.db-wal, but the store"):
        SqliteStore(path)
    assert os.listdir(path.parent) == ["weft.db-wal"]


def test_a_place_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"/nowhere/weft\.db: No such file or directory"):
        SqliteStore(tmp_path / "nowhere" / "weft.db")
    with pytest.raises(StoreUnusable, match="is not a file"):
        SqliteStore(tmp_path)
