"""A flood of requests, as a process of its own: ``flooder PORT SECONDS CONNECTIONS TOKEN KIND`` says what came of it.

Of kind ``requests`` every connection always has some dozens of requests under way; of kind ``connections`` each one
asks once and a new one takes its place; of kind ``halves`` none gets further than half of its request.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import sys
import time
from collections import Counter

_STATUS = re.compile(rb"HTTP/1\.1 (\d\d\d)")


def flood(port: int, seconds: float, connections: int, token: str, kind: str) -> Counter[str]:
    """Count the answers by status; what was cut off before any counts as ``cut``."""
    one = f"GET /v1/segments HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    sent = {"requests": one * 40, "connections": one, "halves": one[:-9]}[kind]
    count: Counter[str] = Counter()
    watched = selectors.DefaultSelector()

    def connect() -> None:
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=5)
            connection.setblocking(False)
            connection.send(sent)
            watched.register(connection, selectors.EVENT_READ)
        except OSError:
            count["refused"] += 1

    until = time.monotonic() + seconds
    for _ in range(connections):
        connect()
    while (now := time.monotonic()) < until:
        for ready, _ in watched.select(until - now):
            connection = ready.fileobj
            assert isinstance(connection, socket.socket)
            try:
                data = connection.recv(1 << 16)
            except OSError:
                data = b""
            statuses = [status.decode() for status in _STATUS.findall(data)]
            count.update(statuses)
            if not data or (statuses and kind == "connections"):
                count["cut"] += not data
                watched.unregister(connection)
                connection.close()
                connect()
            elif statuses:
                try:
                    connection.send(one * len(statuses))
                except OSError:
                    count["full"] += 1
    return count


if __name__ == "__main__":
    port, seconds, connections, token, kind = sys.argv[1:]
    print(json.dumps(flood(int(port), float(seconds), int(connections), token, kind)))
