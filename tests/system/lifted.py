"""Stages that want what the real ones want, each flow one priority higher: every flow is new, and does the same."""

from __future__ import annotations

from collections.abc import Iterator

from weft.controller.compile.audience import Placed
from weft.controller.compile.stage import Stage
from weft.controller.compile.stages import STAGES
from weft.controller.compile.variant import Variant
from weft.controller.compile.view import View
from weft.controller.flow.flow import Flow


def raised(stage: Stage) -> Stage:
    """The stage, a step higher."""

    def run(view: View, *subject: str) -> Iterator[Placed]:
        for audience, wish in stage.run(view, *subject):
            yield Placed(audience, wish._replace(priority=wish.priority + 1) if isinstance(wish, Flow) else wish)

    return stage._replace(run=run)


lifted = Variant(tuple(map(raised, STAGES)), doc="Every flow at a priority that is higher by one.")
