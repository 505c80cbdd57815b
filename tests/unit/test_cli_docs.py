"""What docs/cli.md tells to type works as it is written, and its tables say what holds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from weft.apps.cli.exits import MEANING, PENDING
from weft.apps.cli.sources import Options

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "cli.md").read_text()


def commands() -> Iterator[str]:
    """Each line of the blocks of commands, without its remark."""
    for block in re.findall(r"```bash\n(.*?)```", TEXT, flags=re.DOTALL):
        yield from (re.sub(r"\s+#.*", "", line) for line in block.splitlines())


def test_every_line_works(controller: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    (tmp_path / "weft.db.token").write_text(Path(controller["token_file"]).read_text())
    home = {"HOME": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("WEFT_", "XDG_"))} | home
    for command in commands():
        if not command.startswith("weft config"):  # what is usual is somebody else's here
            environment["WEFT_URL"] = controller["rest"]
        shell = ["bash", "-o", "pipefail", "-c", command]
        done = subprocess.run(shell, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        allowed = {0, PENDING} if "--dry-run" in command else {0}
        assert done.returncode in allowed, f"{command}: {done.stdout}{done.stderr}"
        assert done.stderr == "", command


def test_the_second_time_there_is_nothing_to_change() -> None:
    applied = [command for command in commands() if command.startswith("weft apply -f docs/example-model.yaml --yes")]
    assert len(applied) == 2, "the page says so"


def test_the_exit_statuses_are_those_of_the_program() -> None:
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", TEXT, flags=re.MULTILINE)
    assert {int(status): meaning for status, meaning in rows} == MEANING


@pytest.mark.parametrize("option", Options._fields)
def test_every_option_of_the_controller_is_in_the_table(option: str) -> None:
    assert f"| `--{option.replace('_', '-')} " in TEXT
