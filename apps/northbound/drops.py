"""``/v1/drops?limit=<n>``: why frames die, over all switches: whose they were, and for which reason."""

from __future__ import annotations

import re
from typing import ClassVar

import eventlet
import falcon

from weft.apps.northbound.counters import ask
from weft.apps.northbound.description.operations import Answer, Operation, Operations, Parameter
from weft.apps.northbound.description.shown import Drops as ShownDrops
from weft.apps.northbound.problems import malformed
from weft.apps.northbound.seeing import measured_ports, sight_of
from weft.controller.counters import Dropped, about_drops, drops_document, drops_on
from weft.controller.model.facts import Port
from weft.controller.model.network import Network
from weft.controller.model.visibility import NOBODYS
from weft.controller.service import Service

LIMIT = 100  # unless somebody says how many


class Drops:
    """The frames that have died."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="list_drops",
            group="fabric",
            summary="Say why frames die",
            doc="The ports and reasons with most frames, as the switches that answer count them now. Whoever may not "
            "be told of all is told of their own ports.",
            parameters=(
                Parameter("limit", "The most to show.", {"type": "integer", "minimum": 1, "maximum": 999_999}),
            ),
            answers={200: Answer("What has died.", ShownDrops)},
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The ports and reasons with most frames, as the switches that answer count them now."""
        limit = req.get_param("limit", default=str(LIMIT))
        if not re.fullmatch("[1-9][0-9]{0,5}", limit):
            raise malformed("must be a number from 1 to 999999", "limit")
        network = self._service.network
        sight = sight_of(self._service, req)
        questions = about_drops(network)
        own: set[int] | None = None  # the numbers of the ports that one may be told of; None: of all, and of nobody's
        if not sight.caller.may("get_drops", NOBODYS):
            ports = list(measured_ports(sight))
            own = {port.number for port in ports}
            places = {switch for port in ports if (switch := switch_of(network, port)) is not None}
            questions = {switch: question for switch, question in questions.items() if switch in places}
        readings, pipeline = ask(self._service, questions), self._service.compiler.pipeline
        found: list[Dropped] = []
        for switch, reading in readings.items():
            here = drops_on(network, switch, reading, pipeline)
            found += (drop for drop in here if own is None or drop.number in own)
            eventlet.sleep(0)  # many switches with many ports leave everybody else a turn
        answer = drops_document(network, found, readings.keys(), int(limit), pipeline)
        answer["unanswered"] = [switch for switch in answer["unanswered"] if switch in questions]
        resp.media = answer


def switch_of(network: Network, port: Port) -> str | None:
    """The switch that what is plugged into a port is at, if it is anywhere."""
    attachment = network.attachment(port.id)
    vif = network.vif(attachment.vif) if attachment is not None else None
    return vif.switch if vif is not None else None
