"""``/v1/simulator/frames``: send a frame into a simulated switch, and see who hears it, on which way, and why not."""

from __future__ import annotations

from typing import Any, ClassVar

import eventlet
import falcon

from weft.apps.northbound.bodies import read_json
from weft.apps.northbound.description.operations import Answer, Operation, Operations
from weft.apps.northbound.description.shown_simulations import LONGEST, FrameStory, SentFrame
from weft.apps.northbound.problems import malformed, refused
from weft.apps.northbound.seeing import missing, require, sight_of
from weft.apps.northbound.shapes import checked
from weft.apps.plugins.simulator import story
from weft.apps.plugins.simulator.plugin import NAME, Simulator
from weft.controller.model.commands import Refusal
from weft.controller.model.facts import Endpoint
from weft.controller.service import Service


class SimulatedFrames:
    """Frames that machines send into simulated switches."""

    operations: ClassVar[Operations] = {
        "POST": Operation(
            id="simulate_frame",
            group="fabric",
            summary="Send a frame into a simulated switch, and see what becomes of it",
            doc="It goes through the tables that the switch holds now, over simulated cables to other simulated "
            "switches, and to machines. The answer says who has heard it, and every entry that it has met. It may be "
            "sent by a `port`, or at an `interface` of a `switch`.",
            body=SentFrame,
            answers={200: Answer("What became of it.", FrameStory)},
            refusals=(403, 404, 409, 422),
            example={"switch": "s1", "interface": "e1", "frame": "ffffffffffff02000000000a88b50000"},
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """All that becomes of it is known when it is answered."""
        require(sight_of(self._service, req), "simulate_frame")
        asked = checked(SentFrame, read_json(req))
        frame, at = _octets(asked["frame"]), self._place(asked)
        simulator = self._service.plugins.get(NAME)
        switch = self._service.network.switch(at.switch)
        if switch is None:
            raise missing("switch", at.switch)
        if not isinstance(simulator, Simulator) or switch.plugin != NAME:
            raise refused(Refusal("conflict", "switch", f"switch {at.switch} is not simulated"))
        journey = simulator.send(at, frame, breathe=lambda: eventlet.sleep(0))
        resp.media = story.document(journey, simulator.pipeline, self._service.network)

    def _place(self, asked: dict[str, Any]) -> Endpoint:
        """Where the machine is that sends."""
        port, switch, interface = (asked.get(name) for name in ("port", "switch", "interface"))
        if port is None:
            for name, value in (("switch", switch), ("interface", interface)):
                if value is None:
                    raise refused(Refusal("malformed", name, "is required where no port is given"))
            assert switch is not None
            assert interface is not None
            return Endpoint(switch, interface)
        if switch is not None or interface is not None:
            field = "switch" if switch is not None else "interface"
            raise refused(Refusal("malformed", field, "is of a place, and a port is given"))
        if self._service.network.port(port) is None:
            raise missing("port", port)
        at = self._service.network.location(port)
        if at is None:
            raise refused(Refusal("conflict", "port", f"what is plugged into port {port} is nowhere"))
        return at


def _octets(text: str) -> bytes:
    try:
        octets = bytes.fromhex(text) if text.isalnum() else b""
    except ValueError:
        octets = b""
    if not 0 < len(octets) <= LONGEST:
        raise malformed(f"must be 1 to {LONGEST} octets in hexadecimal", "frame")
    return octets
