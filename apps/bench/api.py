"""How many ports a second each API makes durable, how long a list of 1,000 takes, and what a switch notices of it.

Rounds of the APIs and of the peer take turns, so that whatever else the machine does meets all of them.
"""

from __future__ import annotations

import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from weft.apps.bench.echoes import Echoes

ROUNDS = 7
PORTS = 200  # made in each round
LISTED = 1000


class Side(NamedTuple):
    """One API: where it is, how a port is made with it, and where ports are listed."""

    name: str
    pid: int
    address: tuple[str, int]
    headers: dict[str, str]
    create: str
    body: Callable[[int], dict[str, Any]]
    list: str


def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        peer = stack.enter_context(_bare(Path(directory)))
        sides, openflow = stack.enter_context(_controller(Path(directory)))
        _report([peer, *sides], openflow)


def _report(sides: list[Side], openflow: tuple[str, int]) -> None:
    rates: dict[tuple[str, int], list[float]] = {}
    costs: dict[str, list[float]] = {}
    lists: dict[str, list[float]] = {}
    with Echoes(openflow) as echoes:
        for number in range(ROUNDS):
            for clients in (1, 8):
                for side in sides:
                    before = _processor_time(side.pid)
                    rates.setdefault((side.name, clients), []).append(_making(side, clients, number))
                    costs.setdefault(side.name, []).append((_processor_time(side.pid) - before) / PORTS)
            for side in sides:
                lists.setdefault(side.name, []).append(_listing(side))
    print(f"{platform.machine()}, Python {platform.python_version()}, {ROUNDS} rounds: median (best)")
    columns = ("ports/s, 1 client", "of the peer", "ports/s, 8 clients", "of the peer")
    table = Table("", *columns, "server's CPU, ms a port", f"list of {LISTED:,}, ms")
    peer = sides[0].name
    for side in sides:
        row = [side.name]
        for clients in (1, 8):
            own, other = rates[side.name, clients], rates[peer, clients]
            row += [_two(own, max, "{:.0f}"), f"{statistics.median(own) / statistics.median(other):.2f}"]
        for seconds, form in ((costs[side.name], "{:.2f}"), (lists[side.name], "{:.1f}")):
            row.append(_two([1000 * one for one in seconds], min, form))
        table.add_row(*row)
    Console(width=140).print(table)
    wait, worst = 1000 * echoes.median, 1000 * echoes.worst
    print(f"echo replies of a switch all the while: {len(echoes.waits)}, median {wait:.1f} ms, worst {worst:.1f} ms")


def _processor_time(pid: int) -> float:
    """Seconds that a process has used a processor for (proc(5): utime and stime)."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _two(values: list[float], best: Callable[[list[float]], float], form: str) -> str:
    return f"{form.format(statistics.median(values))} ({form.format(best(values))})"


def _making(side: Side, clients: int, number: int) -> float:
    """Ports a second, made by so many clients at once."""

    def work(client: int) -> None:
        connection = http.client.HTTPConnection(*side.address, timeout=60)
        for place in range(PORTS // clients):
            body = json.dumps(side.body(number * 1_000_000 + client * 10_000 + place))
            connection.request("POST", side.create, body, side.headers | {"Content-Type": "application/json"})
            _read(connection, 201)
        connection.close()

    began = time.monotonic()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(work, range(clients)))
    return PORTS / (time.monotonic() - began)


def _listing(side: Side) -> float:
    """Seconds until a list of ``LISTED`` ports is here."""
    connection = http.client.HTTPConnection(*side.address, timeout=60)
    began = time.monotonic()
    connection.request("GET", side.list, headers=side.headers)
    _read(connection, 200)
    return time.monotonic() - began


def _read(connection: http.client.HTTPConnection, status: int) -> Any:
    response = connection.getresponse()
    data = response.read()
    if response.status != status:
        raise RuntimeError(f"{response.status} {data[:500]!r}")
    return data


@contextmanager
def _bare(directory: Path) -> Iterator[Side]:
    command = [sys.executable, "-W", "ignore", "-m", "weft.apps.bench.bare", str(directory / "bare.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = ("127.0.0.1", int(process.stdout.readline()))
        try:
            yield Side(
                "bare WSGI and SQLite (the peer)", process.pid, address, {}, "/", lambda n: {"name": f"p{n}"}, "/"
            )
        finally:
            process.kill()


@contextmanager
def _controller(directory: Path) -> Iterator[tuple[list[Side], tuple[str, int]]]:
    anywhere = [argument for name in ("rest", "openflow", "neutron") for argument in (f"--{name}", "127.0.0.1:0")]
    store = ["--store", str(directory / "weft.db"), "--log-level", "error", "--request-rate", "1000000"]
    command = [sys.executable, "-W", "ignore", "-m", "weft.apps.launch", *anywhere, *store]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            ready = json.loads(process.stdout.readline())
            token = Path(ready["token_file"]).read_text().strip()
            native, neutron = (_address(ready[name]) for name in ("rest", "neutron"))
            bearer, auth = {"Authorization": f"Bearer {token}"}, {"X-Auth-Token": token}
            _post(native, "/v1/segments", bearer, {"id": "net", "name": "net", "project": "bench"})
            network = _post(neutron, "/v2.0/networks", auth, {"network": {"name": "n", "tenant_id": "bench"}})[
                "network"
            ]
            _post(
                neutron,
                "/v2.0/subnets",
                auth,
                {"subnet": {"network_id": network["id"], "cidr": "10.0.0.0/8", "ip_version": 4, "tenant_id": "bench"}},
            )
            port = {"network_id": network["id"], "tenant_id": "bench"}
            yield (
                [
                    Side(
                        "Weft v1", process.pid, native, bearer, "/v1/ports",
                        lambda n: {"name": f"p{n}", "segment": "net"}, f"/v1/ports?limit={LISTED}",
                    ),
                    Side(
                        "Weft as Neutron (with MAC and address)", process.pid, neutron, auth, "/v2.0/ports",
                        lambda n: {"port": port | {"name": f"p{n}"}}, f"/v2.0/ports?limit={LISTED}",
                    ),
                ],
                _address(f"http://{ready['openflow']}"),
            )  # fmt: skip
        finally:
            process.terminate()


def _address(url: str) -> tuple[str, int]:
    host, _, port = url.rpartition("/")[2].rpartition(":")
    return host, int(port)


def _post(address: tuple[str, int], path: str, headers: dict[str, str], body: object) -> Any:
    connection = http.client.HTTPConnection(*address, timeout=60)
    connection.request("POST", path, json.dumps(body), headers | {"Content-Type": "application/json"})
    return json.loads(_read(connection, 201))


if __name__ == "__main__":
    main()
