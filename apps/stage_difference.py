"""The difference of two sets of stages as a document, and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weft.controller.comparison import Comparison, StageCost
    from weft.controller.rehearsal import Fate

COST = ("stage", "flows", "bytes", "evaluations", "ms")


def document(against: str, name: str, comparison: Comparison) -> dict[str, Any]:
    """``document(against, name, comparison)`` is what the API and programs are told."""
    return {
        "name": name,
        "against": against,
        "revision": comparison.revision,
        "tables": {
            **{what: comparison.changes[what] for what in ("added", "removed", "changed")},
            "flows": [flow._asdict() for flow in comparison.flows],
        },
        "behaviour": {
            "tried": comparison.tried,
            "differing": comparison.differing,
            "whole": comparison.whole,
            "frames": [
                {"frame": found.what, "before": _fate(found.before), "after": _fate(found.after)}
                for found in comparison.frames
            ],
        },
        "cost": [
            {"stage": stage, "before": _cost(before), "after": _cost(after)}
            for stage, (before, after) in comparison.cost.items()
        ],
    }


def _fate(fate: Fate) -> Mapping[str, Any]:
    return {name: list(told) for name, told in fate._asdict().items()}


def _cost(cost: StageCost | None) -> Mapping[str, Any] | None:
    return cost._asdict() if cost is not None else None


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """What differs in tables and in what becomes of frames: ``-`` as it is, ``+`` as it would be."""
    tables, behaviour = found["tables"], found["behaviour"]
    counts = ", ".join(f"{tables[what]} {what}" for what in ("added", "removed", "changed"))
    yield f"tables at revision {found['revision']}, {found['against']} to {found['name']}: {counts}"
    switch = ""
    for flow in tables["flows"]:
        if flow["switch"] != switch:
            switch = flow["switch"]
            yield f"switch {switch}"
        yield from (f"{sign} {flow[side]}" for sign, side in (("-", "before"), ("+", "after")) if flow[side])
    left = tables["added"] + tables["removed"] + tables["changed"] - len(tables["flows"])
    if left:
        yield f"and {left} more"
    yield ""
    if not (tables["added"] or tables["removed"] or tables["changed"]):
        yield "frames: all fare alike, since the tables do"
        return
    rest = "" if behaviour["whole"] else "; there are more to try"
    yield f"frames: {behaviour['tried']} tried, {behaviour['differing']} fare otherwise{rest}"
    for frame in behaviour["frames"]:
        yield frame["frame"]
        for sign, side in (("-", "before"), ("+", "after")):
            told = [*(frame[side]["receivers"] or ["nobody"]), *(f"({why})" for why in frame[side]["reasons"])]
            yield f"{sign} {', '.join(told)}"


def costs(found: Mapping[str, Any]) -> list[dict[str, str]]:
    """A line for each stage; what differs stands as before → after."""
    return [_line(cost) for cost in found["cost"]]


def _line(cost: Mapping[str, Any]) -> dict[str, str]:
    sides = [
        cost[side] and {**cost[side], "ms": round(cost[side]["seconds"] * 1000, 1)} for side in ("before", "after")
    ]
    line = {"stage": cost["stage"]}
    for what in COST[1:]:
        values = ["-" if side is None else str(side[what]) for side in sides]
        line[what] = values[0] if values[0] == values[1] else " → ".join(values)
    return line
