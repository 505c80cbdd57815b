"""The audit log and the receipts of a SQLite store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

from weft.controller.adapters.sqlite_schema import checksum, text_of
from weft.controller.contracts import Receipt, Record
from weft.controller.model.facts import Endpoint, Key

DAY = 86_400  # seconds for which a receipt is kept
FILTERS = frozenset({"user", "project", "kind", "id", "outcome"})  # each has an index, or is found soon


def write(database: sqlite3.Connection, records: Sequence[Record], receipt: Receipt | None) -> None:
    """Put records and a receipt into the transaction that is under way."""
    documents = ((record, text_of(record._asdict())) for record in records)
    database.executemany(
        "INSERT INTO records (user, project, kind, id, outcome, document, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((r.user, r.project, r.kind, r.id, r.outcome, text, checksum(text)) for r, text in documents),
    )
    if receipt is not None:
        text = text_of(receipt._asdict())
        database.execute("DELETE FROM receipts WHERE at < ?", (receipt.at - DAY,))
        database.execute(
            "INSERT INTO receipts (key, at, document, checksum) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE"
            " SET at = excluded.at, document = excluded.document, checksum = excluded.checksum",
            (receipt.key, receipt.at, text, checksum(text)),
        )


def records(
    database: sqlite3.Connection, wanted: Mapping[str, str], before: int | None, most: int
) -> list[tuple[int, Record]]:
    """Lines whose fields are so, the last first, each with its number. Raises ``KeyError``, which names a field."""
    for name in wanted:
        if name not in FILTERS:
            raise KeyError(name)
    conditions = ["number < ?"]
    values: list[object] = [before if before is not None else 1 << 62]
    for name, value in wanted.items():
        conditions.append(f"{name} = ?")
        values.append(value)
    rows = database.execute(
        f"SELECT number, document FROM records WHERE {' AND '.join(conditions)} ORDER BY number DESC LIMIT ?",
        (*values, most),
    ).fetchall()
    return [(number, Record(**json.loads(document))) for number, document in rows]


def receipt(database: sqlite3.Connection, key: str) -> Receipt | None:
    """The receipt of that key, if there is one."""
    row = database.execute("SELECT document FROM receipts WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    document = json.loads(row[0])
    made = tuple(None if one is None else _key(*one) for one in document.pop("made"))
    return Receipt(made=made, **document)


def _key(kind: str, id: str | list[str]) -> Key:
    return Key(kind, id if isinstance(id, str) else Endpoint(*id))
