"""A picture of what Weft does: the lab's fabric, with the tree that each tenant's broadcasts take as compiled."""

from __future__ import annotations

from collections.abc import Iterator

from weft.controller.compile.compiler import Compiler
from weft.controller.flow.actions import Output
from weft.controller.flow.decode import actions_of, fields_of
from weft.controller.pipeline.core import CORE, FLOOD
from weft.controller.pipeline.drawing import Box, Point, Text, arrow, box, label, line, picture
from weft.topologies.fabric import End, Fabric
from weft.topologies.facts import network
from weft.topologies.leaf_spine import leaf_spine

_WIDTH, _HEIGHT, _MARGIN = 772, 456, 24
_STYLES = ("first", "second")  # how the lines of the tenants are drawn
_SPINE_Y, _LEAF_Y, _HOST_Y = 164, 274, 344
_SWITCH_WIDTH, _SWITCH_HEIGHT = 110, 32
_HOST_WIDTH, _HOST_HEIGHT = 52, 40


def drawing() -> str:
    """The picture, as SVG."""
    fabric = leaf_spine()
    switches = _switches(fabric)
    hosts = _hosts(fabric, switches)
    middle = _WIDTH / 2
    controller = Box(middle - 180, 46, 360, 46)
    said = [Text("Weft controller", "ink bold", 15), Text("one model in, the flows of every switch out")]
    shapes = [
        label(Text("segments, ports and VIFs: by REST, or by the command weft", "soft"), Point(middle, 26)),
        arrow(Point(middle, 32), controller.top),
        _named(controller, said, "box"),
        arrow(controller.bottom, Point(middle, 140)),
        label(Text("OpenFlow", "soft"), Point(middle + 44, 120)),
        box(Box(_MARGIN, 140, _WIDTH - 2 * _MARGIN, _HOST_Y + _HOST_HEIGHT + 12 - 140), ()),
        *_cables(fabric, switches),
        *(line(switches[host.at.switch].bottom, hosts[host.name].top) for host in fabric.hosts),
        *(_named(place, [Text(name, "ink bold")]) for name, place in switches.items()),
    ]
    for host in fabric.hosts:
        style = _STYLES[fabric.tenants.index(host.tenant)]
        shapes.append(_named(hosts[host.name], [Text(host.name, size=12), Text(host.ip4, "soft", 10)], f"card {style}"))
    return picture("Two tenants with the same addresses on one fabric", _WIDTH, _HEIGHT, [*shapes, *_legend(fabric)])


def _switches(fabric: Fabric) -> dict[str, Box]:
    """Where the switches are: those without hosts above those with."""
    edges = {host.at.switch for host in fabric.hosts}
    places = {}
    for y, is_edge in ((_SPINE_Y, False), (_LEAF_Y, True)):
        row = [switch.name for switch in fabric.switches if (switch.name in edges) is is_edge]
        for name, x in zip(row, _spread(_MARGIN, _WIDTH - _MARGIN, len(row)), strict=True):
            places[name] = Box(x - _SWITCH_WIDTH / 2, y, _SWITCH_WIDTH, _SWITCH_HEIGHT)
    return places


def _hosts(fabric: Fabric, switches: dict[str, Box]) -> dict[str, Box]:
    """Where the hosts are: below their switch, side by side."""
    places = {}
    for name, switch in switches.items():
        own = [host.name for host in fabric.hosts if host.at.switch == name]
        half = len(own) * (_HOST_WIDTH + 4) / 2
        for host, x in zip(own, _spread(switch.top.x - half, switch.top.x + half, len(own)), strict=True):
            places[host] = Box(x - _HOST_WIDTH / 2, _HOST_Y, _HOST_WIDTH, _HOST_HEIGHT)
    return places


def _spread(start: float, end: float, count: int) -> Iterator[float]:
    """The middles of so many equal parts of a line."""
    step = (end - start) / max(count, 1)
    return (start + (n + 0.5) * step for n in range(count))


def _cables(fabric: Fabric, switches: dict[str, Box]) -> Iterator[str]:
    """Every cable, drawn as a tenant's when the tenant's broadcasts cross it."""
    floods = _floods(fabric)
    for cable in fabric.cables:
        upper, lower = sorted((switches[cable.a.switch], switches[cable.b.switch]), key=lambda place: place.y)
        crossing = [n for n, ends in enumerate(floods) if set(cable) & ends]
        for shift, tenant in enumerate(crossing):
            x = 6 * (shift - (len(crossing) - 1) / 2)
            start, end = upper.bottom, lower.top
            yield line(Point(start.x + x, start.y), Point(end.x + x, end.y), _STYLES[tenant])
        if not crossing:
            yield line(upper.bottom, lower.top)


def _floods(fabric: Fabric) -> list[set[End]]:
    """For each tenant the ends of cables that a broadcast leaves by, read from the compiled flows."""
    compiler = Compiler(network(fabric))
    for _ in compiler.settle():
        pass
    floods: list[set[End]] = [set() for _ in fabric.tenants]
    for switch in fabric.switches:
        for entry in compiler.flows(switch.name).values():
            if entry.table == FLOOD.id and entry.priority:
                segment = next(value for _, value, _ in fields_of(entry.match))  # tenants' segments count from 1
                actions = actions_of(entry.instructions, CORE)
                floods[segment - 1] |= {End(switch.name, a.ofport) for a in actions if isinstance(a, Output)}
    return floods


def _legend(fabric: Fabric) -> Iterator[str]:
    y = _HEIGHT - 40
    for n, (tenant, x) in enumerate(zip(fabric.tenants, _spread(0, _WIDTH, len(fabric.tenants)), strict=True)):
        yield line(Point(x - 150, y - 4), Point(x - 110, y - 4), _STYLES[n])
        yield label(Text(f"{tenant}'s hosts, and its broadcasts' tree"), Point(x + 22, y))
    said = "Both tenants have the same MAC and IP addresses, and neither ever hears the other."
    yield label(Text(said, "soft"), Point(_WIDTH / 2, y + 22))


def _named(place: Box, lines: list[Text], style: str = "card") -> str:
    """A box with its lines in the middle."""
    first = place.y + place.height / 2 + 5 - 8 * (len(lines) - 1)
    middle = place.top.x
    return box(place, (), style) + "".join(label(each, Point(middle, first + 16 * n)) for n, each in enumerate(lines))
