"""Stores in which something has happened, to test with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from weft.controller.adapters.sqlite_store import SqliteStore
from weft.controller.contracts import Revision
from weft.controller.model.commands import Command, Create, Delete, ObserveClaim, ObserveInterfaces, Plug, Update
from weft.controller.model.decide import decide
from weft.controller.model.facts import KINDS, Endpoint
from weft.controller.model.network import Network
from weft.controller.model.traits import AllowedAddress, Offer, Subport

HISTORY: list[Command] = [
    Create("segment", {"id": "red", "name": "Rot", "project": "p"}),
    Create("segment", {"id": "blue", "name": "Blau", "project": "p", "security": "mac+ip", "vlan_transparent": True}),
    Create("switch", {"id": "s1", "dpid": 1, "fabric_interfaces": ("eth1",)}),
    Create("switch", {"id": "s2", "dpid": (1 << 64) - 1, "fabric_interfaces": ("eth1",)}),
    Create("link", {"a": Endpoint("s1", "eth1"), "b": Endpoint("s2", "eth1")}),
    ObserveInterfaces("s1", {"eth1": (1, True), "vif 'ü'": (2, False)}),
    Create("port", {"id": "a", "name": "a", "segment": "red"}),
    Create("port", {"id": "b", "name": "b", "segment": "red"}),
    Create("vif", {"id": "v", "mac": "02:00:00:00:00:01", "switch": "s1", "interface": "vif 'ü'"}),
    Plug("a", "v"),
    Update(
        "port",
        "a",
        {
            "offer": Offer("role:\u2603", "tap", 5),
            "fixed_ips": ("10.0.0.1",),
            "allowed_addresses": (
                AllowedAddress("00:00:5e:00:01:01", "2001:db8::/64"),
                AllowedAddress(prefix="10.1.0.0/16"),
            ),
            "trunk": (Subport(7, "blue"),),
        },
    ),
    ObserveClaim("s2", "tap 7", "b", "02:00:00:00:00:02", device="vm"),
    ObserveClaim("s2", "tap 8", "none", "02:00:00:00:00:03"),
    ObserveClaim("s2", "tap 7", None),
    Update("port", "a", {"description": "\x1b \ud800 'quoted'", "tags": ("x", "y")}),
    Delete("port", "b"),
]

# Commits for ever, and says each revision only after the store has.
WRITER = """
import sys
from weft.controller.adapters.sqlite_store import SqliteStore
from weft.controller.contracts import Revision
from weft.controller.model.facts import Allocation
from weft.controller.model.network import Change
store = SqliteStore(sys.argv[1])
revision, _ = store.load()
while True:
    revision += 1
    pools = [Allocation(id=f"{name}-{revision % 50}", last=revision, revision=revision) for name in ("a", "b" * 500)]
    store.commit(Revision(revision, 0, "", tuple(Change(None, pool) for pool in pools)))
    print(revision, flush=True)
"""


@contextmanager
def writing(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that commits to the store until it is killed."""
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def next_acknowledged(process: subprocess.Popen[str]) -> int:
    """The next revision that it says it has committed."""
    assert process.stdout is not None
    return int(process.stdout.readline())


def killed(process: subprocess.Popen[str], last: int) -> int:
    """Kill it as hard as can be; the last revision that it had acknowledged, ``last`` if none came since."""
    assert process.stdout is not None
    process.kill()
    said = process.stdout.read().splitlines()
    process.wait()
    return int(said[-1]) if said else last


def lived(path: Path) -> Network:
    """The network after the history, each of whose steps was committed to the store."""
    network, store = Network(), SqliteStore(path)
    for command in HISTORY:
        changes = decide(network, command)
        store.commit(Revision(network.revision + 1, 0, "", tuple(changes)))
        network.apply(changes, network.revision + 1)
    store.close()
    return network


def read(path: Path) -> Network:
    """The network that the store holds."""
    store = SqliteStore(path)
    head, facts = store.load()
    store.close()
    return Network(facts, head)


def contents(network: Network) -> object:
    """All that a network holds, in its order."""
    return network.revision, {kind: list(network.of_kind(kind)) for kind in KINDS}
