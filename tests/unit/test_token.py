"""The token: made once, read for ever, and refused where others may have read it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from weft.apps.identity.token_file import TokenUnusable, make_or_read


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weft.db.token"


def test_a_token_is_made_once_and_only_its_owner_may_read_it(path: Path) -> None:
    token = make_or_read(path)
    assert re.fullmatch("[0-9a-f]{64}", token), "256 bits, and no option whichever program it is given to"
    assert make_or_read(path) == token == path.read_text().strip()
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(path.parent) == [path.name]
    path.unlink()
    assert make_or_read(path) != token


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o622])
def test_a_file_that_others_may_touch_is_refused(path: Path, mode: int) -> None:
    make_or_read(path)
    path.chmod(mode)
    with pytest.raises(TokenUnusable, match=f"mode {mode:04o}.*chmod 600"):
        make_or_read(path)


@pytest.mark.parametrize(
    "text", ["", "\n", "short", "two words that are long", "x" * 20 + "\ny", "\xfc" * 20, "\0" * 40]
)
def test_a_file_without_a_token_is_refused_and_left_alone(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(TokenUnusable, match="holds no token"):
        make_or_read(path)
    assert path.read_bytes() == text.encode("latin-1")


def test_what_cannot_be_read_or_made_is_an_error_of_the_system(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        make_or_read(path.parent / "nowhere" / "token")
    with pytest.raises(IsADirectoryError):
        make_or_read(path.parent)


def test_of_many_that_start_at_once_all_read_the_same(path: Path) -> None:
    program = "import sys; from weft.apps.identity.token_file import make_or_read; print(make_or_read(sys.argv[1]))"
    started = [
        subprocess.Popen([sys.executable, "-c", program, path], stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    assert {process.communicate()[0].strip() for process in started} == {path.read_text().strip()}
