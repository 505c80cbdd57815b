"""Databases that are nothing but a socket, well-behaved or not, and the real controller that they connect to."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ANYWHERE = "127.0.0.1:0"


class RealController:
    """``weft-controller`` in a process of its own. ``port`` is that for switches, ``ovsdb`` that for databases."""

    def __init__(self, folder: Path, *options: str) -> None:
        addresses = ("--rest", ANYWHERE, "--neutron", ANYWHERE, "--openflow", ANYWHERE, "--ovsdb", ANYWHERE)
        command = [sys.executable, "-m", "weft.apps.launch", *addresses, "--store", str(folder / "weft.db"), *options]
        self._log = folder / "log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout is not None
        ready = json.loads(self.process.stdout.readline())
        self.port, self.ovsdb = (int(ready[name].rpartition(":")[2]) for name in ("openflow", "ovsdb"))
        token = Path(ready["token_file"]).read_text().strip()
        self.api = httpx.Client(base_url=ready["rest"], headers={"Authorization": f"Bearer {token}"}, timeout=20)
        self.neutron = httpx.Client(base_url=ready["neutron"], headers={"X-Auth-Token": token}, timeout=20)

    def make(self, *facts: tuple[str, dict[str, Any]]) -> None:
        """Make facts, all or none."""
        commands = [{"do": "create", "kind": kind, "fields": fields} for kind, fields in facts]
        self.api.post("/v1/transactions", json={"commands": commands}).raise_for_status()

    def claims(self) -> dict[str, tuple[str, str]]:
        """Of each interface that claims something: the port, and what came of it."""
        answer = self.api.get("/v1/claims").raise_for_status().json()
        return {claim["interface"]: (claim["port"], claim["outcome"]) for claim in answer["claims"]}

    def log(self) -> list[str]:
        """What it has logged."""
        return self._log.read_text().splitlines()

    def resident(self) -> int:
        """Its memory, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) // 1024

    def close(self) -> None:
        self.api.close()
        self.neutron.close()
        self.process.terminate()
        self.process.wait(10)


class Peer:
    """A connection as a database makes it. It is asked to be watched; what it answers is the test's."""

    def __init__(self, controller: RealController, holds: dict[str, Any] | None = None) -> None:
        self.socket = socket.create_connection(("127.0.0.1", controller.ovsdb), timeout=10)
        self.address = "{}:{}".format(*self.socket.getsockname())
        self._buffer = ""
        if holds is not None:
            self.say({"id": self.request()["id"], "result": holds, "error": None})

    def request(self) -> dict[str, Any]:
        """The next message from the controller."""
        while True:
            try:
                found, end = json.JSONDecoder().raw_decode(self._buffer)
            except ValueError:
                data = self.socket.recv(65536)
                if not data:
                    raise EOFError("the controller closed the connection") from None
                self._buffer += data.decode()
            else:
                self._buffer = self._buffer[end:]
                assert isinstance(found, dict)
                return found

    def say(self, message: Any) -> None:
        self.send(json.dumps(message).encode())

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def update(self, **tables: Any) -> None:
        """What has changed."""
        self.say({"id": None, "method": "update", "params": [None, tables]})

    def echo(self) -> float:
        """The seconds that the controller takes to answer an echo."""
        began = time.monotonic()
        self.say({"id": "echo", "method": "echo", "params": []})
        while (found := self.request()) != {"id": "echo", "result": [], "error": None}:
            self.answer(found)
        return time.monotonic() - began

    def answer(self, request: dict[str, Any]) -> None:
        """Answer an echo request of the controller's."""
        if request.get("method") == "echo":
            self.say({"id": request["id"], "result": request["params"], "error": None})

    def is_closed(self, seconds: float = 5.0) -> bool:
        """Whether the controller closes the connection in time; it is left without answers meanwhile."""
        self.socket.settimeout(seconds)
        try:
            while self.socket.recv(65536):
                pass
        except TimeoutError:
            return False
        except ConnectionError:
            pass
        return True

    def close(self) -> None:
        self.socket.close()


@contextmanager
def many(controller: RealController, count: int) -> Iterator[list[Peer]]:
    """So many connections that say nothing."""
    peers: list[Peer] = []
    try:
        peers += [Peer(controller) for _ in range(count)]
        yield peers
    finally:
        for peer in peers:
            peer.close()


def wait_until(truth: Any, what: str, seconds: float = 15.0) -> float:
    """Wait until it is true, and return how long that took in seconds."""
    began = time.monotonic()
    while not truth():
        assert time.monotonic() - began < seconds, f"{what}: not after {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began
