"""``weft policy``: a file of all rights to begin with, and whether a file can be used."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from weft.apps.cli import main
from weft.controller.adapters.oslo_policy import OsloPolicy
from weft.controller.model.policy import RULES, Target
from weft.controller.model.rights import Caller


def test_what_is_printed_names_each_right_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy"]) == 0
    said = capsys.readouterr().out
    assert yaml.safe_load(said) is None, "all of it is a comment"
    opened = yaml.safe_load("\n".join(line.removeprefix("#") for line in said.splitlines() if line.startswith('#"')))
    assert list(opened) == [rule.name for rule in RULES]
    file = tmp_path / "policy.yaml"
    file.write_text(yaml.safe_dump(opened))
    assert main(["policy", "--check", str(file)]) == 0
    assert capsys.readouterr().out == f"{file} can be used\n"
    member = Caller("blue", frozenset({"member"}), False, 0)
    assert OsloPolicy(file).allows("create_port", Target("blue"), member)
    assert not OsloPolicy(file).allows("create_port", Target("red"), member)


@pytest.mark.parametrize(
    "text", ["[", "[1]", "create_port: 'role:a and'", "create_port: [", "{create_port: 7}", "{create_port: 'rule:no'}"]
)
def test_a_file_that_cannot_be_used_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(text)
    assert main(["policy", "--check", str(file)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("weft: --check: The policy ")
    assert said.count("\n") == 1
    assert main(["policy", "--check", str(tmp_path / "nowhere")]) == 1
