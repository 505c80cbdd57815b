"""``weft simulate``, on a controller whose switches are simulated: no root, no Open vSwitch, no device."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.command import Weft
from tests.packets import SHORTEST, ethernet
from tests.unit.conftest import started
from weft.apps.lab.patience import await_truth
from weft.conformance.bed import Sent, apart, mark
from weft.conformance.beds.simulator import SimulatorBed

PAGE = Path(__file__).parents[2] / "docs" / "simulator.md"
A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorBed]:
    made = SimulatorBed(tmp_path_factory.mktemp("bed"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory, bed: SimulatorBed) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("simulating")
    (folder / "plugins.yaml").write_text(json.dumps(bed.settings()))
    with started(folder, "--plugins", str(folder / "plugins.yaml")) as ready:
        yield ready


@pytest.fixture
def fabric(weft: Weft) -> Weft:
    """The fabric that ``docs/simulator.md`` makes: it is there once for all tests."""
    if weft("switch", "show", "s1").status:
        _, commands, *_ = re.findall(r"```bash\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        for line in commands.splitlines():
            program, *arguments = shlex.split(line, comments=True)
            said = weft(*arguments)
            assert (program, said.status) == ("weft", 0), f"{line}: {said.err}"
    return weft


def test_a_frame_is_followed_on_its_way(fabric: Weft) -> None:
    said = fabric("simulate", "web", "db")
    assert (said.status, said.err) == (0, "")
    lines = said.out.splitlines()
    assert [line for line in lines if not line.startswith("  ")] == [
        "switch s1, in by e1",
        "switch s2, in by up",
        "heard by db, at e1 of s2",
    ]
    assert "  left by up" in lines
    assert lines[1].startswith("  classify: in_port=")


def test_it_says_why_a_frame_dies(fabric: Weft) -> None:
    said = fabric("simulate", "web", "everybody", "--source", "02:00:00:00:00:99")
    assert said.out.splitlines()[-2:] == [
        "  died of admit:source-mac: Its source MAC is not one of the port's.",
        "heard by nobody",
    ]
    said = fabric("simulate", "web", "02:00:00:00:00:99")
    assert "died of forward:unknown-destination: Nobody on its segment has that address." in said.out
    said = fabric("simulate", "web", "--vlan", "7")
    assert "died of classify:tagged: It has a VLAN tag, and its port carries no such tag." in said.out


def test_what_has_died_is_counted(fabric: Weft) -> None:
    fabric("simulate", "web", "everybody", "--source", "02:00:00:00:00:98")
    told = json.loads(fabric("drops", "-o", "json").out)
    assert told["unanswered"] == []
    assert "admit:source-mac" in [drop["reason"] for drop in told["drops"] if drop["name"] == "web"]


def test_programs_are_told_all_of_it(fabric: Weft) -> None:
    frame = ethernet(A, B, 0x88B5, b"abc").ljust(SHORTEST, b"\0").hex()
    said = fabric("simulate", "--frame", frame, "--switch", "s2", "--interface", "e1", "-o", "json")
    told = json.loads(said.out)
    (heard,) = told["heard"]
    assert (heard["switch"], heard["interface"], heard["name"], heard["frame"]) == ("s1", "e1", "web", frame)
    assert [visit["switch"] for visit in told["visits"]] == ["s2", "s1"]


def test_what_is_not_enough_is_said(fabric: Weft) -> None:
    said = fabric("simulate")
    assert said.status
    assert "say which PORT sends" in said.err
    assert fabric("simulate", "nobody").status


def test_machines_speak_by_a_socket(fabric: Weft, bed: SimulatorBed) -> None:
    frame = ethernet(B, A, 0x88B5, mark(1)).ljust(SHORTEST, b"\0")
    sent = [Sent("s1", "e1", frame), Sent("s2", "e1", frame)]
    assert bed.send(sent) == [[Sent("s2", "e1", frame)], []], "nobody speaks with another's MAC"
    assert apart(sent[:1], bed.send(sent[:1])[0]) == [[Sent("s2", "e1", frame)]]
    bed.unplug("s2", "e1")
    assert bed.send(sent[:1]) == [[]]
    assert bed.plug("s2", "e1") == "e1"
    assert bed.send(sent[:1]) == [[Sent("s2", "e1", frame)]]


def test_what_is_disturbed_is_found_by_an_audit(fabric: Weft, bed: SimulatorBed) -> None:
    assert bed.disturb("s1", Random(3))
    assert not fabric("switch", "audit", "s1").status
    assert await_truth(lambda: json.loads(fabric("switch", "show", "s1", "-o", "json").out)["settled"], 20)
    assert "heard by db" in fabric("simulate", "web", "db").out
    bed.outage("s1", over=False)
    assert "heard by db" in fabric("simulate", "web", "db").out
    bed.outage("s1", over=True)


def test_what_is_no_request_is_answered(bed: SimulatorBed, fabric: Weft) -> None:
    for wrong in ({"fly": []}, {"send": [["s1"]]}, {"plug": [1, 2, 3]}, {}, {"send": [["s1", "e1", "zz"]]}):
        with pytest.raises(ValueError, match="the simulator refuses"):
            bed._ask(wrong)
