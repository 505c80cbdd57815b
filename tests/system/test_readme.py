"""What the README tells a reader to type works as it is written."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.openvswitch import open_vswitch
from tests.system.held_lab import HeldLab
from weft.apps.cli import main

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0


def commands(section: str) -> list[str]:
    """The blocks of commands in a section of the README."""
    text = (ROOT / "README.md").read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return re.findall(r"```bash\n(.*?)```", text, flags=re.DOTALL)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like the checkout, where root's ``sudo`` has nothing to do."""
    for name in (".venv", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    sudo = tmp_path / "bin" / "sudo"
    sudo.parent.mkdir()
    sudo.write_text('#!/bin/sh\nexec "$@"\n')
    sudo.chmod(0o755)
    monkeypatch.setenv("PATH", f"{sudo.parent}:{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}")
    return tmp_path


def say(folder: Path, script: str, output: Path | None = None) -> str:
    """Type it into a shell, and return what it prints, unless it goes to a file."""
    with (output or folder / "printed").open("w+") as printed:
        shell = ["bash", "-e", "-o", "pipefail", "-c", script]
        subprocess.run(shell, cwd=folder, stdout=printed, stderr=subprocess.STDOUT, check=False)
        printed.seek(0)
        return printed.read()


def until(condition: Callable[[], Any]) -> Any:
    """The first true answer; a failure when none comes."""
    end = time.monotonic() + PATIENCE
    while not (answer := condition()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return answer


@pytest.fixture
def own_switch(checkout: Path) -> Iterator[Path]:
    """An Open vSwitch that may be without help of the kernel, and the controller as the README starts it."""
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    with open_vswitch():
        subprocess.run("ovs-vsctl add-br br0 -- set Bridge br0 datapath_type=netdev", shell=True, check=True)
        said = checkout / "said"
        say(checkout, commands("Your own switches")[0], said)
        ready = json.loads(until(lambda: re.search(r"^\{.*\}$", said.read_text(), flags=re.MULTILINE)).group())
        try:
            yield checkout
        finally:
            os.kill(ready["pid"], signal.SIGTERM)


def test_a_switch_of_ones_own(own_switch: Path) -> None:
    _, bridge, transaction, questions = commands("Your own switches")
    assert say(own_switch, bridge) == ""
    until(lambda: json.loads(say(own_switch, "weft status -o json"))["unknown"])
    results = json.loads(say(own_switch, transaction))["results"]
    assert [result["id"] for result in results] == ["br0", "red", "web", "web-vif", "web"]
    until(lambda: json.loads(say(own_switch, "weft port show web -o json"))["status"]["state"] == "ACTIVE")
    said = say(own_switch, questions)
    assert "admit:source-mac" in said
    assert "admit(web)" in said


def test_no_switch_at_all(checkout: Path) -> None:
    (compiles,) = commands("Without a switch")
    assert "drop(admit:source-mac)" in say(checkout, compiles)
    files = sorted(path.name for path in (checkout / "out").iterdir())
    assert files == [f"{switch}.{form}" for switch in ("leaf1", "leaf2", "spine") for form in ("flows", "named")]


def test_a_held_lab(checkout: Path, lab: HeldLab, monkeypatch: pytest.MonkeyPatch) -> None:
    _, uses = commands("The lab")
    monkeypatch.setenv("WEFT_URL", lab.description["controller"]["rest"])
    monkeypatch.setenv("WEFT_TOKEN_FILE", lab.description["controller"]["token_file"])
    said = say(checkout, re.sub(r"^export .*", "", uses, flags=re.MULTILINE))
    for wanted in ("red1", "admit:source-mac", "leaf1:leaf1-eth1~spine1:spine1-eth1"):
        assert wanted in said
    assert {port["status"]["state"] for port in lab.get("/v1/ports", segment="red")["ports"]} == {"DOWN"}


@pytest.mark.parametrize("text", sorted({*re.findall(r"[`\n]weft ([^`#\n…]+)", (ROOT / "README.md").read_text())}))
def test_every_command_of_weft_is_one(text: str) -> None:
    assert main([*text.split(), "--help"]) == 0
