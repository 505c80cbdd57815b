"""A real controller over HTTP, and ``weft`` to ask it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.command import Said, Weft
from weft.apps.cli import main

ANYWHERE = (*("--rest", "127.0.0.1:0", "--neutron", "127.0.0.1:0", "--openflow", "127.0.0.1:0"), "--log-level", "error")


@contextmanager
def started(folder: Path, *options: str) -> Iterator[dict[str, Any]]:
    """A controller in a process of its own, with its store in the folder: what it says when it is ready."""
    store = folder / "weft.db"
    command = [sys.executable, "-m", "weft.apps.launch", *ANYWHERE, "--store", str(store), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A controller for the tests of a module."""
    with started(tmp_path_factory.mktemp("controller")) as ready:
        yield ready


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A second controller, which knows nothing of the first."""
    with started(tmp_path_factory.mktemp("another")) as ready:
        yield ready


@pytest.fixture
def weft(
    controller: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Weft:
    monkeypatch.setenv("WEFT_URL", controller["rest"])
    monkeypatch.setenv("WEFT_TOKEN_FILE", controller["token_file"])
    monkeypatch.delenv("WEFT_TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        status = main(arguments)
        return Said(status, *capsys.readouterr())

    return run
