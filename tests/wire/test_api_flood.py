"""Floods of requests, with and without a token, beside a switch's session: its echoes are answered all the same."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.wire.databases import RealController
from tests.wire.switches import ROOT, GoodPeer

pytestmark = pytest.mark.alone  # hundreds of clients on all cores
SECONDS = 2.0
GENEROUS = 1.0  # for a machine that does much else; what is measured is printed


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealController]:
    folder = tmp_path_factory.mktemp("flood")
    options = ("--log-level", "error", "--request-rate", "100", "--failure-rate", "5")
    with closing(RealController(folder, *options)) as running:
        yield running


@pytest.fixture(scope="module")
def peer(controller: RealController) -> Iterator[GoodPeer]:
    with GoodPeer(controller, 7) as peer:  # type: ignore[arg-type]  # it asks for nothing but the port
        yield peer


def flood(controller: RealController, connections: int, token: str, kind: str) -> dict[str, int]:
    """What so many clients at once were answered."""
    asked = [str(controller.api.base_url.port), str(SECONDS), str(connections), token, kind]
    command = [sys.executable, "-m", "tests.wire.flooder", *asked]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return dict(json.loads(done.stdout))


def beside(peer: GoodPeer, what: str) -> None:
    """The slowest echo since the last look is not slow, and the session still lives."""
    assert peer.report(what) < GENEROUS


def test_what_one_credential_asks_too_much_is_told_to_wait(controller: RealController, peer: GoodPeer) -> None:
    peer.seconds.clear()
    token = controller.api.headers["authorization"].removeprefix("Bearer ")
    answered = flood(controller, 200, token, "requests")
    beside(peer, f"200 clients with one token: {answered}")
    assert answered["429"] > answered["200"] > 0
    assert answered["200"] < 100 * (SECONDS + 4), "twice the rate at once, and then the rate"
    limit = time.monotonic() + 10
    while controller.api.get("/v1/segments").status_code == 429:  # the bucket is empty; it fills again
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_guessing_is_answered_quickly_and_disturbs_nobody(controller: RealController, peer: GoodPeer) -> None:
    peer.seconds.clear()
    answered = flood(controller, 200, "guess", "requests")
    beside(peer, f"200 clients that guess: {answered}")
    assert answered["429"] > answered["401"] > 0
    assert controller.api.get("/v1/segments").status_code == 200, "whoever has a token is let in"


@pytest.mark.parametrize("kind", ["connections", "halves"])
def test_a_flood_of_connections_disturbs_nobody(controller: RealController, peer: GoodPeer, kind: str) -> None:
    peer.seconds.clear()
    answered = flood(controller, 600, "guess", kind)
    beside(peer, f"600 clients, {kind}: {answered}")
    assert controller.api.get("/v1/segments").status_code == 200
