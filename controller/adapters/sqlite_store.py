"""The model in one SQLite file: what ``commit`` returned from is there after ``kill -9`` and after a loss of power.

``facts`` holds what is true now, ``revisions`` how it came to be so, and one transaction writes both. The file belongs
to one controller at a time. One that is damaged, not ours or of a newer Weft is refused before a byte of it is written.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

from weft.controller.contracts import StoreUnavailable, StoreUnusable
from weft.controller.model.documents import from_document, to_document
from weft.controller.model.facts import Fact, Key
from weft.controller.model.network import Change

APPLICATION_ID = 0x57454654  # "WEFT", in the file's header (SQLite file format, section 1.3)
SCHEMA = 1
GRACE = 1.0  # seconds to wait for a controller that is just going away

# SQLite finds a damaged page but not a damaged text, so each row brings the checksum of its own.
_TABLES = """
    CREATE TABLE revisions (revision INTEGER PRIMARY KEY, changes TEXT NOT NULL, checksum INTEGER NOT NULL);
    CREATE TABLE facts (
        place INTEGER PRIMARY KEY,  -- facts are read back in the order of their making
        kind TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL,
        document TEXT NOT NULL, checksum INTEGER NOT NULL,
        UNIQUE (kind, id)
    );
"""
_PUT = """
    INSERT INTO facts (kind, id, revision, document, checksum) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (kind, id) DO UPDATE
    SET revision = excluded.revision, document = excluded.document, checksum = excluded.checksum
"""
_ALL_TEXTS = """
    SELECT 'revision ' || revision, changes, checksum FROM revisions
    UNION ALL SELECT kind || ' ' || id, document, checksum FROM facts
"""
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})  # the last: no such table
_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class SqliteStore:
    """The ``Store`` in the file at ``path``, which is made if there is none."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path).absolute()
        with self._reporting("open"):
            if not os.path.lexists(self._path):
                self._make()
            self._inspect()
            self._database = sqlite3.connect(
                f"{self._path.as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=GRACE
            )
            try:
                self._head = self._take()
            except BaseException:
                self._database.close()
                raise

    def load(self) -> tuple[int, list[Fact]]:
        """The head revision, and the facts that hold at it. Raises ``StoreUnusable`` where one makes no sense."""
        with self._reporting("read"):
            rows = self._database.execute("SELECT kind, id, document FROM facts ORDER BY place").fetchall()
        return self._head, [self._fact(*row) for row in rows]

    def commit(self, revision: int, changes: Sequence[Change]) -> None:
        """``commit(head + 1, changes)`` makes them durable before it returns. ``StoreUnavailable``: none of them is."""
        if revision != self._head + 1:
            raise ValueError(f"revision {revision} cannot follow {self._head}")
        log = _text([_document(change) for change in changes])
        last = {change.key: change.after for change in changes}
        with self._reporting("write"), self._database as database:
            database.execute("BEGIN IMMEDIATE")
            database.execute("INSERT INTO revisions VALUES (?, ?, ?)", (revision, log, _checksum(log)))
            database.executemany(_PUT, _rows(fact for fact in last.values() if fact is not None))
            database.executemany(
                "DELETE FROM facts WHERE kind = ? AND id = ?",
                ((key.kind, _id_text(key)) for key, fact in last.items() if fact is None),
            )
        self._head = revision

    def close(self) -> None:
        """Let go of the file; another controller may take it."""
        self._database.close()

    # opening

    def _make(self) -> None:
        """Make an empty store aside and move it in whole, so that a crash leaves none or a sound one."""
        if self._beside("-wal").exists():  # SQLite would replay it into the new file
            raise StoreUnusable(
                f"There is {self._beside('-wal')}, but the store {self._path} that it belongs to is gone. "
                "Put the store back, or move this file away to begin with an empty model."
            )
        descriptor, name = tempfile.mkstemp(prefix=f".{self._path.name}.", dir=self._path.parent)  # mode 0600
        os.close(descriptor)
        try:
            with closing(sqlite3.connect(name, isolation_level=None)) as database:
                database.executescript(
                    f"PRAGMA synchronous = FULL; PRAGMA application_id = {APPLICATION_ID};"
                    f"PRAGMA user_version = {SCHEMA}; PRAGMA journal_mode = WAL; BEGIN; {_TABLES} COMMIT"
                )
            os.link(name, self._path)
        except FileExistsError:
            pass  # another controller was faster, and has it
        finally:
            os.unlink(name)
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def _inspect(self) -> None:
        """Refuse a file that is not ours, newer or damaged. A read-only connection neither changes it nor its log."""
        if not self._path.is_file():
            raise self._unusable("is not a file", "Move it away")
        if self._path.stat().st_size == 0:  # nobody's new store: it might have been a full one
            raise self._unusable("is empty, which no store of Weft ever is", "Put a sound copy in its place")
        # A read-only connection needs the shared memory of the log; where there is no log, it need not touch a thing.
        alone = "" if self._beside("-wal").exists() else "&immutable=1"
        with closing(sqlite3.connect(f"{self._path.as_uri()}?mode=ro{alone}", uri=True, timeout=GRACE)) as database:
            if _value(database, "PRAGMA application_id") != APPLICATION_ID:
                raise self._unusable("belongs to another program", "Leave it alone")
            schema = _value(database, "PRAGMA user_version")
            if schema > SCHEMA:
                raise self._unusable(
                    f"was written by a newer Weft (schema {schema}; this one knows {SCHEMA})", "Start that one"
                )
            if schema < 1:
                raise self._damaged(f"no Weft ever wrote schema {schema}")
            verdict = _value(database, "PRAGMA quick_check(1)")
            if verdict != "ok":
                raise self._damaged(verdict)
            if _value(database, "SELECT count(*) <> ifnull(max(revision), 0) FROM revisions"):
                raise self._damaged("revisions are missing from its log")
            database.text_factory = bytes
            for name, text, checksum in database.execute(_ALL_TEXTS):
                if crc32(text) != checksum:
                    raise self._damaged(f"{name.decode(errors='replace')} is not what was written")

    def _take(self) -> int:
        """Lock the file for as long as we live, and tell the head revision."""
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute("COMMIT")
        # Under an exclusive lock nobody uses the shared memory, and what ``_inspect`` made of it would stay for ever.
        self._beside("-shm").unlink(missing_ok=True)
        head: int = _value(self._database, "SELECT ifnull(max(revision), 0) FROM revisions")
        return head

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)

    def _fact(self, kind: str, id: str, document: str) -> Fact:
        try:
            return from_document(kind, json.loads(document))
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged(f"{kind} {id} makes no sense: {error}") from error

    # errors

    @contextmanager
    def _reporting(self, act: str) -> Iterator[None]:
        """Say what SQLite and the system say, with the file's name and what to do."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            no_text = isinstance(error, sqlite3.OperationalError) and not code  # Python cannot read a column
            if (code in _DAMAGED or no_text) and act != "write":
                raise self._damaged(str(error)) from error
            if code in _LOCKED:
                raise StoreUnavailable(
                    f"Another controller has the store {self._path} open. Stop that one, or name another --store."
                ) from error
            name = getattr(error, "sqlite_errorname", "closed")
            raise StoreUnavailable(
                f"Cannot {act} the store {self._path}: {error} ({name}). Nothing changed."
            ) from error
        except UnicodeDecodeError as error:  # SQLite quotes the damaged text, and Python cannot read that
            raise self._damaged("a text in it is not UTF-8") from error
        except OSError as error:
            raise StoreUnavailable(f"Cannot {act} the store {self._path}: {error.strerror}.") from error

    def _damaged(self, how: str) -> StoreUnusable:
        return self._unusable(f"is damaged ({how})", "Put a sound copy in its place")

    def _unusable(self, why: str, remedy: str) -> StoreUnusable:
        return StoreUnusable(f"{self._path} {why}. {remedy}, or name another --store. Nothing in it was changed.")


def _value(database: sqlite3.Connection, query: str) -> Any:
    return database.execute(query).fetchone()[0]


def _rows(facts: Iterable[Fact]) -> Iterator[tuple[str, str, int, str, int]]:
    for fact in facts:
        document = _text(to_document(fact))
        yield fact.kind, _id_text(Key(fact.kind, fact.id)), fact.revision, document, _checksum(document)


def _document(change: Change) -> dict[str, Any]:
    before, after = (None if fact is None else to_document(fact) for fact in change)
    return {"kind": change.key.kind, "before": before, "after": after}


def _id_text(key: Key) -> str:
    return key.id if isinstance(key.id, str) else _text(key.id)


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _checksum(text: str) -> int:
    return crc32(text.encode())
