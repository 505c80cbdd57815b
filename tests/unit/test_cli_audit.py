"""``weft audit`` and ``weft history``: who did what, what came of it, and how a thing came to be as it is."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import Weft


@pytest.fixture(autouse=True)
def red(weft: Weft) -> str:
    """The id of a segment ``red``."""
    weft("segment", "create", "red", "--project", "a", "--id", "red-1")
    return "red-1"


def test_the_log_says_who_did_what_from_where_and_what_came_of_it(weft: Weft, red: str) -> None:
    assert weft("segment", "update", "red", "--mtu", "9000").status == 0
    assert weft("segment", "update", "red", "--mtu", "7").status == 1
    done, refused = weft("audit", "--kind", "segment", "--id", red, "--limit", "2").out.splitlines()
    begin = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ operator from 127\.0\.0\.1: update segment " + re.escape(red)
    assert re.fullmatch(begin + r": done: mtu \(revision \d+\)", done)
    assert re.fullmatch(begin + ": malformed: .*must be a whole number from 68.*", refused)
    assert weft("audit", "--outcome", "malformed").out.splitlines()[-1] == refused
    assert done not in weft("audit", "--outcome", "malformed").out
    record = json.loads(weft("audit", "--limit", "1", "-o", "json").out)[0]
    assert (record["outcome"], record["user"]) == ("malformed", "operator")
    assert weft("audit", "--since", "1970-01-02T00:00:00Z").out == weft("audit", "--since", "999d").out
    assert weft("audit", "--since", "2090-01-01T00:00:00Z").out == ""
    status, _, err = weft("audit", "--since", "yesterday")
    assert (status, "'--since': must be like 30s, 10m, 2h, 7d" in err) == (2, True)


def test_one_may_follow_the_log(weft: Weft, red: str) -> None:
    command = [Path(sys.executable).with_name("weft"), "audit", "-f", "--id", "new-segment", "-o", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(2):
            weft("segment", "create", "new", "--project", "a", "--id", "new-segment")
        assert [json.loads(process.stdout.readline())["outcome"] for _ in range(2)] == ["done", "conflict"]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) in (0, 130)


def test_the_history_says_how_a_thing_came_to_be(weft: Weft, red: str) -> None:
    weft("segment", "update", "red", "--mtu", "1400")
    weft("segment", "update", "red", "--mtu", "1300", "--description", "smaller")
    newest = weft("history", "segment", "red").out.splitlines()[:4]
    assert re.fullmatch(r"revision \d+ \S+Z operator: updated", newest[0])
    assert newest[1:3] == ["      mtu: 1400 → 1300", "      description: - → smaller"]
    assert newest[3].startswith("revision ")
    oldest = json.loads(weft("history", "segment", red, "-o", "json").out)[-1]
    assert (oldest["what"], {change["field"] for change in oldest["changes"]} >= {"id", "name"}) == ("created", True)
    assert len(json.loads(weft("history", "segment", "red", "--limit", "1", "-o", "json").out)) == 1


def test_what_is_deleted_has_a_history_by_its_id(weft: Weft) -> None:
    weft("segment", "create", "gone", "--project", "a", "--id", "gone-1")
    assert weft("segment", "delete", "gone").status == 0
    assert ": deleted\n" in weft("history", "segment", "gone-1").out
    assert weft("history", "segment", "never-was").status == 5
    assert weft("history", "unicorn", "x").status == 2


def test_whoever_may_not_read_the_log_is_refused(weft: Weft) -> None:
    status, out, err = weft("audit", "--as-project", "a")
    assert (status, out) == (1, "")
    assert "get_audit_log (403 Forbidden)" in err
