"""The controller's settings: where they come from, and what is said of one that cannot be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from weft.apps.settings import SettingsError, load

ADDRESS = "must be HOST:PORT with a port from 0 to 65535, where 0 chooses a free one"


def refusal(*arguments: str, **environment: str) -> str:
    with pytest.raises(SettingsError) as refused:
        load(arguments, environment)
    said = str(refused.value)
    assert "\n" not in said
    return said


def test_an_option_goes_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "weft.yaml"
    file.write_text("{rest: '127.0.0.1:1', openflow: '127.0.0.1:1', log-level: error}")
    environment = {"WEFT_CONFIG": str(file), "WEFT_REST": "127.0.0.1:2", "WEFT_OPENFLOW": "127.0.0.1:2"}
    settings = load(("--rest", "127.0.0.1:3"), environment)
    assert (settings.rest, settings.openflow, settings.log_level) == ("127.0.0.1:3", "127.0.0.1:2", "error")


@pytest.mark.parametrize("address", ["127.0.0.1:65536", "127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1:", ":1", "9", ""])
def test_a_wrong_address_is_told_with_who_said_it(tmp_path: Path, address: str) -> None:
    file = tmp_path / "weft.yaml"
    file.write_text(f"openflow: '{address}'")
    assert refusal("--rest", address) == f"--rest {ADDRESS}, not '{address}'"
    assert refusal("--openflow", address) == f"--openflow {ADDRESS}, not '{address}'"
    assert refusal(WEFT_REST=address) == f"WEFT_REST {ADDRESS}, not '{address}'"
    assert refusal("--config", str(file)) == f"{file}: openflow {ADDRESS}, not '{address}'"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("audit_interval: soon", "audit_interval must be a number above 0, not 'soon'"),
        ("audit-interval: 0", "audit_interval must be a number above 0, not 0"),
        ("audit_interval: .inf", "audit_interval must be a number above 0, not inf"),
        ("log_level: loud", "log_level must be debug, info, warning or error, not 'loud'"),
        ("log_json: maybe", "log_json must be true or false, not 'maybe'"),
        ("store: 3", "store must be a path, not 3"),
        ("rest: 8181", f"rest {ADDRESS}, not 8181"),
        ("port: 8181", "port is not a setting; these are: rest, neutron, "),
    ],
)
def test_a_wrong_value_in_the_file_is_told_with_its_name_and_rule(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "weft.yaml"
    file.write_text(text)
    assert refusal("--config", str(file)).startswith(f"{file}: {said}")


def test_a_file_that_is_no_use_is_told_with_who_named_it(tmp_path: Path) -> None:
    file = tmp_path / "weft.yaml"
    assert refusal("--config", str(file)) == f"--config: cannot read {file}: No such file or directory"
    file.write_text("rest: [")
    assert refusal(WEFT_CONFIG=str(file)).startswith(f"WEFT_CONFIG: cannot read {file}: line 1, column 8: ")
    file.write_bytes(b"rest: \xff")
    assert "it is not UTF-8" in refusal("--config", str(file))
    file.write_text("rest")
    assert refusal("--config", str(file)) == f"--config: {file} holds no settings by name"


def test_the_program_says_it_in_one_line_and_does_not_start(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "weft.apps.launch"]
    for arguments, said in (
        (("--rest", "127.0.0.1:99999"), f"--rest {ADDRESS}, not '127.0.0.1:99999'"),
        (("--colour", "red"), "unrecognized arguments: --colour red (--help lists the options)"),
    ):
        run = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert (run.returncode, run.stdout, run.stderr) == (2, "", f"weft-controller: {said}\n")
    assert list(tmp_path.iterdir()) == []
