"""docs/write-an-extension.md: its example is real, its tests pass, and its commands do what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import Weft
from tests.unit.conftest import started
from weft.apps.cli import main
from weft.apps.client import Client
from weft.apps.extensions import installed
from weft.controller.extension import METER_IDS, REASON_NUMBERS, REGISTERS, STAGE_IDS
from weft.controller.model.declared import EXTENSIBLE

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
TEXT = (ROOT / "docs" / "write-an-extension.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    option = f"portstats,curfew={EXAMPLES / 'curfew.py'}:CURFEW"
    with started(tmp_path_factory.mktemp("extensions"), "--extensions", option) as ready:
        yield ready


def test_what_is_shown_stands_in_the_files() -> None:
    example, test = ((EXAMPLES / name).read_text(encoding="utf-8") for name in ("curfew.py", "test_curfew.py"))
    *shown, tested = blocks("python")
    assert all(block in example for block in shown)
    assert tested in test


def test_its_tests_pass() -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(EXAMPLES / "test_curfew.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_it_compiles(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    (command,) = blocks("bash")[0].splitlines()
    assert main(command.split()[1:]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "table=curfew priority=100 match=source=2 actions=drop(curfew:silent)" in lines
    assert "table=curfew priority=0 match=* actions=next:listen" in lines


def test_the_commands_work(weft: Weft, monkeypatch: pytest.MonkeyPatch, controller: dict[str, Any]) -> None:
    monkeypatch.chdir(ROOT)
    for command in blocks("bash")[1].splitlines():
        said = weft(*command.split()[1:])
        assert said.status == (1 if command == "weft doctor" else 0), f"{said}: no switch is connected"
    token = Path(controller["token_file"]).read_text(encoding="utf-8").strip()
    with Client(controller["rest"], token) as client:
        (robot,) = client.list("port", name="robot")
        assert robot["curfew:silent"] is True
        assert client.ask("GET", "/v1/ext/curfew/ports") == {"ports": [robot["id"]]}


def test_its_numbers_are_those_of_the_code() -> None:
    for span in (STAGE_IDS, REASON_NUMBERS):
        assert f"{span[0]} to {span[-1]}" in TEXT
    assert f"{METER_IDS[0]:,} to {METER_IDS[-1]:,}" in TEXT
    assert f"reg{REGISTERS[0]} to reg{REGISTERS[-1]}" in TEXT
    assert f'"{installed.GROUP}"' in TEXT
    assert len(EXTENSIBLE) == len(["segments", "ports", "VIFs", "subnets", "security groups", "trunks"])
