"""A switch that does nothing but ask for echoes, and notes how long each answer takes."""

from __future__ import annotations

import socket
import struct
import threading
import time

HELLO, ECHO_REQUEST, ECHO_REPLY, FEATURES_REQUEST, FEATURES_REPLY = 0, 2, 3, 5, 6  # OpenFlow 1.4, section A.1
MULTIPART_REQUEST, MULTIPART_REPLY = 18, 19
VERSION = 5
INTERVAL = 0.01  # seconds between two echoes


class Echoes(threading.Thread):
    """``with Echoes(address) as echoes`` asks all the while; ``worst`` is the longest wait in seconds."""

    def __init__(self, address: tuple[str, int], dpid: int = 0xB0) -> None:
        super().__init__(daemon=True)
        self._socket = socket.create_connection(address, timeout=10)
        self._dpid = dpid
        self._end = threading.Event()
        self._sent: dict[int, float] = {}
        self.waits: list[float] = []

    def __enter__(self) -> Echoes:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self.join(10)
        self._socket.close()

    @property
    def worst(self) -> float:
        """The longest wait so far, in seconds."""
        return max(self.waits, default=float("nan"))

    @property
    def median(self) -> float:
        """The usual wait so far, in seconds."""
        return sorted(self.waits)[len(self.waits) // 2] if self.waits else float("nan")

    def run(self) -> None:
        """Say hello, and ask for an echo each ``INTERVAL`` until it is over."""
        self._socket.settimeout(INTERVAL)
        self._send(HELLO, 1)
        data, number, due = b"", 1000, time.monotonic() + 0.2
        while not self._end.is_set():
            if time.monotonic() >= due:
                number += 1
                self._sent[number] = time.monotonic()
                self._send(ECHO_REQUEST, number)
                due = time.monotonic() + INTERVAL
            try:
                received = self._socket.recv(65536)
            except TimeoutError:
                continue
            if not received:
                return
            data = self._hear(data + received)

    def _hear(self, data: bytes) -> bytes:
        while len(data) >= 8 and len(data) >= (length := struct.unpack_from("!H", data, 2)[0]):
            _, kind, _, xid = struct.unpack_from("!BBHI", data)
            if kind == ECHO_REPLY and xid in self._sent:
                self.waits.append(time.monotonic() - self._sent.pop(xid))
            elif kind == ECHO_REQUEST:
                self._send(ECHO_REPLY, xid, data[8:length])
            elif kind == FEATURES_REQUEST:
                self._send(FEATURES_REPLY, xid, struct.pack("!QIBBxxII", self._dpid, 0, 254, 0, 0, 0))
            elif kind == MULTIPART_REQUEST:
                self._send(MULTIPART_REPLY, xid, data[8:10] + bytes(6))
            data = data[length:]
        return data

    def _send(self, kind: int, xid: int, body: bytes = b"") -> None:
        self._socket.sendall(struct.pack("!BBHI", VERSION, kind, 8 + len(body), xid) + body)
