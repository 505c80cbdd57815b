"""Switches that are nothing but a socket, well-behaved or not, and the process that they talk to."""

from __future__ import annotations

import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from weft.controller.adapters.openflow.protocol import (
    OFP_VERSION,
    OFPT_ECHO_REPLY,
    OFPT_ECHO_REQUEST,
    OFPT_FEATURES_REPLY,
    OFPT_HELLO,
    OFPT_MULTIPART_REPLY,
    OFPT_MULTIPART_REQUEST,
)

OFPT_FEATURES_REQUEST = 5
HELLO = struct.pack("!BBHIHHI", OFP_VERSION, OFPT_HELLO, 16, 1, 1, 8, 1 << OFP_VERSION)
ROOT = Path(__file__).parent.parent.parent


def message(type_: int, body: bytes = b"", xid: int = 0, version: int = OFP_VERSION) -> bytes:
    return struct.pack("!BBHI", version, type_, 8 + len(body), xid) + body


def features_reply(dpid: int, xid: int) -> bytes:
    return message(OFPT_FEATURES_REPLY, struct.pack("!QIBB2xII", dpid, 0, 254, 0, 0, 0), xid)


def port_desc(xid: int) -> bytes:
    return message(OFPT_MULTIPART_REPLY, struct.pack("!HH4x", 13, 0) + struct.pack("!IH34x", 1, 40), xid)


def connect(port: int) -> socket.socket:
    """A connection that sends at once what it is given, as real switches' do."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class Switch:
    """A connection as a switch makes it. It reads only while it waits for something."""

    def __init__(self, controller: Controller, dpid: int = 0, connection: socket.socket | None = None) -> None:
        self.dpid = dpid
        self.socket = connection or connect(controller.port)
        self._buffer = b""
        self.address = [*self.socket.getsockname()]  # as it stands in a log line

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self, seconds: float = 3.0) -> tuple[int, int, bytes] | None:
        """The next message as type, transaction id and body; None at the end of the connection."""
        self.socket.settimeout(seconds)
        while len(self._buffer) < 8 or len(self._buffer) < struct.unpack_from("!H", self._buffer, 2)[0]:
            try:
                data = self.socket.recv(65536)
            except (ConnectionError, ssl.SSLError):
                return None
            if not data:
                return None
            self._buffer += data
        _, type_, length, xid = struct.unpack_from("!BBHI", self._buffer)
        whole, self._buffer = self._buffer[:length], self._buffer[length:]
        return type_, xid, whole[8:]

    def await_type(self, wanted: int) -> tuple[int, bytes]:
        """Transaction id and body of the next message of this type; questions for an echo are answered meanwhile."""
        while found := self.read():
            type_, xid, body = found
            if type_ == OFPT_ECHO_REQUEST:
                self.send(message(OFPT_ECHO_REPLY, body, xid))
            if type_ == wanted:
                return xid, body
        raise EOFError("the controller closed the connection")

    def connect(self) -> Switch:
        """Shake hands to the end."""
        self.send(HELLO)
        self.send(features_reply(self.dpid, self.await_type(OFPT_FEATURES_REQUEST)[0]))
        self.send(port_desc(self.await_type(OFPT_MULTIPART_REQUEST)[0]))
        return self

    def echo(self, data: bytes = b"") -> float:
        """The seconds that the controller takes to answer."""
        began = time.monotonic()
        self.send(message(OFPT_ECHO_REQUEST, data, 99))
        while self.await_type(OFPT_ECHO_REPLY) != (99, data):
            pass
        return time.monotonic() - began

    def is_closed(self, seconds: float = 3.0) -> bool:
        """Whether the controller closes the connection in time; what it says before is dropped."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if self.read(max(0.01, until - time.monotonic())) is None:
                    return True
            except TimeoutError:
                return False
        return False

    def close(self) -> None:
        self.socket.close()


class GoodPeer:
    """A well-behaved switch in a thread of its own that measures how fast its echoes are answered."""

    def __init__(self, controller: Controller, dpid: int, connection: socket.socket | None = None) -> None:
        self.switch = Switch(controller, dpid, connection).connect()
        self.seconds: list[float] = []
        self.failure: Exception | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> GoodPeer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)
        self.switch.close()

    def _run(self) -> None:
        try:
            while not self._stop.wait(0.005):
                self.seconds.append(self.switch.echo(b"are you there?"))
        except (OSError, EOFError) as error:
            self.failure = error

    def report(self, what: str) -> float:
        """Print what was measured since the last report, 20 echoes at least, and return the slowest, in seconds."""
        until = time.monotonic() + 10
        while len(self.seconds) < 20 and self.failure is None and time.monotonic() < until:
            time.sleep(0.01)
        assert self.failure is None, f"{what}: {self.failure!r}"
        measured, self.seconds = sorted(self.seconds), []
        assert measured, f"{what}: no echo was answered"
        p99 = measured[int(len(measured) * 0.99)]
        print(
            f"{what}: {len(measured)} echoes, median {measured[len(measured) // 2] * 1e3:.2f} ms, "
            f"p99 {p99 * 1e3:.2f} ms, slowest {measured[-1] * 1e3:.2f} ms"
        )
        return measured[-1]


class Controller:
    """A process with ``tiny_app`` under the stock ryu-manager, and what it has said so far."""

    def __init__(self, open_files: int | None = None, **asked: Any) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "tests.wire.tiny_app"]
        if open_files is not None:
            command = ["prlimit", f"--nofile={open_files}:{open_files}", *command]
        environment = os.environ | {"TINY_APP": json.dumps(asked), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.said: list[dict[str, Any]] = []
        self.stderr: list[str] = []
        self._new = threading.Condition()
        self._threads = [threading.Thread(target=target, daemon=True) for target in (self._listen, self._listen_stderr)]
        for thread in self._threads:
            thread.start()
        self.port: int = self.wait("ready", 20)["port"]

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._new:
                self.said.append(json.loads(line))
                self._new.notify_all()

    def _listen_stderr(self) -> None:
        assert self.process.stderr is not None
        self.stderr.extend(self.process.stderr)

    def wait(self, event: str, seconds: float = 5.0, **fields: Any) -> dict[str, Any]:
        """What was said of this event with these fields; fails when it is not said in time."""
        with self._new:
            found = self._new.wait_for(lambda: next(self._of(event, fields), None), seconds)
        assert found, f"{event} {fields} was not said; but: {self.said[-8:]}, {''.join(self.stderr[-20:])}"
        return found

    def count(self, event: str, **fields: Any) -> int:
        """How often this was said."""
        return sum(1 for _ in self._of(event, fields))

    def _of(self, event: str, fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for line in list(self.said):
            if line["event"] == event and fields.items() <= line.items():
                yield line

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        for thread in self._threads:
            thread.join(5)
