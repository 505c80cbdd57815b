"""Twenty switches and sixty hosts: everybody reaches exactly the own segment, and a cut cable is healed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.system.held_lab import HeldLab, held_lab, wait_until
from tests.system.traffic import Hosts, hosts_of

pytestmark = pytest.mark.system

SHAPES = {
    "ring": ("--topology", "ring", "--switches", "20", "--hosts", "3"),
    "leaf-spine": ("--topology", "leaf-spine", "--spines", "5", "--leaves", "15", "--hosts", "4"),
}
INTERVAL = 0.05
CUT, END = 0.5, 2.5
CUTS = 3


@pytest.fixture(scope="module", params=SHAPES)
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeldLab]:
    with held_lab(tmp_path_factory.mktemp("lab"), *SHAPES[request.param]) as lab:
        assert (len(lab.switches), len(lab.hosts)) == (20, 60)
        yield lab


def set_link(lab: HeldLab, link: dict[str, Any], state: str) -> None:
    lab.inside("ip", "link", "set", link["a_interface"], state)


def await_link(lab: HeldLab, link: dict[str, Any], up: bool) -> None:
    """Wait until the model knows, and every switch has been told what follows."""

    def known() -> bool:
        links = lab.get("/v1/links")["links"]
        (found,) = (
            found for found in links if link["a_interface"] in (found["a"]["interface"], found["b"]["interface"])
        )
        return bool(found["up"] == up)

    wait_until(known, "the model knows the link")
    lab.settle()


def carries_frames(lab: HeldLab, link: dict[str, Any]) -> bool:
    """Whether any flow of one end sends frames into it."""
    switch, ofport = link["a"]
    actions = [flow["actions"].split(",") for flow in lab.get("/v1/flows", switch=switch)["flows"]]
    return any(f"output:{ofport}" in done for done in actions)


def heals(lab: HeldLab, hosts: Hosts, link: dict[str, Any]) -> float:
    """Cut the cable under traffic; return the milliseconds after which nothing was lost any more."""
    outcome = hosts.run(END, INTERVAL, {CUT: lambda: set_link(lab, link, "down")})
    await_link(lab, link, up=False)
    after = hosts.run(0.5, INTERVAL, {})
    set_link(lab, link, "up")
    await_link(lab, link, up=True)
    whole = hosts.run(0.5, INTERVAL, {})
    assert outcome.strays == after.strays == whole.strays == []
    assert after.clean, f"still wrong after the cut: {after}"
    assert whole.clean, f"still wrong after the repair: {whole}"
    last = max((e.round + 1) * INTERVAL - CUT for e in outcome.lost) if outcome.lost else 0.0
    print(
        f"  {link['a']}-{link['b']}: healed within {last * 1000:.0f} ms; of {outcome.sent} frames "
        f"{len(outcome.lost)} lost, {len(outcome.doubled)} doubled"
    )
    return last * 1000


def test_traffic_arrives_once_and_heals_after_any_cut(lab: HeldLab) -> None:
    links = lab.description["links"]
    with hosts_of(lab) as hosts:
        before = hosts.run(1.0, INTERVAL, {})
        assert before.clean, str(before)
        chosen = random.Random(len(links)).sample([link for link in links if carries_frames(lab, link)], CUTS)
        healed = [heals(lab, hosts, link) for link in chosen]
    assert max(healed) < 1000 * (END - CUT) / 2


def test_flapping_cables_leak_nothing_and_leave_no_trace(lab: HeldLab) -> None:
    """Ten changes a second, whatever they cut off meanwhile: frames may be lost then, but never be astray."""
    links = lab.description["links"]
    chosen = random.Random(7).choices(range(len(links)), k=30)
    flips = {
        0.1 * (n + 1): partial(set_link, lab, links[link], "down" if chosen[:n].count(link) % 2 == 0 else "up")
        for n, link in enumerate(chosen)
    }
    with hosts_of(lab) as hosts:
        outcome = hosts.run(3.5, INTERVAL, flips)
        for link in links:
            set_link(lab, link, "up")
        for link in links:
            await_link(lab, link, up=True)
        after = hosts.run(0.5, INTERVAL, {})
    print(f"  {len(flips)} flips: of {outcome.sent} frames {len(outcome.lost)} lost, {len(outcome.doubled)} doubled")
    assert outcome.strays == []
    assert after.clean, str(after)
