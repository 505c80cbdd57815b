"""A Nexus to test with, as from the factory for each test."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.nexus.nexus import PASSWORD, Nexus
from weft.apps.plugins.nexus import NexusPlugin


@pytest.fixture(scope="module")
def _nexus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nexus]:
    with Nexus(tmp_path_factory.mktemp("nexus")) as nexus:
        yield nexus


@pytest.fixture
def nexus(_nexus: Nexus) -> Iterator[Nexus]:
    """A Nexus that nobody has configured yet, and that is well."""
    _nexus.boot()
    _nexus.heal()
    yield _nexus
    _nexus.heal()


@pytest.fixture
def stranger(nexus: Nexus) -> Iterator[httpx.Client]:
    """Who speaks with it over HTTPS, and has not signed in."""
    trust = ssl.create_default_context(cafile=str(nexus.chain))
    with httpx.Client(base_url=nexus.url, verify=trust, timeout=10) as client:
        yield client


@pytest.fixture
def client(stranger: httpx.Client) -> httpx.Client:
    """Who has signed in."""
    user = {"aaaUser": {"attributes": {"name": "weft", "pwd": PASSWORD}}}
    assert stranger.post("/api/aaaLogin.json", json=user).status_code == 200
    return stranger


@pytest.fixture
def plugin(nexus: Nexus, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., NexusPlugin]]:
    """``plugin(**more)`` makes one whose place ``n1`` is the switch, with more settings."""
    monkeypatch.setenv("NEXUS_PASSWORD", PASSWORD)
    made: list[NexusPlugin] = []

    def make(**more: Any) -> NexusPlugin:
        made.append(NexusPlugin({"places": {"n1": access(nexus) | more}}))
        return made[-1]

    yield make
    for one in made:
        one.close()


def access(nexus: Nexus) -> dict[str, Any]:
    """The settings with which a switch is reached; its password is in the environment."""
    return {
        "url": nexus.url,
        "username": "weft",
        "password": "env:NEXUS_PASSWORD",
        "ca": str(nexus.chain),
        "timeout": 5,
    }
