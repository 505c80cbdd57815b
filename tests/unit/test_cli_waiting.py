"""``weft wait``, and what a shell completes: names of the controller's things, if it says them at once."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.command import Weft

EXAMPLE = Path(__file__).parents[2] / "docs" / "example-model.yaml"


@pytest.fixture(autouse=True)
def example(weft: Weft) -> None:
    assert weft("apply", "-f", str(EXAMPLE), "--yes").status == 0


def test_one_may_wait_for_some_ports_or_for_all(weft: Weft) -> None:
    assert weft("wait", "port", "web", "db", "--for", "DOWN") == (0, "2 ports DOWN\n", "")
    assert weft("wait", "port", "--all", "--for", "DOWN").out == "4 ports DOWN\n"
    assert weft("wait", "port", "--all", "--project", "blue", "--for", "DOWN").out == "2 ports DOWN\n"
    status, out, err = weft("wait", "port", "web", "--timeout", "0.2")
    assert (status, out, err.count("\n")) == (7, "", 1)
    assert err.startswith("weft: not ACTIVE after 0.2 s: web is DOWN (switch leaf1 is not connected")


def test_what_one_waits_for_is_there_and_said(weft: Weft) -> None:
    assert weft("wait", "port", "nobody")[0] == 5
    assert weft("wait", "port")[0] == weft("wait", "port", "web", "--all")[0] == 2
    assert weft("wait", "port", "web", "--for", "HAPPY")[0] == 2


TRIES = 30  # on a machine that has much to do the controller may be too slow to be asked


def completed(typed: str) -> list[str]:
    """What bash is told, where somebody has typed that much."""
    script = Path(sys.executable).with_name("weft")
    said = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split(" ")) - 1), "_WEFT_COMPLETE": "complete_bash"}
    done = subprocess.run([script], env={**os.environ, **said}, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.split()


def test_a_shell_completes_names(weft: Weft) -> None:
    id = json.loads(weft("segment", "show", "shop", "-o", "json").out)["id"]
    for typed, said in (
        ("weft port show w", ["web"]),
        ("weft unplug ", ["db", "intruder", "victim", "web"]),
        ("weft flows l", ["leaf1", "leaf2"]),
        ("weft wait port web d", ["db"]),
        (f"weft segment update {id[:6]}", [id]),
    ):
        heard = (sorted(completed(typed)) for _ in range(TRIES))
        assert said in heard, typed


def test_a_shell_does_not_wait_for_who_does_not_answer(controller: dict[str, Any]) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        before = time.monotonic()
        assert completed(f"weft --url http://127.0.0.1:{silent.getsockname()[1]} flows l") == []
        assert time.monotonic() - before < 10
    assert completed("weft --token-file nowhere flows l") == []


def test_completion_is_shown_for_the_shell_at_hand() -> None:
    command = f"{Path(sys.executable).with_name('weft')} --show-completion bash"
    said = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert "complete -o default -F" in said.stdout
