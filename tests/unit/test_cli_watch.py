"""``weft watch``: each change once, from any revision on, over as many connections as it takes."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from select import select

import pytest

from tests.command import Weft
from tests.unit.conftest import started


@pytest.fixture
def before(weft: Weft) -> int:
    """The revision at which the test begins."""
    return int(json.loads(weft("status", "-o", "json").out)["revision"])


def test_what_has_changed_since_a_revision_is_told_line_by_line(weft: Weft, before: int) -> None:
    weft("segment", "create", "red", "--project", "a", "--id", "red")
    weft("segment", "update", "red", "--mtu", "9000")
    weft("segment", "delete", "red")
    status, out, err = weft("watch", "--from", str(before), "--count", "3", "--kind", "segment")
    assert (status, err) == (0, "")
    assert [re.sub(r"^\S+Z revision \d+ operator: ", "", line) for line in out.splitlines()] == [
        "segment red created",
        "segment red updated: mtu=9000",
        "segment red deleted",
    ]
    documents = weft("watch", "--from", str(before), "--count", "3", "--project", "a", "-o", "json").out.splitlines()
    assert [json.loads(line)["revision"] for line in documents] == [before + 1, before + 2, before + 3]


def test_what_happens_is_told_as_it_happens(weft: Weft, before: int) -> None:
    command = [Path(sys.executable).with_name("weft"), "watch", "--from", str(before), "--count", "2", "-o", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for number in (1, 2):
            weft("segment", "create", "s", "--project", "a")
            assert json.loads(process.stdout.readline())["revision"] == before + number
        assert process.wait(30) == 0


def test_plugs_are_told_and_what_cannot_be_watched_is_refused(weft: Weft, before: int) -> None:
    weft("segment", "create", "sea", "--project", "a", "--id", "sea")
    weft("port", "create", "p", "--segment", "sea", "--id", "p")
    weft("vif", "create", "v", "--mac", "02:00:00:00:00:01", "--id", "v")
    weft("plug", "p", "v")
    weft("unplug", "p")
    out = weft("watch", "--from", str(before), "--count", "2", "--kind", "attachment").out
    assert [line.partition("operator: ")[2] for line in out.splitlines()] == ["port p has VIF v", "port p is empty"]
    assert weft("watch", "--kind", "unicorn").status == 1
    assert weft("watch", "--from", "999999999").status == 1


def test_a_lost_connection_is_made_anew_and_nothing_is_missed(weft: Weft, tmp_path: Path) -> None:
    with started(tmp_path) as first:
        where = ("--token-file", first["token_file"], "--url", first["rest"])
        command = [Path(sys.executable).with_name("weft"), "watch", "-o", "json", *where]
        watcher = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert watcher.stdout is not None
        assert watcher.stderr is not None
        made = 0
        while not select([watcher.stdout], [], [], 0.5)[0]:  # until it watches, and tells what happens
            made += 1
            assert weft("segment", "create", f"s{made}", "--project", "a", *where).status == 0
    with watcher, started(tmp_path, "--rest", first["rest"].removeprefix("http://")):
        assert weft("segment", "create", "while-away", "--project", "a", *where).status == 0
        told = []
        while not told or told[-1]["changes"][0]["fact"]["name"] != "while-away":
            told.append(json.loads(watcher.stdout.readline()))
        first_told = told[0]["revision"]
        assert [event["revision"] for event in told] == list(range(first_told, first_told + len(told)))
        watcher.send_signal(signal.SIGINT)
        assert "; trying again\n" in watcher.stderr.read()
        assert watcher.wait(30) == 130
