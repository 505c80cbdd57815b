"""A test that measures has the room for itself, and is not kept out by those who share it."""

from __future__ import annotations

import select
import subprocess
import sys
from pathlib import Path

VISIT = """
import sys
from pathlib import Path
from tests.alone import in_the_room
with in_the_room(alone=sys.argv[1] == "alone", gate=Path("gate"), room=Path("room")):
    print("inside", flush=True)
    sys.stdin.readline()
"""
ROOT = Path(__file__).parents[2]


class Visitor:
    """A process that goes into the room as soon as may be, and stays until it is told to leave."""

    def __init__(self, how: str, folder: Path) -> None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(
            [sys.executable, "-c", VISIT, how], cwd=folder, env={"PYTHONPATH": str(ROOT)}, **pipes
        )

    def is_inside(self) -> bool:
        return bool(select.select([self._process.stdout], [], [], 60)[0])

    def waits(self) -> bool:
        """Whether the kernel says so, now or soon; it has not if it came in."""
        while not select.select([self._process.stdout], [], [], 0.02)[0]:
            locks = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
            if any(lock[1] == "->" and lock[5] == str(self._process.pid) for lock in locks):
                return True
        return False

    def leave(self) -> None:
        self._process.communicate(b"\n")


def test_who_is_alone_waits_for_those_inside_and_lets_nobody_pass(tmp_path: Path) -> None:
    for name in ("gate", "room"):
        (tmp_path / name).touch()
    first, second = Visitor("together", tmp_path), Visitor("together", tmp_path)
    assert first.is_inside()
    assert second.is_inside(), "the room is shared"
    lonely = Visitor("alone", tmp_path)
    assert lonely.waits()
    late = Visitor("together", tmp_path)
    assert late.waits(), "it stands behind the one who wants to be alone"
    first.leave()
    second.leave()
    assert lonely.is_inside()
    assert late.waits()
    lonely.leave()
    assert late.is_inside()
    late.leave()
