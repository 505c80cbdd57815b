"""docs/conformance.md says of each plug-in what came of everything that the kit asks for, and nothing is broken."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from weft.apps.docs.parts import between_markers
from weft.conformance.bed import beds
from weft.conformance.proofs import events, proofs
from weft.conformance.proving import Row
from weft.conformance.report import Report, text, write
from weft.conformance.run import Failure, Result, Tally
from weft.conformance.steps import Step

DOCUMENT = Path(__file__).parents[2] / "docs" / "conformance.md"
ASKED = [proof.subject for proof in (*proofs(("a", "b")), *events(("a", "b"), ("a b",)))]
ROW = Row("`trunk`", "Its tags.", "honoured", "a frame | and another")


def report(answer: str = "honoured", failure: Failure | None = None) -> Report:
    """A report of one trait and of a history."""
    tally = Tally(1, Counter({"granted": 2, "refused": 1}), 3, 40)
    return Report("acme", "weft conformance acme", "here", [ROW._replace(answer=answer)], Result(tally, failure))  # type: ignore[arg-type]


@pytest.mark.parametrize("plugin", sorted(beds()))
def test_every_plugin_has_its_section(plugin: str) -> None:
    said = between_markers(DOCUMENT.read_text(), f"conformance of {plugin}")
    assert said
    if "Not run here" in said:
        return
    assert "FAILS" not in said
    rows = [line.split(" | ")[0].removeprefix("| ") for line in said.splitlines() if line.startswith("| ")]
    assert rows[2:] == ASKED
    answers = {line.split(" | ")[2] for line in said.splitlines() if line.startswith("| ")}
    assert answers <= {"answer", "---", "honoured", "**refused**"}


def test_a_report_says_what_was_tried_and_what_came_of_it(tmp_path: Path) -> None:
    said = text(report())
    assert "`weft conformance acme`, here: passes. Of 1 traits 1 honoured. Histories: 1, of 3 steps in all" in said
    assert "| `trunk` | Its tags. | honoured | a frame \\| and another |" in said
    path = tmp_path / "report.md"
    path.write_text("# Reports\n")
    write(report(), path)
    write(report(), path)
    assert path.read_text() == f"# Reports\n\n## acme\n\n<!-- generated: conformance of acme -->\n{said}\n" \
                               "<!-- end of conformance of acme -->\n"  # fmt: skip


def test_what_fails_is_in_the_report() -> None:
    assert "here: **FAILS**" in text(report("broken"))
    assert "| **BROKEN** |" in text(report("broken"))
    failure = Failure(7, (Step({"do": "restart"}),), ("done",), ("lost: a frame",))
    said = text(report(failure=failure))
    assert "here: **FAILS**" in said
    assert "Seed 7, 1 steps:\n  1. (the controller dies and starts again)  -> done\nWrong:\n  lost: a frame" in said


def weft(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, run."""
    program = Path(sys.executable).with_name("weft")
    return subprocess.run(
        [program, "conformance", *arguments], capture_output=True, text=True, timeout=240, check=False
    )


def test_the_command_lists_beds_and_knows_no_others() -> None:
    assert weft().stdout.split() == sorted(beds())
    refused = weft("acme")
    assert refused.returncode == 2
    assert "no bed of that name is installed; there are " in refused.stderr


@pytest.mark.parametrize("plugin", ["simulator", pytest.param("openvswitch", marks=pytest.mark.system)])
def test_a_plugin_passes(plugin: str) -> None:
    done = weft(plugin, "--no-traits", "--histories", "1", "--steps", "4", "--seed", "3")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "seed 3: passes" in done.stdout
