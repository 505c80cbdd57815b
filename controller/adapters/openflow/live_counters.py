"""Reads counters from the switches that have a session, all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

import structlog

from weft.controller.adapters.openflow import compat  # noqa: F401  # isort: skip  # Ryu cannot be imported before
from ryu.lib import hub

from weft.controller.adapters.openflow import messages, statistics
from weft.controller.adapters.openflow.conversation import NoAnswer, Request
from weft.controller.adapters.openflow.guard import Garbage
from weft.controller.adapters.openflow.messages import FlowStat
from weft.controller.adapters.openflow.protocol import OFPM_ALL
from weft.controller.adapters.openflow.session import SwitchSession
from weft.controller.adapters.openflow.statistics import MeterStat, PortStat
from weft.controller.contracts import Count, Question, Reading, Traffic

log = structlog.get_logger(__name__)

Stat = PortStat | FlowStat | MeterStat
Reader = Callable[[bytes], Iterator[Stat]]


class LiveCounters:
    """The counters of the switches that ``sessions()`` are with. Who asks waits, and nobody else does."""

    def __init__(self, sessions: Callable[[], Iterable[SwitchSession]]) -> None:
        self._sessions = sessions

    def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Reading]:
        """Ask all these switches at once. Who has no session, or does not answer in time, is not in the answer."""
        session_by_name = {session.name: session for session in self._sessions()}
        asked = [name for name in questions if name in session_by_name]
        threads = [hub.spawn(_read, session_by_name[name], questions[name]) for name in asked]
        readings = {name: thread.wait() for name, thread in zip(asked, threads, strict=True)}
        return {name: reading for name, reading in readings.items() if reading is not None}


def _read(session: SwitchSession, question: Question) -> Reading | None:
    """What the switch answers; None when it does not. A switch that answers garbage loses its session."""
    requests, readers = zip(*_requests(question), strict=True)
    try:
        return _reading(zip(readers, session.ask(requests), strict=True))
    except NoAnswer as error:
        log.warning("a switch was asked for its counters in vain", switch=session.name, error=str(error))
    except Garbage as garbage:
        session.connection.end(str(garbage))
    return None


def _requests(question: Question) -> Iterator[tuple[Request, Reader]]:
    for ofport in question.ofports:
        yield partial(statistics.port_stats_request, ofport=ofport), statistics.port_stats
    for table, match in question.entries:
        yield partial(messages.flow_stats_request, table=table, match=match), messages.flow_stats
    for meter in (OFPM_ALL,) if question.meters is None else question.meters:
        yield partial(statistics.meter_stats_request, meter=meter), statistics.meter_stats


def _reading(answers: Iterable[tuple[Reader, list[bytes]]]) -> Reading:
    """What the replies say. Others have their turn between any two of them."""
    ports: dict[int, Traffic] = {}
    entries: list[tuple[int, bytes, Count]] = []
    meters: dict[int, Count] = {}
    for read, replies in answers:
        for reply in replies:
            for stat in read(reply):
                match stat:
                    case PortStat(ofport, received, sent):
                        ports[ofport] = Traffic(received, sent)
                    case FlowStat() if stat.packet_count:
                        entries.append((stat.table, stat.match, Count(stat.packet_count, stat.byte_count)))
                    case MeterStat(meter, dropped) if dropped.frames:
                        meters[meter] = dropped
            hub.sleep(0)
    return Reading(ports, entries, meters)
