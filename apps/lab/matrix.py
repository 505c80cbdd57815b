"""Who reaches whom: what the fabric's description lets one expect, and what the frames showed.

Every host sends one frame to every address of the plan, and one to all. The tenants' addresses are the same, so a frame
to one host's address is at the same time a frame to that of another tenant's host, where it must never arrive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from weft.apps.lab.frames import Arrival, Frame, exchange, wires
from weft.apps.lab.plural import count
from weft.topologies.fabric import Fabric, Host

BROADCAST = "ff:ff:ff:ff:ff:ff"


class Reach(NamedTuple):
    """One host heard another: its ``unicast``, its ``broadcast``, or a ``stray``: not its address, or a tag left on."""

    sender: str
    receiver: str
    by: str


def expected(fabric: Fabric) -> Counter[Reach]:
    """Every host hears every other host of its segment once each way, and nobody else."""
    pairs = ((a, b) for a in fabric.hosts for b in fabric.hosts if a != b and a.tenant == b.tenant)
    return Counter(Reach(a.name, b.name, by) for a, b in pairs for by in ("unicast", "broadcast"))


def seen(fabric: Fabric, processes: Mapping[str, int]) -> Counter[Reach]:
    """Who really heard whom, and how often. ``processes`` has a process in each host's namespace, by host."""
    mac = {host.name: host.mac for host in fabric.hosts}
    with wires({host.name: (processes[host.name], host.interface) for host in fabric.hosts}) as sockets:
        arrivals = exchange(sockets, _frames(fabric))
    reached: Counter[Reach] = Counter()
    for arrival, times in arrivals.items():
        reached[_read(arrival, mac)] += times
    return reached


def _frames(fabric: Fabric) -> Iterator[Frame]:
    """To every address of the plan from every host, one address after the other; then to all."""
    for destination in (*dict.fromkeys(host.mac for host in fabric.hosts), BROADCAST):
        for host in fabric.hosts:
            hearers = sum(_should_hear(host, other, destination) for other in fabric.hosts)
            yield Frame(host.name, host.mac, destination, f"{host.name} {destination}", hearers)


def _should_hear(sender: Host, other: Host, destination: str) -> bool:
    return sender != other and sender.tenant == other.tenant and destination in (other.mac, BROADCAST)


def _read(arrival: Arrival, mac: Mapping[str, str]) -> Reach:
    sender, _, destination = arrival.text.partition(" ")
    by = {BROADCAST: "broadcast", mac[arrival.receiver]: "unicast"}.get(destination, "stray")
    return Reach(sender, arrival.receiver, "stray" if arrival.tagged else by)


def faults(expected: Counter[Reach], seen: Counter[Reach]) -> Iterator[str]:
    """A sentence for each difference.

    >>> list(faults(Counter([Reach("a", "b", "unicast")]), Counter([Reach("a", "c", "stray")])))
    ['a to b by unicast: 1 frame expected, 0 seen', 'a to c by stray: 0 frames expected, 1 seen']
    """
    for reach in sorted(expected | seen):
        wanted, got = expected[reach], seen[reach]
        if wanted != got:
            yield f"{reach.sender} to {reach.receiver} by {reach.by}: {count(wanted, 'frame')} expected, {got} seen"
