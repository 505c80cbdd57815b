"""What became of a frame, told: which entries it has met in which switch, where it has left, and why it died."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from weft.apps.plugins.simulator.fabric import Journey, Visit
from weft.controller.extension import METER_IDS
from weft.controller.flow.actions import TO_CONTROLLER
from weft.controller.flow.simulate import Dropped, Event, Left, Looked, Metered
from weft.controller.flow.text import actions_text, match_text
from weft.controller.model.facts import Endpoint
from weft.controller.model.network import Network
from weft.controller.pipeline.reasons import METERED
from weft.controller.pipeline.schema import Pipeline

Document = dict[str, Any]
_NO_ENTRY = "No entry of the table matches it."
_NOT_THERE = "It leaves by a port that is not there, or has no carrier."


def document(journey: Journey, pipeline: Pipeline, network: Network) -> Document:
    """The journey as JSON has it: who has heard the frame, and what it met on its way, switch by switch."""
    return {
        "heard": [{**_where(heard.at, network), "frame": heard.frame.hex()} for heard in journey.heard],
        "visits": [_visit(visit, pipeline) for visit in journey.visits],
        "lost": journey.lost,
    }


def _where(at: Endpoint, network: Network) -> Document:
    vif = network.vif_at(at)
    port = network.port(network.port_of_vif(vif) or "") if vif is not None else None
    said = {"port": None, "name": ""} if port is None else {"port": port.id, "name": port.name}
    return {"switch": at.switch, "interface": at.interface, **said}


def _visit(visit: Visit, pipeline: Pipeline) -> Document:
    return {
        "switch": visit.at.switch,
        "interface": visit.at.interface,
        "frame": visit.frame.hex(),
        "steps": [step for event in visit.events for step in _steps(event, visit, pipeline)],
        "broken": visit.broken,
    }


def _steps(event: Event, visit: Visit, pipeline: Pipeline) -> Iterator[Document]:
    match event:
        case Looked(_, None):
            return  # that it has died of it is an event of its own
        case Looked(table, entry) if entry is not None:
            name = _table(table, pipeline)
            done = actions_text(entry, pipeline)
            yield _step("matched", table=name, match=match_text(entry, pipeline), actions=done)
        case Left(ofport, _, octets):
            interface = visit.interface_by_ofport.get(ofport)
            if interface is not None:
                yield _step("left", interface=interface, frame=octets.hex())
            elif ofport == TO_CONTROLLER.ofport:
                yield _step("told", why="The controller is told of it.")
            else:
                yield _step("died", why=_NOT_THERE)
        case Metered(meter):
            reason = _limit(meter)
            yield _step("died", reason=reason, why=_why(reason, pipeline) or f"It is beyond what meter {meter} allows.")
        case Dropped(reason, table):
            yield _step("died", table=table, reason=reason, why=_why(reason, pipeline) if reason else _NO_ENTRY)


def _step(what: str, **said: str) -> Document:
    return {"what": what, **said}


def _table(table: int, pipeline: Pipeline) -> str:
    known = pipeline.table_by_id.get(table)
    return known.name if known is not None else str(table)


def _limit(meter: int) -> str:
    """The reason that a meter of the core is for; empty for one of an extension."""
    rest = meter % len(METERED)
    return next(name for name, of in METERED.items() if of == rest) if meter not in METER_IDS else ""


def _why(reason: str, pipeline: Pipeline) -> str:
    known = pipeline.reason_by_name.get(reason)
    return known.doc if known is not None else ""
