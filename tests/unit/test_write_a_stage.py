"""docs/write-a-stage.md: its example is real, its tests pass, and its commands do what it says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import Weft
from tests.unit.conftest import started
from weft.apps import stage_sets
from weft.apps.cli import main
from weft.apps.settings import Settings
from weft.controller.compile.stages import STAGES
from weft.controller.compile.variant import Variant, variant_of

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
TEXT = (ROOT / "docs" / "write-a-stage.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with started(tmp_path_factory.mktemp("stages"), "--shadow", f"quiet={EXAMPLES / 'quiet.py'}:quiet") as ready:
        yield ready


def test_what_is_shown_stands_in_the_files() -> None:
    files = [(EXAMPLES / name).read_text(encoding="utf-8") for name in ("quiet.py", "test_quiet.py")]
    shown, tested, last = blocks("python")
    assert shown in files[0]
    assert tested in files[1]
    assert last.startswith("terse = Variant(")


def test_the_variant_that_is_shown_can_be() -> None:
    quiet = stage_sets.imported(f"{EXAMPLES / 'quiet.py'}:quiet")
    known: dict[str, Any] = {"Variant": Variant, "quiet": quiet}
    exec(blocks("python")[-1], known)
    assert variant_of(known["terse"]).without == ("account",)


def test_its_tests_pass() -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(EXAMPLES / "test_quiet.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_compiling_shows_what_the_page_shows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (command,) = blocks("bash")[0].splitlines()
    assert main(command.split()[1:]) == 0
    said = capsys.readouterr().out
    (shown,) = re.findall(r"```\n(tables at revision.*?)```", TEXT, flags=re.DOTALL)
    assert said.startswith(shown)
    assert "quiet" in said.removeprefix(shown)


def compile(*options: str) -> int:
    return main(("compile", str(EXAMPLES / "quiet.yaml"), *options))


def test_a_profile_says_what_each_stage_costs(capsys: pytest.CaptureFixture[str]) -> None:
    assert compile("--profile", "-o", "json") == 0
    cost = json.loads(capsys.readouterr().out)
    assert list(cost) == [stage.name for stage in STAGES]
    assert cost["classify"]["flows"] == 4
    assert cost["classify"]["seconds"] > 0
    assert compile("--profile") == 0
    assert capsys.readouterr().out.split()[:5] == ["STAGE", "FLOWS", "BYTES", "EVALUATIONS", "MS"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("tried = 5", "--stages: it must be a Variant, a stage or a tuple of stages, not int"),
        ("tried = Variant()", "--stages: it names no stage, so it would be the real ones"),
        ("1 / 0", "--stages: ZeroDivisionError: division by zero"),
        ("raise SystemExit('no')", "--stages: SystemExit: no"),
        ("other = 5", "has no attribute 'tried'"),
        ("tried = stage(id=240, per='port')(lambda view, port: 1 / 0)", "<lambda>(laptop) failed: ZeroDivisionError"),
    ],
)
def test_what_cannot_be_tried_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, said: str
) -> None:
    file = tmp_path / "tried.py"
    known = "from weft.controller.compile.stage import stage\nfrom weft.controller.compile.variant import Variant\n"
    file.write_text(known + source)
    assert compile("--stages", f"{file}:tried") == 1
    assert said in capsys.readouterr().err


def test_a_place_that_is_none_and_options_that_do_not_go_together_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compile("--stages", f"{tmp_path / 'none.py'}:tried") == 1
    assert "there is no file" in capsys.readouterr().err
    assert compile("--stages", "tried") == 1
    assert "must be module:attribute or file.py:attribute" in capsys.readouterr().err
    assert compile("--profile", "--to", str(tmp_path)) == 2
    assert "--stages and --profile show none" in capsys.readouterr().err


def test_the_commands_work(weft: Weft) -> None:
    assert weft("apply", "-f", str(EXAMPLES / "quiet.yaml"), "--yes").status == 0
    for command in (line for block in blocks("bash")[1:] for line in block.splitlines()):
        for _ in range(100):
            status, out, error = weft(*command.split()[1:])
            if "ask again in a moment" not in error:
                break
        assert (status, error) == (0, ""), command
        if command.endswith("diff quiet"):
            assert "fare otherwise" in out or "0 added" in out


def test_its_options_and_bounds_are_those_of_the_code() -> None:
    assert set(re.findall(r"--shadow[a-z-]*", TEXT)) == {"--shadow", "--shadow-budget"}
    assert f"({Settings.model_fields['shadow_budget'].default:,})" in TEXT
    assert stage_sets.LONGEST_EVALUATION == 1.0, "more than a second"
    assert f"`{stage_sets.GROUP}`" in TEXT
