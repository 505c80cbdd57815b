"""Clients that write at the same time lose nothing of each other's, see nothing half done, and nothing that was
acknowledged is lost when the controller is killed."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.unit.conftest import ANYWHERE
from weft.apps.client import Client, Problem, Unreachable

CLIENTS = 4
KILLS = 4


@pytest.fixture
def weft(controller: dict[str, Any]) -> Iterator[Client]:
    with client_of(controller) as client:
        yield client


def client_of(ready: dict[str, Any], timeout: float = 10) -> Client:
    return Client(ready["rest"], Path(ready["token_file"]).read_text(encoding="ascii").strip(), timeout)


def together(*work: Any) -> list[Any]:
    """Do all of it at the same time, each in a thread of its own; what each returned, or raised."""
    results: list[Any] = [None] * len(work)
    gate = threading.Barrier(len(work))

    def run(place: int) -> None:
        gate.wait()
        try:
            results[place] = work[place]()
        except (Problem, Unreachable) as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class Society(RuleBasedStateMachine):
    """Some clients that write to the same few segments, all at once; ``counted`` is what each segment must say."""

    ready: dict[str, Any]
    segments = Bundle("segments")

    @initialize()
    def meet(self) -> None:
        self.clients = [client_of(self.ready) for _ in range(CLIENTS)]
        self.counted: dict[str, int] = {}

    @rule(target=segments)
    def make(self) -> str:
        made = self.clients[0].segments.create({"name": "n", "project": "a", "description": "0"})
        self.counted[made["id"]] = 0
        return made["id"]

    @rule(segment=segments, each=st.integers(1, 3))
    def count(self, segment: str, each: int) -> None:
        """Everybody adds to the number in the description: reads it, and writes it with the revision that was read."""

        def add(client: Client) -> None:
            for _ in range(each):
                while True:
                    read = client.segments.show(segment)
                    with suppress(Problem):  # somebody was faster: read it again
                        more: Any = {"description": str(int(read["description"]) + 1)}
                        client.segments.update(segment, more, read["revision"])
                        break

        together(*(lambda client=client: add(client) for client in self.clients))  # type: ignore[misc]
        self.counted[segment] += CLIENTS * each

    @rule(segment=segments, size=st.integers(1, 5))
    def tag(self, segment: str, size: int) -> None:
        """Everybody puts tags of its own on it; the server adds them, so none needs a revision."""
        named = [[str(uuid4()) for _ in range(size)] for _ in self.clients]

        def put(client: Client, tags: list[str]) -> None:
            for tag in tags:
                client.segments.add_tag(segment, tag)

        together(*(lambda c=c, t=t: put(c, t) for c, t in zip(self.clients, named, strict=True)))  # type: ignore[misc]
        assert {tag for tags in named for tag in tags} <= set(self.clients[0].segments.tags(segment))

    @precondition(lambda self: len(self.counted) >= 2)
    @rule(data=st.data(), size=st.integers(2, 6))
    def shift(self, data: st.DataObject, size: int) -> None:
        """Ports are made by pairs, all or none: every other transaction has something in it that cannot be."""
        one, other = data.draw(st.permutations(sorted(self.counted)))[:2]

        def pair(client: Client, name: str, good: bool) -> Any:
            ports = [{"id": f"{name}-{end}", "name": name, "segment": at} for end, at in (("a", one), ("b", other))]
            commands = [{"do": "create", "kind": "port", "fields": fields} for fields in ports]
            broken = [{"do": "plug", "port": f"{name}-b", "vif": "nobody"}]
            return client.transaction(commands + ([] if good else broken))

        named = [(str(uuid4()), n % 2 == 0) for n in range(size)]
        done = together(
            *(lambda c=self.clients[n % CLIENTS], w=w: pair(c, *w) for n, w in enumerate(named))  # type: ignore[misc]
        )
        for (name, good), result in zip(named, done, strict=True):
            found = [port["id"] for port in self.clients[0].ports.each(name=name)]
            assert len(found) == (2 if good else 0), f"half of it: {found}, {result}"

    @rule(segment=segments, size=st.integers(2, 6))
    def hurry(self, segment: str, size: int) -> None:
        """The same request from everybody at once, under one key, is done once."""
        key = str(uuid4())
        fields: Any = {"name": key, "segment": segment}
        made = together(*(lambda c=c: c.ports.create(fields, key=key) for c in self.clients))  # type: ignore[misc]
        assert len({port["id"] for port in made}) == 1
        assert len(self.clients[0].ports.list(name=key)) == 1

    @invariant()
    def nothing_is_lost(self) -> None:
        for segment, number in getattr(self, "counted", {}).items():
            assert self.clients[0].segments.show(segment)["description"] == str(number)

    def teardown(self) -> None:
        for client in getattr(self, "clients", ()):
            client.close()


def test_clients_that_write_at_the_same_time_lose_nothing(controller: dict[str, Any]) -> None:
    machine: Any = type("TheSociety", (Society,), {"ready": controller})
    case = machine.TestCase
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    case.settings = settings(max_examples=8, stateful_step_count=8, deadline=None, suppress_health_check=checks)
    case().runTest()


class Mortal:
    """A controller that is killed and started again, always with the same store."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.ready: dict[str, Any] = {}
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "weft.apps.launch", *ANYWHERE, "--store", str(self._path)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.ready = json.loads(self._process.stdout.readline())

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Mortal]:
    mortal = Mortal(tmp_path / "weft.db")
    mortal.start()
    yield mortal
    mortal.kill()


def test_what_was_acknowledged_is_there_after_a_kill_and_what_is_sent_again_is_done_once(mortal: Mortal) -> None:
    """Each client makes pairs of ports, one request after the other, and sends a request that died again."""
    with client_of(mortal.ready) as client:
        client.segments.create({"id": "s", "name": "s", "project": "a"})
    acknowledged: list[str] = []
    unsure: list[tuple[str, list[dict[str, Any]]]] = []
    chance = random.Random(7)

    def load(until: threading.Event) -> None:
        with client_of(mortal.ready) as client:
            while not until.is_set():
                key = str(uuid4())
                ports: Any = [{"name": key, "segment": "s"}, {"name": key, "segment": "s"}]  # its ids are made up there
                try:
                    client.ports.create_all(ports, key=key)
                    acknowledged.append(key)
                except Unreachable:
                    unsure.append((key, ports))
                    return

    for _ in range(KILLS):
        stop = threading.Event()
        loading = [threading.Thread(target=load, args=(stop,)) for _ in range(CLIENTS)]
        for thread in loading:
            thread.start()
        known, patience = len(acknowledged), time.monotonic() + 60
        while len(acknowledged) == known and time.monotonic() < patience:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.5))  # at any moment
        mortal.kill()
        stop.set()
        for thread in loading:
            thread.join()
        mortal.start()
        with client_of(mortal.ready) as client:
            for key, ports in unsure:
                made: Any = client.ports.create_all(ports, key=key)
                assert [port["name"] for port in made] == [key, key]
            acknowledged += [key for key, _ in unsure]
            unsure.clear()
            names = [port["name"] for port in client.ports.each(fields=["name"])]
            assert sorted(names) == sorted([*acknowledged, *acknowledged])
        assert len(acknowledged) > known, "nobody was granted anything before the kill"
