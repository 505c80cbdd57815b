"""A plug-in's report: what each trait came to, and what the histories did, as a section of a document."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from weft.conformance.proving import Row
from weft.conformance.run import Result
from weft.controller.pipeline.render import markdown

_ANSWERS = {"honoured": "honoured", "refused": "**refused**", "broken": "**BROKEN**"}


class Report(NamedTuple):
    """What a plug-in was put to, and what came of it."""

    plugin: str
    command: str
    machine: str
    rows: list[Row]
    result: Result

    @property
    def passed(self) -> bool:
        """Whether every trait is honoured or refused, and no history has failed."""
        return self.result.failure is None and all(row.answer != "broken" for row in self.rows)


def text(report: Report) -> str:
    """The report in Markdown."""
    tally = report.result.tally
    steps = ", ".join(f"{times} {what}" for what, times in sorted(tally.outcomes.items()))
    answers = [row.answer for row in report.rows]
    parts = [f"`{report.command}`, {report.machine}: {'passes' if report.passed else '**FAILS**'}."]
    if report.rows:
        counted = ", ".join(f"{answers.count(answer)} {answer}" for answer in dict.fromkeys(answers))
        parts.append(f"Of {len(answers)} traits {counted}.")
    if tally.histories:
        parts.append(
            f"Histories: {tally.histories}, of {tally.outcomes.total()} steps in all ({steps}). After {tally.volleys} "
            f"steps, {tally.frames} frames in all were sent, and heard by whom they must, once, and by nobody else."
        )
    if report.result.failure is not None:
        parts.append(f"\n\n```\n{report.result.failure}\n```")
    rows = [(row.subject, row.means, _ANSWERS[row.answer], _cell(row.shown)) for row in report.rows]
    table = markdown(("what is asked for", "what it means", "answer", "what shows it"), rows) if rows else ""
    return "\n\n".join(filter(None, (" ".join(parts), table)))


def _cell(said: str) -> str:
    return said.replace("\n", " ")


def write(report: Report, path: Path) -> None:
    """Put it in the plug-in's section of a document; one that has none gets one."""
    name = f"conformance of {report.plugin}"
    begin, end = f"<!-- generated: {name} -->", f"<!-- end of {name} -->"
    before = path.read_text(encoding="utf-8") if path.exists() else "# Conformance\n"
    if begin not in before:
        before += f"\n## {report.plugin}\n\n{begin}\n{end}\n"
    head, _, rest = before.partition(begin)
    path.write_text(f"{head}{begin}\n{text(report)}\n{end}{rest.partition(end)[2]}", encoding="utf-8")
