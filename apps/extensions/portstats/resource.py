"""``/v1/ext/portstats/ports``: what has passed and what has died at ports, the busiest first.

The switches are asked, all at once, and the answer waits for them. Nothing is kept in the controller.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import eventlet
import falcon
from pydantic import BaseModel, ConfigDict, Field

from weft.apps.northbound.counters import ask
from weft.apps.northbound.description.operations import Answer, Operation, Operations, Parameter
from weft.apps.northbound.description.shown import Counted
from weft.apps.northbound.problems import malformed
from weft.apps.northbound.seeing import measured_ports, sight_of
from weft.controller.contracts import Question, Reading
from weft.controller.counters import Nowhere, Place, about_port, place_of, port_document
from weft.controller.pipeline.schema import Pipeline
from weft.controller.service import Service

LIMIT = 100  # unless somebody says how many
WHOLE = ConfigDict(extra="forbid")
_SLICE = 200  # ports between two turns of everybody else


class Statistics(BaseModel):
    """What has passed and what has died at one port."""

    model_config = WHOLE
    port: str = Field(description="The port.")
    switch: str = Field(description="The switch that counts it.")
    interface: str = Field(description="Its interface there.")
    received: Counted = Field(description="What its VIF has sent, with what was dropped of it.")
    sent: Counted = Field(description="What its VIF was sent.")
    dropped_frames: int = Field(description="How many frames have died in all.")


class AllStatistics(BaseModel):
    """What has passed and what has died at ports."""

    model_config = WHOLE
    ports: list[Statistics] = Field(description="Those with most bytes first.")
    unanswered: list[str] = Field(description="The switches that did not answer.")


class PortStats:
    """The statistics of ports."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="list_port_statistics",
            group="portstats",
            summary="Show what has passed at ports, the busiest first",
            doc="Of the ports whose counters the caller may see, and whose switches answer: as these count it now.",
            parameters=(
                Parameter("segment", "Only the ports of this segment.", {"type": "string", "minLength": 1}),
                Parameter("limit", "The most to show.", {"type": "integer", "minimum": 1, "maximum": 9999}),
            ),
            answers={200: Answer("What was counted.", AllStatistics)},
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The busiest ports, as the switches that answer count them now."""
        limit, segment = req.get_param("limit", default=str(LIMIT)), req.get_param("segment")
        if not re.fullmatch("[1-9][0-9]{0,3}", limit):
            raise malformed("must be a number from 1 to 9999", "limit")
        ports = (p for p in measured_ports(sight_of(self._service, req)) if segment in (None, p.segment))
        places = list(self._places(port.id for port in ports))
        questions = _questions(places)
        readings = ask(self._service, questions)
        found = []
        pipeline = self._service.compiler.pipeline
        for number, place in enumerate(places):
            if place.switch in readings:
                found.append(_document(place, readings[place.switch], pipeline))
            if number % _SLICE == _SLICE - 1:
                eventlet.sleep(0)
        found.sort(key=lambda one: (-one["received"]["bytes"] - one["sent"]["bytes"], one["port"]))
        resp.media = {"ports": found[: int(limit)], "unanswered": sorted(questions.keys() - readings.keys())}

    def _places(self, ports: Iterable[str]) -> Iterable[Place]:
        for port in ports:
            try:
                yield place_of(self._service.network, port)
            except Nowhere:
                continue


def _questions(places: Iterable[Place]) -> Mapping[str, Question]:
    """What each switch is asked: of all its ports at once."""
    asked: dict[str, list[Question]] = {}
    for place in places:
        asked.setdefault(place.switch, []).append(about_port(place))
    return {
        switch: Question(
            tuple(ofport for question in questions for ofport in question.ofports),
            tuple(entry for question in questions for entry in question.entries),
            tuple(meter for question in questions for meter in question.meters or ()),
        )
        for switch, questions in asked.items()
    }


def _document(place: Place, reading: Reading, pipeline: Pipeline) -> dict[str, Any]:
    document = port_document(place, reading, pipeline)
    return {name: document[name] for name in Statistics.model_fields}
