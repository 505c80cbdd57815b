"""The golden files: each switch's tables in the names of the pipeline. ``scripts/golden`` writes them."""

from __future__ import annotations

from pathlib import Path

from tests.golden.worlds import WORLDS
from tests.world import World
from weft.controller.flow.text import named
from weft.controller.pipeline.core import CORE

FOLDER = Path(__file__).parent


def golden(name: str) -> Path:
    """The file of that world."""
    return FOLDER / f"{name}.txt"


def text(name: str) -> str:
    """The tables of all switches of that world, in reading order."""
    make = WORLDS[name]
    world = make().compile()
    switches = "\n\n".join(_switch(world, switch) for switch in world.switches())
    return f"{make.__doc__}\n\n{switches}\n"


def _switch(world: World, switch: str) -> str:
    entries = sorted(world.compiler.flows(switch).values(), key=lambda e: (e.table, -e.priority, e.match))
    return "\n".join([f"switch {switch}", *(named(entry, CORE) for entry in entries)])


def write() -> None:
    """Write every file anew."""
    for name in WORLDS:
        golden(name).write_text(text(name), encoding="utf-8")


if __name__ == "__main__":
    write()
