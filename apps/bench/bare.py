"""The peer: a bare WSGI function on the same server that makes one row durable for each POST, and does nothing else.

No API that keeps what it acknowledges in a SQLite file can be faster on this machine.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
from collections.abc import Callable, Iterable
from typing import Any

import eventlet
import structlog

from weft.apps.http.server import serve


def main(path: str) -> None:
    """Serve until somebody ends it; the first line on standard output is the port."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE things (document TEXT)")

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            database.execute("INSERT INTO things VALUES (?)", (json.dumps(json.loads(body)),))
            start_response("201 Created", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
            return [body]
        rows = [json.loads(document) for (document,) in database.execute("SELECT document FROM things LIMIT 1000")]
        whole = json.dumps({"things": rows}).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(whole)))])
        return [whole]

    listener = eventlet.listen(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    serve(listener, answer)


if __name__ == "__main__":
    main(sys.argv[1])
