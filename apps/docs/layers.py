"""A picture of the layers, drawn from what the modules really import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

import networkx as nx

from weft.controller.pipeline.drawing import LINE, Box, Text, arrow, box, picture

_ROOMS = ("controller", "apps", "topologies")
_BOX_WIDTH, _GAP, _STEP, _MARGIN, _LETTERS = 248, 18, 40, 24, 30
_COLUMN = {  # the only thing that is chosen: where a layer stands from left to right, so that no arrow crosses a box
    "apps": 1,
    "adapters": 0.5,
    "topologies": 2,
    "service": 0.5,
    "sync": 0,
    "compile": 1,
    "flow": 0.5,
    "model": 2,
    "pipeline": 0.5,
}


def drawing(root: Path) -> str:
    """The picture, as SVG. An arrow goes from who imports to what is imported, unless a longer way says so already."""
    imports = _imports(root)
    arrows = nx.transitive_reduction(imports)
    texts = {layer: _texts(root, layer) for layer in imports}
    places: dict[str, Box] = {}
    y: float = _MARGIN
    for row in nx.topological_generations(arrows):
        height = max(len(texts[layer]) for layer in row) * LINE + 16
        for layer in sorted(row):
            places[layer] = Box(_MARGIN + _COLUMN[layer] * (_BOX_WIDTH + _GAP), y, _BOX_WIDTH, height)
        y += height + _STEP
    width = max(place.x for place in places.values()) + _BOX_WIDTH + _MARGIN
    shapes = [arrow(places[a].bottom, places[b].top) for a, b in sorted(arrows.edges)]
    shapes += [box(places[layer], texts[layer]) for layer in places]
    return picture("The layers: each imports only what is below it", width, y - _STEP + _MARGIN, shapes)


def _imports(root: Path) -> nx.DiGraph[str]:
    """Which layer imports which other."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for room in _ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            layer = _layer(("weft", *path.relative_to(root).with_suffix("").parts))
            for module in _imported(path):
                other = _layer(tuple(module.split(".")))
                if layer and other and layer != other:
                    graph.add_edge(layer, other)
    return graph


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def _layer(module: tuple[str, ...]) -> str:
    """The layer of a module: a folder of the controller, ``service`` for the modules beside them, or another room."""
    match module:
        case ("weft", "controller", "__init__") | ("weft", "controller"):
            return ""
        case ("weft", "controller", "model" | "pipeline" | "flow" | "compile" | "sync" | "adapters" as folder, *_):
            return folder
        case ("weft", "controller", *_):
            return "service"
        case ("weft", "apps" | "topologies" as room, *_):
            return room
    return ""


def _texts(root: Path, layer: str) -> list[Text]:
    """The name of a layer, and the first sentence that it says of itself."""
    place = root / layer if layer in _ROOMS else root / "controller" / layer
    source = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    promise = (ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or "").partition("\n\n")[0]
    name = str((place if place.is_dir() else source).relative_to(root))
    return [Text(name, "ink bold", 15), *map(Text, wrap(promise.replace("\n", " "), _LETTERS))]
