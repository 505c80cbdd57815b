"""The tables of a store, how one of an older Weft becomes one of this, and how things are written in them."""

from __future__ import annotations

import json
import sqlite3
from typing import Any
from zlib import crc32

from weft.controller.model.facts import Key

SCHEMA = 2  # 1 knew neither times nor users, and kept no log of who did what

# SQLite finds a damaged page but not a damaged text, so each row brings the checksum of its own.
_NEW = (
    """CREATE TABLE touched (kind TEXT, id TEXT, revision INTEGER, PRIMARY KEY (kind, id, revision)) WITHOUT ROWID""",
    """CREATE TABLE records (
        number INTEGER PRIMARY KEY, user TEXT NOT NULL, project TEXT, kind TEXT NOT NULL, id TEXT NOT NULL,
        outcome TEXT NOT NULL, document TEXT NOT NULL, checksum INTEGER NOT NULL)""",
    """CREATE TABLE receipts (
        key TEXT PRIMARY KEY, at INTEGER NOT NULL, document TEXT NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE INDEX receipts_by_time ON receipts (at)""",
    """CREATE INDEX records_by_user ON records (user, number)""",
    """CREATE INDEX records_by_project ON records (project, number)""",
    """CREATE INDEX records_by_id ON records (id, number)""",
    """CREATE INDEX records_of_refusals ON records (outcome, number) WHERE outcome <> 'done'""",
)
TABLES = (
    """CREATE TABLE revisions (
        revision INTEGER PRIMARY KEY, changes TEXT NOT NULL, checksum INTEGER NOT NULL,
        at INTEGER NOT NULL DEFAULT 0, user TEXT NOT NULL DEFAULT '')""",
    """CREATE TABLE facts (
        place INTEGER PRIMARY KEY,  -- facts are read back in the order of their making
        kind TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL,
        document TEXT NOT NULL, checksum INTEGER NOT NULL,
        UNIQUE (kind, id))""",
    *_NEW,
)
_TEXTS = """
    SELECT 'revision ' || revision, changes, checksum FROM revisions
    UNION ALL SELECT kind || ' ' || id, document, checksum FROM facts
"""
_TEXTS_OF_2 = """
    UNION ALL SELECT 'record ' || number, document, checksum FROM records
    UNION ALL SELECT 'receipt ' || key, document, checksum FROM receipts
"""


def all_texts(schema: int) -> str:
    """The query for every text of a store of that schema: what it is, the text, and the checksum that it must have."""
    return _TEXTS if schema < 2 else _TEXTS + _TEXTS_OF_2


def migrate(database: sqlite3.Connection) -> None:
    """Make a store of an older schema one of this, in the transaction that is under way; else do nothing."""
    (schema,) = database.execute("PRAGMA user_version").fetchone()
    if schema == SCHEMA:
        return
    database.execute("ALTER TABLE revisions ADD COLUMN at INTEGER NOT NULL DEFAULT 0")
    database.execute("ALTER TABLE revisions ADD COLUMN user TEXT NOT NULL DEFAULT ''")
    for statement in _NEW:
        database.execute(statement)
    for revision, changes in database.execute("SELECT revision, changes FROM revisions").fetchall():
        touched = {(change["kind"], _id_in(change)) for change in json.loads(changes)}
        database.executemany("INSERT INTO touched VALUES (?, ?, ?)", ((*key, revision) for key in touched))
    database.execute(f"PRAGMA user_version = {SCHEMA}")


def id_text(key: Key) -> str:
    """The id of a fact as it stands in a column."""
    return key.id if isinstance(key.id, str) else text_of(key.id)


_encode = json.JSONEncoder(separators=(",", ":")).encode  # made once: ``json.dumps`` would make one each time


def text_of(value: Any) -> str:
    """A document as it is written."""
    return _encode(value)


def checksum(text: str) -> int:
    """What a text is known by when it is read again."""
    return crc32(text.encode())


def _id_in(change: dict[str, Any]) -> str:
    id = (change["after"] or change["before"])["id"]
    return id if isinstance(id, str) else text_of(list(id.values()))
