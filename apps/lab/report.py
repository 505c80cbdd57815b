"""The reachability matrix as a picture, expected against seen, and the verdict."""

from __future__ import annotations

from collections import Counter
from itertools import chain

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from weft.apps.lab.matrix import Reach, faults
from weft.apps.lab.plural import count
from weft.topologies.fabric import Fabric

_COLUMN = 4  # characters for each host; the names of the rows need some more
_NAMES = 14
_MOST_FAULTS = 12
_LEGEND = "[green]●[/] heard, as expected   [dim]·[/] silent, as expected   [red]✗[/] missing   [red]![/] too much"


def show(console: Console, fabric: Fabric, expected: Counter[Reach], seen: Counter[Reach]) -> bool:
    """Print the matrix, what is wrong, and the verdict. Whether seen equals expected."""
    if _NAMES + _COLUMN * len(fabric.hosts) <= console.width:
        console.print(_by_host(fabric, expected, seen))
        console.print(_LEGEND, highlight=False)
    console.print(_by_segment(fabric, expected, seen))
    wrong = list(faults(expected, seen))
    for fault in wrong[:_MOST_FAULTS]:
        console.print(f"[red]✗[/] {escape(fault)}", highlight=False)
    if len(wrong) > _MOST_FAULTS:
        console.print(f"[red]✗[/] … and {len(wrong) - _MOST_FAULTS} more")
    if wrong:
        differences = f"{count(len(wrong), 'difference')} between expected and seen"
        console.print(f"[bold red]Wrong[/]: {differences}.", highlight=False)
    else:
        heard = f"{count(expected.total(), 'frame')} expected and seen, each once, and not one anywhere else"
        console.print(f"[bold green]Correct[/]: {heard}.", highlight=False)
    return not wrong


def _by_host(fabric: Fabric, expected: Counter[Reach], seen: Counter[Reach]) -> Table:
    """A row for each sender, a column for each receiver, the tenants side by side."""
    hosts = sorted(fabric.hosts, key=lambda host: fabric.tenants.index(host.tenant))
    table = Table(title="Who hears whom", padding=(0, 0), show_edge=False)
    table.add_column("from \\ to ", no_wrap=True)
    for host in hosts:
        table.add_column(f" {_short(host.name)}", justify="center", no_wrap=True)
    for sender in hosts:
        cells = (_cell(sender.name, receiver.name, expected, seen) for receiver in hosts)
        last = sender is hosts[-1] or hosts[hosts.index(sender) + 1].tenant != sender.tenant
        table.add_row(sender.name, *cells, end_section=last)
    return table


def _short(name: str) -> str:
    """``red12`` as ``r12``, so that many columns fit."""
    return name[0] + name.lstrip("abcdefghijklmnopqrstuvwxyz")


def _cell(sender: str, receiver: str, expected: Counter[Reach], seen: Counter[Reach]) -> str:
    reaches = [Reach(sender, receiver, by) for by in ("unicast", "broadcast", "stray")]
    if any(seen[reach] > expected[reach] for reach in reaches):
        return "[red]![/]"
    if any(seen[reach] < expected[reach] for reach in reaches):
        return "[red]✗[/]"
    return "[green]●[/]" if any(expected[reach] for reach in reaches) else "[dim]·[/]"


def _by_segment(fabric: Fabric, expected: Counter[Reach], seen: Counter[Reach]) -> Table:
    """A row for each pair of segments: how many frames should have arrived, and how many did."""
    tenant = {host.name: host.tenant for host in fabric.hosts}
    table = Table(title="Frames between segments", show_edge=False)
    table.add_column("from → to")
    for by in ("unicast", "broadcast"):
        table.add_column(f"{by} expected", justify="right")
        table.add_column("seen", justify="right")
    table.add_column("stray", justify="right")
    for a in fabric.tenants:
        for b in fabric.tenants:
            wanted, got = (_sums(reaches, (a, b), tenant) for reaches in (expected, seen))
            cells = ((str(wanted[by]), _versus(wanted[by], got[by])) for by in ("unicast", "broadcast"))
            table.add_row(f"{a} → {b}", *chain.from_iterable(cells), _versus(0, got["stray"]))
    return table


def _sums(reaches: Counter[Reach], pair: tuple[str, str], tenant: dict[str, str]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for reach, times in reaches.items():
        if (tenant.get(reach.sender), tenant[reach.receiver]) == pair:
            sums[reach.by] += times
    return sums


def _versus(wanted: int, got: int) -> str:
    return f"[green]{got}[/]" if got == wanted else f"[red]{got}[/]"
