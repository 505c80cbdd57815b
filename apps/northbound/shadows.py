"""``/v1/shadows``: sets of stages that are compiled beside what the switches follow, how they differ, and promotion."""

from __future__ import annotations

import re
from collections.abc import Iterator
from time import monotonic
from typing import Any, ClassVar

import eventlet
import falcon

from weft.apps import stage_difference
from weft.apps.northbound.description.operations import IDEMPOTENCY_KEY, Answer, Operation, Operations, Parameter
from weft.apps.northbound.description.shown_shadows import (
    ChangedShadow,
    ShadowDifference,
    ShownShadow,
    ShownShadows,
)
from weft.apps.northbound.doing import Done, Plan, do
from weft.apps.northbound.problems import malformed, refused
from weft.apps.northbound.seeing import missing, require, sight_of
from weft.apps.northbound.shapes import checked
from weft.controller.comparison import Bounds, Comparison
from weft.controller.model.commands import Promote, Refusal
from weft.controller.model.promotion import REAL
from weft.controller.service import Service
from weft.controller.shadow import Compilation, Shadows

LONGEST_SLICE = 0.01  # seconds of comparing after which others get their turn
LONGEST = 20.0  # seconds for which frames are tried; clients wait for 30
MOST = 100_000
_NUMBER = re.compile("0|[1-9][0-9]{0,5}")


class ShadowList:
    """All sets of stages."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="list_shadows",
            group="shadows",
            summary="List the sets of stages",
            doc="The real stages, and those that are compiled beside them. Switches are told of the one that is "
            "`followed` alone.",
            answers={200: Answer("They.", ShownShadows)},
            refusals=(403,),
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The real stages first."""
        require(sight_of(self._service, req), "get_shadows")
        resp.media = {"shadows": [shown(self._service, name) for name in names(self._service.shadows)]}


class OneShadow:
    """A set of stages."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="show_shadow",
            group="shadows",
            summary="Show a set of stages",
            answers={200: Answer("It.", ShownShadow)},
            refusals=(403, 404),
        ),
        "PATCH": Operation(
            id="promote_shadow",
            group="shadows",
            summary="Let the switches follow a set of stages, or no longer",
            doc="The switches are told what differs, and what is added is added before anything is removed. It holds "
            "also when the controller starts again. A set that was given up, or that fails for somebody, is refused; "
            "the real stages, `core`, are never.",
            parameters=(IDEMPOTENCY_KEY,),
            body=ChangedShadow,
            answers={200: Answer("It; `followed` as soon as it has been compiled.", ShownShadow)},
            refusals=(403, 404, 409, 422),
            example={"promoted": True},
        ),
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """How it is."""
        self._seen(req, name)
        resp.media = shown(self._service, name)

    def on_patch(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Promote it, or let the real stages be followed again."""
        self._seen(req, name)

        def plan(body: Any) -> Plan:
            if checked(ChangedShadow, body)["promoted"]:
                self._check_promotable(name)
                return Plan([Promote(name)])
            promoted = self._service.network.promoted
            return Plan([Promote(REAL if promoted == name else promoted)])

        do(self._service, req, resp, plan, lambda _: Done(shown(self._service, name)))

    def _seen(self, req: falcon.Request, name: str) -> None:
        require(sight_of(self._service, req), "get_shadows")
        if name not in names(self._service.shadows):
            raise missing("shadow", name)

    def _check_promotable(self, name: str) -> None:
        found = self._service.shadows.get(name)
        wrong = problems(self._service.shadows, name)
        if found is None or (wrong and name != REAL):
            raise refused(Refusal("conflict", "promoted", f"shadow {name!r} is not sound: {wrong[0]}"))


class Difference:
    """How a shadow differs from what the switches follow."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="show_shadow_difference",
            group="shadows",
            summary="Show how a shadow differs from what the switches follow",
            doc="In the tables of each switch, in what becomes of frames that are chosen from the model, and in cost. "
            "Nothing is sent, and nobody else waits meanwhile.",
            parameters=(
                Parameter("flows", "The most flows to show.", {"type": "integer", "minimum": 0, "maximum": MOST}),
                Parameter("frames", "The most frames to try.", {"type": "integer", "minimum": 0, "maximum": MOST}),
            ),
            answers={200: Answer("The difference.", ShadowDifference)},
            refusals=(403, 404, 409),
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Found in small steps, so that everybody else has their turn."""
        require(sight_of(self._service, req), "get_shadows")
        shadows = self._service.shadows
        usual = Bounds()
        bounds = Bounds(_number(req, "flows", usual.flows), _number(req, "frames", usual.frames))
        if name not in names(shadows):
            raise missing("shadow", name)
        shadow = shadows.get(name)
        if shadow is None or shadow.given_up or not (shadow.settled or shadow is shadows.running):
            why = "; ".join(problems(shadows, name)) or "it is being compiled; ask again in a moment"
            raise refused(Refusal("conflict", "name", f"shadow {name!r} has no tables to compare: {why}"))
        real = shadows.running
        comparison = Comparison(self._service.network, real, shadow, bounds)
        _drive(comparison.work())
        resp.media = stage_difference.document(real.name, shadow.name, comparison)


def _drive(steps: Iterator[None]) -> None:
    began = turn = monotonic()
    for _ in steps:
        now = monotonic()
        if now - began > LONGEST:
            return
        if now - turn > LONGEST_SLICE:
            eventlet.sleep(0)
            turn = monotonic()


def _number(req: falcon.Request, name: str, usual: int) -> int:
    text = req.get_param(name, default=str(usual))
    if not _NUMBER.fullmatch(text) or int(text) > MOST:
        raise malformed(f"must be a number from 0 to {MOST}", name)
    return int(text)


def names(shadows: Shadows) -> tuple[str, ...]:
    """Every set of stages that there is to say something of."""
    lost = [shadows.missing] if shadows.missing else []
    return tuple(dict.fromkeys((*shadows.names, *shadows.unusable, *lost)))


def problems(shadows: Shadows, name: str) -> list[str]:
    """What is wrong with a set of stages."""
    found = shadows.get(name)
    if found is not None:
        return [found.given_up] if found.given_up else found.compiler.complaints()
    return [shadows.unusable.get(name, "it was promoted, and this controller was started without it")]


def shown(service: Service, name: str) -> dict[str, Any]:
    """The document of a set of stages."""
    shadows = service.shadows
    found = shadows.get(name)
    costs = found.compiler.costs.by_stage.values() if found is not None else ()
    added, replaced, left_out = shadows.altered(name)
    return {
        "name": name,
        "doc": found.doc if found is not None else "",
        "state": _state(shadows, found),
        "promoted": service.network.promoted == name,
        "problems": problems(shadows, name),
        "added": added,
        "replaced": replaced,
        "left_out": left_out,
        "evaluations": sum(cost.evaluations for cost in costs),
        "seconds": round(sum(cost.seconds for cost in costs), 6),
    }


def _state(shadows: Shadows, found: Compilation | None) -> str:
    if found is None:
        return "missing"
    if found is shadows.running:
        return "followed"
    return "given-up" if found.given_up else "compiled" if found.settled else "compiling"
