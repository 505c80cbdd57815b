"""``/v1/shadows`` and ``weft shadow``: what is compiled beside what the switches follow, and promotion."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import Said, Weft
from tests.openapi import Validating
from tests.shadows import VARIANTS, Shadowed
from tests.unit.conftest import started
from weft.apps.cli import main
from weft.apps.northbound.app import build_app
from weft.apps.northbound.doctor import findings
from weft.controller.model.commands import Promote, Update

TOKEN = "a-token-of-this-test"


@pytest.fixture
def net() -> Shadowed:
    return Shadowed({**VARIANTS, "broken": "ImportError: no such thing"}).fabric().shade().serve().shade()


def api_of(net: Shadowed) -> Validating:
    return Validating(build_app(net.service, TOKEN), headers={"Authorization": f"Bearer {TOKEN}"})


@pytest.fixture
def api(net: Shadowed) -> Validating:
    return api_of(net)


def refusal(result: Any) -> tuple[int, str, str]:
    return result.status_code, result.json["field"], result.json["rule"]


def test_all_sets_of_stages_are_listed_the_real_ones_first(api: Validating) -> None:
    found = api.simulate_get("/v1/shadows").json["shadows"]
    assert [(one["name"], one["state"], one["promoted"]) for one in found] == [
        ("core", "followed", True),
        *((name, "compiled", False) for name in ("closed", "same", "fragile", "without")),
        ("broken", "missing", False),
    ]
    assert found[-1]["problems"] == ["ImportError: no such thing"]


def test_one_says_how_it_differs_from_the_real_stages(api: Validating) -> None:
    assert api.simulate_get("/v1/shadows/closed").json["doc"] == "Nobody hears anything."
    altered = {name: api.simulate_get(f"/v1/shadows/{name}").json for name in ("closed", "same", "without")}
    assert [altered[name]["added"] for name in altered] == [["closed"], [], []]
    assert [altered[name]["replaced"] for name in altered] == [[], ["forward"], []]
    assert [altered[name]["left_out"] for name in altered] == [[], [], ["listen", "account"]]
    assert altered["closed"]["evaluations"] > 0


def test_one_that_compiles_yet_or_failed_says_so(net: Shadowed, api: Validating) -> None:
    net.do(Update("port", "a", {"name": "broken"}))
    assert api.simulate_get("/v1/shadows/fragile").json["state"] == "compiling"
    assert refusal(api.simulate_get("/v1/shadows/fragile/difference")) == (
        409,
        "name",
        "shadow 'fragile' has no tables to compare: it is being compiled; ask again in a moment",
    )
    net.shade()
    failure = "fragile(a) failed: ZeroDivisionError: so it is"
    assert api.simulate_get("/v1/shadows/fragile").json["problems"] == [failure]
    assert refusal(api.simulate_patch("/v1/shadows/fragile", json={"promoted": True})) == (
        409,
        "promoted",
        f"shadow 'fragile' is not sound: {failure}",
    )
    assert [f.about for f in findings(net.service) if failure in f.what] == ["shadow fragile"]


def test_the_difference_is_told_in_tables_behaviour_and_cost(api: Validating) -> None:
    found = api.simulate_get("/v1/shadows/closed/difference").json
    assert (found["name"], found["against"]) == ("closed", "core")
    assert {name: found["tables"][name] for name in ("added", "removed", "changed")} == {
        "added": 2,
        "removed": 0,
        "changed": 0,
    }
    assert found["tables"]["flows"][0] == {
        "switch": "s1",
        "what": "added",
        "before": "",
        "after": "table=deliver priority=500 match=port=1 actions=drop(deliver:isolated)",
    }
    behaviour = found["behaviour"]
    assert behaviour["whole"]
    assert {
        "frame": "red: port a to port b",
        "before": {"receivers": ["vif b"], "reasons": []},
        "after": {"receivers": [], "reasons": ["deliver:isolated"]},
    } in behaviour["frames"]
    cost = {one["stage"]: one for one in found["cost"]}
    assert (cost["closed"]["before"], cost["closed"]["after"]["flows"]) == (None, 2)
    assert cost["deliver"]["before"]["flows"] == cost["deliver"]["after"]["flows"] > 0


def test_no_more_of_it_is_told_than_was_asked_for(api: Validating) -> None:
    found = api.simulate_get("/v1/shadows/closed/difference?flows=1&frames=0").json
    assert (len(found["tables"]["flows"]), found["tables"]["added"]) == (1, 2)
    assert (found["behaviour"]["tried"], found["behaviour"]["whole"]) == (0, False)
    for wrong in ("-1", "1e3", "100001", "x", ""):
        answer = api.simulate_get("/v1/shadows/closed/difference", params={"flows": wrong})
        assert refusal(answer) == (400, "flows", "must be a number from 0 to 100000")


@pytest.mark.parametrize("path", ["/v1/shadows/nothing", "/v1/shadows/nothing/difference"])
def test_what_is_not_there_is_not_found(api: Validating, path: str) -> None:
    assert refusal(api.simulate_get(path)) == (404, "shadow", "there is no shadow 'nothing'")


def test_it_is_the_operators(api: Validating) -> None:
    acting = {"Authorization": f"Bearer {TOKEN}", "Weft-Act-As": "project=p"}
    for path in ("/v1/shadows", "/v1/shadows/closed", "/v1/shadows/closed/difference"):
        assert api.simulate_get(path, headers=acting).status_code == 403
    assert api.simulate_patch("/v1/shadows/closed", json={"promoted": True}, headers=acting).status_code == 403


def test_one_is_promoted_and_the_real_stages_are_followed_again(net: Shadowed, api: Validating) -> None:
    def promote(name: str, promoted: bool) -> None:
        assert api.simulate_patch(f"/v1/shadows/{name}", json={"promoted": promoted}).json["promoted"] is promoted
        net.work()

    promote("closed", True)
    assert api.simulate_get("/v1/shadows/closed").json["state"] == "followed"
    assert api.simulate_get("/v1/shadows/core").json["state"] == "compiled"
    assert api.simulate_get("/v1/shadows/core/difference").json["tables"]["removed"] == 2
    promote("same", False)  # which it is not
    assert net.service.shadows.running.name == "closed"
    promote("closed", False)
    assert net.service.shadows.running.name == "core"
    promote("closed", True)
    promote("core", True)
    assert net.service.shadows.running.name == "core"


def test_only_what_can_be_followed_is_promoted(api: Validating) -> None:
    answer = api.simulate_patch("/v1/shadows/broken", json={"promoted": True})
    assert refusal(answer) == (409, "promoted", "shadow 'broken' is not sound: ImportError: no such thing")
    assert api.simulate_patch("/v1/shadows/closed", json={"promoted": "yes"}).status_code == 400
    assert api.simulate_patch("/v1/shadows/closed", json={}).status_code == 400


def test_a_promoted_set_that_is_not_there_is_an_error_until_it_is_given_up(net: Shadowed) -> None:
    net.do(Promote("closed"))
    again = Shadowed({}, net.store)
    found = [f for f in findings(again.service) if "promoted" in f.what]
    assert [(f.severity, f.about) for f in found] == [("error", "controller")]
    api = api_of(again)
    listed = [(one["name"], one["state"], one["promoted"]) for one in api.simulate_get("/v1/shadows").json["shadows"]]
    assert listed == [("core", "followed", False), ("closed", "missing", True)]
    assert api.simulate_patch("/v1/shadows/core", json={"promoted": True}).json["promoted"]
    assert [f for f in findings(again.service) if "promoted" in f.what] == []


# the command, and a controller that was started with shadows

STAGES = """
    from weft.controller.compile.audience import here
    from weft.controller.compile.stage import stage
    from weft.controller.flow.actions import Drop
    from weft.controller.flow.flow import flow
    from weft.controller.pipeline.core import DELIVER


    @stage(id=200, per="switch")
    def closed(view, switch):
        '''Nobody hears anything.'''
        if view.switch(switch) is not None:
            yield here(switch, flow(DELIVER, 500, Drop("isolated")))


    @stage(id=201, per="switch")
    def endless(view, switch):
        '''Never comes to an end, and yields nothing.'''
        while view.switch(switch) is not None:
            pass
        yield
    """
SHADOWS = "closed={0}:closed,endless={0}:endless,lost={0}:nothing,none"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shadowed")
    (folder / "mine.py").write_text(textwrap.dedent(STAGES))
    return folder


@pytest.fixture(scope="module")
def controller(folder: Path) -> Iterator[dict[str, Any]]:
    with started(folder, "--shadow", SHADOWS.format(folder / "mine.py")) as ready:
        yield ready


def seen(weft: Weft) -> dict[str, Any]:
    return {one["name"]: one for one in json.loads(weft("shadow", "list", "-o", "json").out)}


def test_the_command_does_all_of_it(weft: Weft) -> None:
    assert weft("switch", "create", "s1", "--dpid", "1")[0] == 0
    end = 200
    while (found := seen(weft))["endless"]["state"] != "given-up" or found["closed"]["state"] != "compiled":
        end -= 1
        assert end, found
    assert found["endless"]["problems"] == ["Overrun: one evaluation took more than 1 s"]
    assert "has no attribute 'nothing'" in found["lost"]["problems"][0]
    assert found["none"]["problems"] == ["no installed package has an entry point 'none' in the group weft.shadows"]
    lines = weft("shadow", "diff", "closed").out.splitlines()
    assert lines[0].endswith("core to closed: 1 added, 0 removed, 0 changed")
    assert lines[1:3] == [
        "switch s1",
        "+ table=deliver priority=500 match=* actions=drop(deliver:isolated)",
    ]
    assert lines[4] == "frames: 0 tried, 0 fare otherwise", "there is no VIF yet"
    assert json.loads(weft("shadow", "diff", "closed", "-o", "json").out)["tables"]["added"] == 1
    assert "frames: all fare alike, since the tables do" in weft("shadow", "diff", "core").out
    assert weft("shadow", "promote", "closed") == (0, "the switches follow closed\n", "")
    assert weft("shadow", "show", "closed").out.count("followed") == 1
    status, _, said = weft("shadow", "promote", "endless")
    assert (status, "shadow 'endless' is not sound" in said) == (6, True)
    logged = json.loads(weft("audit", "-o", "json").out)
    assert ("promote", "shadow", "closed") in [(line["action"], line["kind"], line["id"]) for line in logged]


def test_what_was_promoted_is_followed_after_a_restart_and_missed_where_it_is_not_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(ready: dict[str, Any], *arguments: str) -> Said:
        monkeypatch.setenv("WEFT_URL", ready["rest"])
        monkeypatch.setenv("WEFT_TOKEN_FILE", ready["token_file"])
        capsys.readouterr()
        return Said(main(arguments), *capsys.readouterr())

    with started(tmp_path, "--shadow", f"closed={folder / 'mine.py'}:closed") as ready:
        assert ask(ready, "shadow", "promote", "closed").status == 0
    with started(tmp_path, "--shadow", f"closed={folder / 'mine.py'}:closed") as ready:
        assert json.loads(ask(ready, "shadow", "show", "closed", "-o", "json").out)["state"] == "followed"
    with started(tmp_path) as ready:
        assert "were promoted and are not there" in ask(ready, "doctor").out
        assert ask(ready, "shadow", "demote") == (0, "the switches follow core\n", "")
        assert ask(ready, "doctor") == (0, "nothing is wrong\n", "")
