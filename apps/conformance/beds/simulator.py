"""The bed of the simulator: three simulated switches in a ring, inside the controller's own process."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from weft.conformance.bed import Bed, Sent

PLACES = ("m1", "m2", "m3")
CABLES = (("m1", "f1", "m2", "f2"), ("m2", "f1", "m3", "f2"), ("m3", "f1", "m1", "f2"))
PATIENCE = 20.0  # seconds in which a controller that starts must answer
_POLL = 0.05
_OFTEN = 0.2  # seconds between two looks whether the controller is another


class SimulatorBed(Bed):
    """Machines by a socket of the simulator. What was asked for holds when the controller has started anew."""

    places: Sequence[str] = PLACES

    def __init__(self, directory: Path) -> None:
        self._path = directory / "simulator.sock"
        self._connection: socket.socket | None = None
        self._lines: Any = None
        self._asked: dict[tuple[str, tuple[str, ...]], bool] = {}  # what holds until it is asked otherwise
        self._turn = threading.RLock()
        self._closed = threading.Event()
        threading.Thread(target=self._stay, name="simulator-bed", daemon=True).start()

    def documents(self) -> Mapping[str, Any]:
        """The switches and their cables."""
        return {
            "switches": [{"id": p, "plugin": "simulator", "fabric_interfaces": ["f1", "f2"]} for p in PLACES],
            "links": [
                {"a": {"switch": a, "interface": one}, "b": {"switch": b, "interface": other}}
                for a, one, b, other in CABLES
            ],
        }

    def settings(self) -> Mapping[str, Any]:
        """Where the machines speak."""
        return {"simulator": {"socket": str(self._path)}}

    def plug(self, place: str, name: str) -> str:
        """Have the interface."""
        self._hold("plug", (place, name), True)
        self._hold("pull", (place, name), False)
        return name

    def unplug(self, place: str, interface: str) -> None:
        """Have it no longer, but where the model speaks of it: there it has no carrier."""
        self._hold("plug", (place, interface), False)
        self._hold("pull", (place, interface), True)

    def send(self, frames: Sequence[Sent]) -> list[list[Sent]]:
        """Each frame is heard at once."""
        asked = [[one.place, one.interface, one.frame.hex()] for one in frames]
        heard = self._ask({"send": asked})["heard"]
        return [[Sent(place, at, bytes.fromhex(frame)) for place, at, frame in one] for one in heard]

    def disturb(self, place: str, how: Random) -> str:
        """Change what the switch holds."""
        return str(self._ask({"disturb": [place, how.randrange(1 << 16)]})["done"])

    def cut(self, link: int, up: bool) -> bool:
        """Let both ends have carrier, or neither."""
        a, one, b, other = CABLES[link]
        self._hold("pull", (a, one), not up)
        self._hold("pull", (b, other), not up)
        return True

    def outage(self, place: str, over: bool) -> bool:
        """Let the controller not reach the switch."""
        self._hold("outage", (place,), not over)
        return True

    def close(self) -> None:
        """The simulator ends with its controller."""
        self._closed.set()
        with self._turn:
            self._hang_up()

    def _stay(self) -> None:
        """See to it that a controller that has started anew soon hears what holds, whether or not anybody asks."""
        while not self._closed.wait(_OFTEN):
            with self._turn, suppress(OSError, EOFError):
                if self._connection is not None:
                    self._said({"send": []})
                elif self._path.exists():
                    self._connect()

    def _hold(self, verb: str, about: tuple[str, ...], so: bool) -> None:
        self._asked[verb, about] = so
        self._ask({verb: [*about, so]})

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer; of a controller that has started anew, when it has been told what holds."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with self._turn:
                    if self._connection is None:
                        self._connect()
                    return self._said(request)
            except (OSError, EOFError) as error:
                if time.monotonic() > until:
                    raise TimeoutError(f"the simulator does not answer: {error}") from None
                time.sleep(_POLL)

    def _connect(self) -> None:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(PATIENCE)
            connection.connect(str(self._path))
        except OSError:
            connection.close()
            raise
        self._connection, self._lines = connection, connection.makefile("rwb")
        for (verb, about), so in self._asked.items():
            self._said({verb: [*about, so]})

    def _hang_up(self) -> None:
        if self._connection is not None:
            with suppress(OSError):
                self._lines.close()
            self._connection.close()
        self._connection = None

    def _said(self, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            self._lines.write(json.dumps(request).encode() + b"\n")
            self._lines.flush()
            line = self._lines.readline()
            if not line:
                raise EOFError("it has closed the connection")
        except (OSError, EOFError):
            self._hang_up()
            raise
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise ValueError(f"the simulator refuses {request}: {answer['error']}")
        return answer
