"""The model in one SQLite file: what ``commit`` returned from is there after ``kill -9`` and after a loss of power.

``facts`` holds what is true now, ``revisions`` how it came to be so, and one transaction writes both. The file belongs
to one controller at a time. One that is damaged, not ours or of a newer Weft is refused before a byte of it is written.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

from weft.controller.adapters import sqlite_log
from weft.controller.adapters.sqlite_schema import SCHEMA, TABLES, all_texts, checksum, id_text, migrate, text_of
from weft.controller.contracts import Receipt, Record, Revision, StoreUnavailable, StoreUnusable
from weft.controller.model.documents import from_document, to_document
from weft.controller.model.facts import Fact, Key
from weft.controller.model.network import Change

APPLICATION_ID = 0x57454654  # "WEFT", in the file's header (SQLite file format, section 1.3)
GRACE = 1.0  # seconds to wait for a controller that is just going away

_PUT = """
    INSERT INTO facts (kind, id, revision, document, checksum) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (kind, id) DO UPDATE
    SET revision = excluded.revision, document = excluded.document, checksum = excluded.checksum
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

    def commit(self, revision: Revision, records: Sequence[Record] = (), receipt: Receipt | None = None) -> None:
        """Make revision head + 1 durable before it returns, and the rest. ``StoreUnavailable``: none of it is."""
        if revision.number != self._head + 1:
            raise ValueError(f"revision {revision.number} cannot follow {self._head}")
        texts = _Texts()
        log = f"[{','.join(map(texts.of_change, revision.changes))}]"
        last = {change.key: change.after for change in revision.changes}
        with self._reporting("write"), self._database as database:
            database.execute("BEGIN IMMEDIATE")
            database.execute(
                "INSERT INTO revisions (revision, at, user, changes, checksum) VALUES (?, ?, ?, ?, ?)",
                (revision.number, revision.at, revision.user, log, checksum(log)),
            )
            database.executemany(_PUT, (texts.row(fact) for fact in last.values() if fact is not None))
            database.executemany(
                "DELETE FROM facts WHERE kind = ? AND id = ?",
                ((key.kind, id_text(key)) for key, fact in last.items() if fact is None),
            )
            database.executemany(
                "INSERT INTO touched VALUES (?, ?, ?)", ((key.kind, id_text(key), revision.number) for key in last)
            )
            sqlite_log.write(database, records, receipt)
        self._head = revision.number

    def note(self, records: Sequence[Record], receipt: Receipt | None = None) -> None:
        """Make records and a receipt durable before it returns. ``StoreUnavailable``: none of them is."""
        with self._reporting("write"), self._database as database:
            database.execute("BEGIN IMMEDIATE")
            sqlite_log.write(database, records, receipt)

    def revisions(self, after: int, most: int) -> list[Revision]:
        """The revisions that follow that one, the first of them first."""
        with self._reporting("read"):
            rows = self._database.execute(
                "SELECT revision, at, user, changes FROM revisions WHERE revision > ? ORDER BY revision LIMIT ?",
                (after, most),
            ).fetchall()
        return [self._revision(*row) for row in rows]

    def history(self, key: Key, before: int | None = None, most: int = 100) -> list[Revision]:
        """The revisions that have changed that fact, the last first, with nothing but its changes."""
        with self._reporting("read"):
            rows = self._database.execute(
                "SELECT revision, at, user, changes FROM touched JOIN revisions USING (revision)"
                " WHERE kind = ? AND id = ? AND revision < ? ORDER BY revision DESC LIMIT ?",
                (key.kind, id_text(key), before if before is not None else self._head + 1, most),
            ).fetchall()
        found = (self._revision(*row) for row in rows)
        return [one._replace(changes=tuple(c for c in one.changes if c.key == key)) for one in found]

    def records(
        self, wanted: Mapping[str, str], before: int | None = None, most: int = 100
    ) -> list[tuple[int, Record]]:
        """Lines of the audit log whose fields are so, the last first, each with its number. Raises ``KeyError``."""
        with self._reporting("read"):
            return sqlite_log.records(self._database, wanted, before, most)

    def receipt(self, key: str) -> Receipt | None:
        """The receipt of that key, if there is one."""
        with self._reporting("read"):
            return sqlite_log.receipt(self._database, key)

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
                    f"PRAGMA user_version = {SCHEMA}; PRAGMA journal_mode = WAL; BEGIN; {';'.join(TABLES)}; COMMIT"
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
            for name, text, sum in database.execute(all_texts(schema)):
                if crc32(text) != sum:
                    raise self._damaged(f"{name.decode(errors='replace')} is not what was written")

    def _take(self) -> int:
        """Lock the file for as long as we live, and tell the head revision."""
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._database.execute("PRAGMA synchronous = FULL")
        with self._database as database:
            database.execute("BEGIN IMMEDIATE")
            migrate(database)
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

    def _revision(self, number: int, at: int, user: str, changes: str) -> Revision:
        made = (self._change(**change) for change in json.loads(changes))
        return Revision(number, at, user, tuple(made))

    def _change(self, kind: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Change:
        was, is_ = (None if document is None else from_document(kind, document) for document in (before, after))
        return Change(was, is_)

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


class _Texts:
    """The documents of one commit as they are written, each written once."""

    def __init__(self) -> None:
        self._texts: dict[int, str] = {}  # by identity; the revision holds the facts meanwhile

    def of_change(self, change: Change) -> str:
        """One change, as the log has it."""
        return f'{{"kind":"{change.key.kind}","before":{self._of(change.before)},"after":{self._of(change.after)}}}'

    def row(self, fact: Fact) -> tuple[str, str, int, str, int]:
        """One fact, as it is kept."""
        document = self._of(fact)
        return fact.kind, id_text(Key(fact.kind, fact.id)), fact.revision, document, checksum(document)

    def _of(self, fact: Fact | None) -> str:
        if fact is None:
            return "null"
        text = self._texts.get(id(fact))
        if text is None:
            text = self._texts[id(fact)] = text_of(to_document(fact))
        return text
