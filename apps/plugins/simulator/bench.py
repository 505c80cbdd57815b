"""A socket at which programs are machines on simulated switches: they send frames, and hear what comes of them.

Each line is a request in JSON, and is answered by a line. ``{"send": [["s1", "e1", "ffff..."]]}`` (place, interface,
frame in hexadecimal) is answered by who has heard each frame: ``{"heard": [[["s2", "e1", "ffff..."]]]}``.
``{"plug": ["s1", "e1", true]}`` has an interface there, ``{"pull": ["s1", "e1", true]}`` takes its carrier,
``{"outage": ["s1", true]}`` puts a switch out of the controller's reach, and ``{"disturb": ["s1", 7]}`` changes what it
holds, by the seed of that number. Who may write to the socket's file may do all that.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any

from weft.controller.adapters.openflow import compat  # noqa: F401  # isort: skip  # Ryu cannot be imported before
import eventlet
from eventlet.green import socket

from weft.controller.model.facts import Endpoint

if TYPE_CHECKING:
    from weft.apps.plugins.simulator.plugin import Simulator

LONGEST = 1 << 24  # octets of a request


class Bench:
    """Serves the socket, each program in a green thread of its own."""

    def __init__(self, simulator: Simulator, path: str) -> None:
        self._simulator = simulator
        self._path = path

    def open(self) -> None:
        """Listen, in the place of whoever has listened there before."""
        with suppress(FileNotFoundError):
            os.unlink(self._path)
        listener = eventlet.listen(self._path, family=socket.AF_UNIX)
        os.chmod(self._path, 0o600)
        eventlet.spawn(self._accept, listener)

    def _accept(self, listener: Any) -> None:
        while True:
            connection, _ = listener.accept()
            eventlet.spawn(self._serve, connection)

    def _serve(self, connection: Any) -> None:
        with connection, suppress(OSError), connection.makefile("rwb") as lines:
            while line := lines.readline(LONGEST):
                lines.write(json.dumps(self._answer(line)).encode() + b"\n")
                lines.flush()

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            ((verb, said),) = json.loads(line).items()
            return self._do(verb, said)
        except (ValueError, TypeError, AttributeError) as error:
            return {"error": f"{error}"}

    def _do(self, verb: str, said: Any) -> dict[str, Any]:
        simulator = self._simulator
        match verb, said:
            case "send", list():
                journeys = [simulator.send(Endpoint(place, at), bytes.fromhex(frame)) for place, at, frame in said]
                return {"heard": [[[*one.at, one.frame.hex()] for one in journey.heard] for journey in journeys]}
            case "plug", [str(place), str(interface), bool(there)]:
                simulator.plug(Endpoint(place, interface), there)
            case "pull", [str(place), str(interface), bool(gone)]:
                simulator.pull(Endpoint(place, interface), not gone)
            case "outage", [str(place), bool(begins)]:
                simulator.reach(place, not begins)
            case "disturb", [str(place), int(seed)]:
                return {"done": simulator.disturb(place, Random(seed))}
            case _:
                raise ValueError(f"{verb} is not understood")
        return {"done": True}
