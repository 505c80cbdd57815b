"""A shadow is told to no switch; promoted under traffic it costs no frame, and it outlives the controller."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system.held_lab import HeldLab, held_lab, wait_until
from tests.system.traffic import Hosts

pytestmark = pytest.mark.system

PLACE = Path(__file__).with_name("lifted.py")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeldLab]:
    """A lab whose controllers have the shadow ``lifted``."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("WEFT_SHADOW", f"lifted={PLACE}:lifted")
        with held_lab(tmp_path_factory.mktemp("lab")) as lab:
            wait_until(lambda: bool(shown(lab, "lifted")["state"] == "compiled"), "the shadow is compiled")
            yield lab


def shown(lab: HeldLab, name: str) -> Any:
    return lab.get(f"/v1/shadows/{name}")


def promote(lab: HeldLab, name: str) -> None:
    answer = lab.api.patch(f"/v1/shadows/{name}", json={"promoted": True})
    assert answer.status_code == 200, answer.text


def priorities(lab: HeldLab) -> dict[str, Counter[int]]:
    """How many flows each switch holds, by priority."""
    return {
        switch: Counter(int(p) for p in re.findall(r"priority=(\d+)", lab.ofctl("dump-flows", switch, "--no-stats")))
        for switch in lab.switches
    }


def test_a_shadow_differs_in_every_flow_and_in_no_frame_and_no_switch_is_told(lab: HeldLab) -> None:
    before = priorities(lab)
    found = lab.get("/v1/shadows/lifted/difference", frames="200")
    held = sum(counted.total() for counted in before.values())
    assert (found["tables"]["added"], found["tables"]["removed"], found["tables"]["changed"]) == (held, held, 0)
    assert (found["behaviour"]["tried"], found["behaviour"]["differing"]) == (200, 0)
    assert priorities(lab) == before


def test_promotion_under_traffic_costs_no_frame_and_outlives_the_controller(lab: HeldLab, hosts: Hosts) -> None:
    before = priorities(lab)
    outcome = hosts.run(4.0, 0.02, {1.0: lambda: promote(lab, "lifted"), 2.5: lambda: promote(lab, "core")})
    assert outcome.clean, str(outcome)
    assert outcome.sent > 1000
    lab.settle()
    assert priorities(lab) == before
    outcome = hosts.run(2.0, 0.02, {0.5: lambda: promote(lab, "lifted")})
    assert outcome.clean, str(outcome)
    wait_until(lambda: bool(shown(lab, "lifted")["state"] == "followed"), "the switches follow it")
    lab.settle()
    raised = {s: Counter({p + 1: n for p, n in counted.items()}) for s, counted in before.items()}
    assert priorities(lab) == raised
    lab.kill_controller()
    lab.start_controller()
    lab.settle()
    assert shown(lab, "lifted")["state"] == "followed"
    assert priorities(lab) == raised
