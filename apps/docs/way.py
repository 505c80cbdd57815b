"""A picture of the way of one change. Each step names the code that does it; a name that is gone cannot be drawn."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from weft.controller.pipeline.drawing import LINE, Box, Text, arrow, box, picture

_WIDTH, _STEP, _MARGIN = 640, 26, 24


class Step(NamedTuple):
    """What it is called, the code that does it, and what happens."""

    title: str
    path: str
    name: str
    lines: tuple[str, ...]


STEPS = (
    Step(
        "ask",
        "apps/northbound/transactions.py",
        "Transactions.on_post",
        ("A request becomes commands. A wrong shape ends here (400).",),
    ),
    Step(
        "decide",
        "controller/model/decide.py",
        "decide",
        ("The model grants a command, or refuses and names the field and the rule.",),
    ),
    Step(
        "apply",
        "controller/model/network.py",
        "Network.apply",
        ("The facts hold, and say which of them read differently now.",),
    ),
    Step(
        "commit",
        "controller/contracts.py",
        "Store.commit",
        ("The facts are on disk as revision N. Only now is the client told yes.",),
    ),
    Step(
        "compile",
        "controller/compile/compiler.py",
        "Compiler.settle",
        ("What read a touched fact runs again, and nothing else does.",),
    ),
    Step(
        "want",
        "controller/sync/progress.py",
        "Progress.want",
        (
            "Each switch that this concerns should hold something else now.",
            "Its session wakes. Nobody waits for a switch.",
        ),
    ),
    Step(
        "tell",
        "controller/adapters/openflow/conversation.py",
        "Conversation.tell",
        (
            "The difference goes out: what is added first, then what is removed.",
            "It is a bundle: all at one instant, or nothing.",
        ),
    ),
    Step(
        "prove",
        "controller/sync/progress.py",
        "Progress.acknowledged",
        (
            "The switch has answered. A port is ACTIVE, or says what was refused.",
            "An audit asks the switch itself: when it connects, and every 30 seconds.",
        ),
    ),
)


def drawing(root: Path) -> str:
    """The picture, as SVG. Raises ``LookupError`` when the code of a step is not where it should be."""
    places: list[Box] = []
    y: float = _MARGIN
    for step in STEPS:
        _find(root / step.path, step.name)
        places.append(Box(_MARGIN, y, _WIDTH - 2 * _MARGIN, (len(step.lines) + 2) * LINE + 16))
        y = places[-1].bottom.y + _STEP
    shapes = [arrow(above.bottom, below.top) for above, below in pairwise(places)]
    for number, (step, place) in enumerate(zip(STEPS, places, strict=True), 1):
        title, code = Text(f"{number}  {step.title}", "ink bold", 15), Text(f"{step.path}  {step.name}", "accent", 12)
        shapes.append(box(place, [title, *map(Text, step.lines), code]))
    return picture("The way of one change", _WIDTH, y - _STEP + _MARGIN, shapes)


def _find(path: Path, name: str) -> None:
    """Walk to a class or function of a module."""
    node: ast.AST = ast.parse(path.read_text(encoding="utf-8"))
    for step in name.split("."):
        within = (n for n in ast.iter_child_nodes(node) if isinstance(n, ast.ClassDef | ast.FunctionDef))
        found = next((n for n in within if n.name == step), None)
        if found is None:
            raise LookupError(f"{path} has no {name}, which a picture speaks of")
        node = found
