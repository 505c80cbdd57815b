"""Boxes and arrows as SVG, legible on light and on dark pages.

A picture brings its own background in both colours, so it can be read even where a page and a browser disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
LINE = 17  # from one line of text to the next
_LIGHT = {
    "page": "fill:#ffffff",
    "box": "fill:#f6f8fa;stroke:#8c959f",
    "card": "fill:#ffffff;stroke:#8c959f",
    "edge": "fill:none;stroke:#59636e;stroke-width:1.5",
    "tip": "fill:#59636e",
    "ink": "fill:#1f2328",
    "soft": "fill:#59636e",
    "accent": "fill:#0550ae",
    "first": "fill:none;stroke:#cf222e;stroke-width:2.5",
    "second": "fill:none;stroke:#0969da;stroke-width:2.5;stroke-dasharray:7 4",
}
_DARK = {
    "page": "fill:#0d1117",
    "box": "fill:#161b22;stroke:#6e7681",
    "card": "fill:#0d1117;stroke:#6e7681",
    "edge": "stroke:#9198a1",
    "tip": "fill:#9198a1",
    "ink": "fill:#f0f6fc",
    "soft": "fill:#9198a1",
    "accent": "fill:#79c0ff",
    "first": "stroke:#ff7b72",
    "second": "stroke:#79c0ff",
}


class Point(NamedTuple):
    """A place in a picture, in pixels from its upper left corner."""

    x: float
    y: float


class Box(NamedTuple):
    """A rectangle, by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def top(self) -> Point:
        """The middle of its upper side."""
        return Point(self.x + self.width / 2, self.y)

    @property
    def bottom(self) -> Point:
        """The middle of its lower side."""
        return Point(self.x + self.width / 2, self.y + self.height)


class Text(NamedTuple):
    """One line of text; ``bold`` may stand in its style beside a colour."""

    said: str
    style: str = "ink"
    size: int = 13


def box(at: Box, texts: Iterable[Text], style: str = "box") -> str:
    """The rectangle with the texts inside, one below the other."""
    place = f'x="{at.x:g}" y="{at.y:g}" width="{at.width:g}" height="{at.height:g}"'
    lines = (_text(line, Point(at.x + 12, at.y + LINE * n + 4)) for n, line in enumerate(texts, 1))
    return "\n".join((f'<rect class="{style}" {place} rx="6"/>', *lines))


def label(text: Text, middle: Point) -> str:
    """The text with its middle at that point."""
    return _text(text, middle, ' text-anchor="middle"')


def arrow(start: Point, end: Point) -> str:
    """A curve that leaves ``start`` and reaches ``end`` upright, with a tip there."""
    return _curve(start, end, end.y - 7, ' marker-end="url(#tip)"')


def curve(start: Point, end: Point) -> str:
    """A curve that leaves ``start`` and reaches ``end`` upright."""
    return _curve(start, end, end.y)


def line(start: Point, end: Point, style: str = "edge") -> str:
    """A straight line."""
    return f'<path class="{style}" d="M{start.x:g} {start.y:g}L{end.x:g} {end.y:g}"/>'


def picture(title: str, width: float, height: float, shapes: Iterable[str]) -> str:
    """The shapes as one SVG document."""
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
            f'height="{height:g}" role="img" font-family="{FONT}">',
            f"<title>{escape(title)}</title>",
            f"<style>.bold{{font-weight:600}}{_rules(_LIGHT)}",
            f"@media (prefers-color-scheme:dark){{{_rules(_DARK)}}}</style>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="8" markerHeight="8" '
            'markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>',
            f'<rect class="page" width="{width:g}" height="{height:g}" rx="8"/>',
            *shapes,
            "</svg>\n",
        )
    )


def _curve(start: Point, end: Point, until: float, more: str = "") -> str:
    half = (start.y + end.y) / 2
    path = f"M{start.x:g} {start.y:g}C{start.x:g} {half:g} {end.x:g} {half:g} {end.x:g} {until:g}"
    return f'<path class="edge" d="{path}"{more}/>'


def _text(text: Text, at: Point, more: str = "") -> str:
    size = f'font-size="{text.size}"'
    return f'<text class="{text.style}" {size} x="{at.x:g}" y="{at.y:g}"{more}>{escape(text.said)}</text>'


def _rules(style: dict[str, str]) -> str:
    return "".join(f".{name}{{{rule}}}" for name, rule in style.items())
