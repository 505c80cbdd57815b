"""Which parts of the documents are generated, and from what."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from weft.apps.docs import client_types, fabric, layers, plugins, way
from weft.controller.compile.stages import STAGES
from weft.controller.model.traits import TRAITS
from weft.controller.pipeline import render
from weft.controller.pipeline.core import CORE
from weft.topologies.shapes import SHAPES


class Part(NamedTuple):
    """A file, or what stands between the markers of that name in it, and what it should be."""

    path: str
    name: str
    text: str


def parts(root: Path) -> Iterator[Part]:
    """Every generated part of the documents below ``root``."""
    yield Part("README.md", "pipeline", render.tables(CORE))
    yield Part("README.md", "topologies", _topologies())
    yield Part("README.md", "traits", _traits())
    yield Part("docs/architecture.md", "reasons", render.reasons(CORE))
    yield Part("docs/architecture.md", "registers", render.registers(CORE))
    yield Part("docs/architecture.md", "stages", _stages())
    yield Part("docs/write-a-plugin.md", "contract", plugins.contract())
    yield Part("docs/write-a-plugin.md", "example", plugins.example())
    yield Part("apps/client/documents.py", "", client_types.text())
    yield Part("docs/pictures/fabric.svg", "", fabric.drawing())
    yield Part("docs/pictures/layers.svg", "", layers.drawing(root))
    yield Part("docs/pictures/pipeline.svg", "", render.drawing(CORE))
    yield Part("docs/pictures/way.svg", "", way.drawing(root))


def current(part: Part, root: Path) -> str:
    """What the part is now; empty when there is no such file or no such markers."""
    path = root / part.path
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return between_markers(text, part.name) if part.name else text


def updated(part: Part, root: Path) -> str:
    """The whole file, with the part as it should be. Raises ``ValueError`` when it has no such markers."""
    if not part.name:
        return part.text
    text = (root / part.path).read_text(encoding="utf-8")
    begin, end = _markers(part.name)
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{part.path} has no markers {begin} and {end}")
    return f"{before}{begin}\n{part.text}\n{end}{after}"


def between_markers(text: str, name: str) -> str:
    """What stands between the markers of that name.

    >>> between_markers("a <!-- generated: x -->\\nb\\n<!-- end of x -->", "x")
    'b'
    """
    begin, end = _markers(name)
    return text.partition(begin)[2].partition(end)[0].strip("\n")


def _markers(name: str) -> tuple[str, str]:
    return f"<!-- generated: {name} -->", f"<!-- end of {name} -->"


def _topologies() -> str:
    """The shapes of fabric that a lab can have, with their sizes."""
    rows = []
    for name, shape in SHAPES.items():
        sizes = inspect.signature(shape).parameters.values()
        promise = (inspect.getdoc(shape) or "").partition("\n")[0]
        rows.append((f"`--topology {name}`", promise, " ".join(f"`--{size.name} {size.default}`" for size in sizes)))
    return render.markdown(("fabric", "what it is", "sizes, when you name none"), rows)


def _traits() -> str:
    """The traits of a port: what each does and holds, and whose right it is."""
    rows = ((f"**{trait.name}**", trait.doc, trait.holds, trait.default, trait.right) for trait in TRAITS)
    return render.markdown(("trait", "what it does", "what it holds", "when nobody says", "who may set it"), rows)


def _stages() -> str:
    """The stages of the compiler, with what each promises."""
    rows = []
    for stage in STAGES:
        per = f"{stage.per} and switch that it crosses" if stage.each is not None else stage.per
        promise = " ".join((inspect.getdoc(stage.run) or "").partition("\n\n")[0].split())
        rows.append((f"**{stage.name}**", str(stage.id), f"each {per}", promise))
    return render.markdown(("stage", "id", "runs for", "its rule"), rows)
