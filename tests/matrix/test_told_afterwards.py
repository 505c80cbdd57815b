"""What is told of the past is no more than what may be seen now: histories, and the log of who asked for what."""

from __future__ import annotations

import json

import pytest

from tests.matrix.apis import Native
from tests.matrix.oracle import ROLES, Outcome, Role, expected, has
from tests.matrix.society import HIDDEN, MISSING, PLACES, Place, Society, secrets_in
from tests.matrix.test_watch import told
from weft.apps.northbound.paths import PATHS
from weft.controller.model.commands import Command, Create, Delete, Plug, Unplug, Update


@pytest.fixture
def society() -> Society:
    """Everybody's things."""
    return Society()


@pytest.mark.parametrize("role", ROLES)
def test_a_history_is_told_to_whoever_may_see_the_thing(society: Society, role: Role) -> None:
    api, complaints = Native(society), list[str]()
    for place in (place for place in PLACES if place.kind in PATHS):
        id = society.make(place)
        society.net.service.submit([Update(place.kind, id, {"description": f"of {society.word(place.whose)} again"})])
        answer = api.ask(role, "GET", f"{PATHS[place.kind]}/{id}/history")
        wanted = expected(f"get_{place.kind}", f"get_{place.kind}", role, place.whose)
        if answer.outcome != wanted:
            complaints.append(f"{role} history of {place}: {answer.outcome}, and not {wanted}: {answer.text[:200]}")
        if wanted == "allowed" and len(json.loads(answer.text)["history"]) != 2:
            complaints.append(f"{role} history of {place}: {answer.text}")
        if role != "operator" and (secrets := secrets_in(answer.text, answer.asked)):
            complaints.append(f"{role} history of {place}: it tells of {secrets}: {answer.text}")
    assert complaints == []


def test_what_was_anothers_before_one_had_the_id_is_not_in_ones_history(society: Society) -> None:
    api = Native(society)
    for kind, more in (("segment", {"transport": "local"}), ("vif", {"mac": "02:66:00:00:00:01"})):
        theirs = {"id": "again", "name": f"{HIDDEN} name", "project": HIDDEN, **more}
        society.net.service.submit([Create(kind, theirs)])
        society.net.service.submit([Update(kind, "again", {"description": f"{HIDDEN} text"})])
        society.net.service.submit([Delete(kind, "again")])
        gone = api.ask("member", "GET", f"{PATHS[kind]}/again/history")
        never = api.ask("member", "GET", f"{PATHS[kind]}/never/history")
        assert (gone.status, gone.text.replace("again", "never")) == (404, never.text)
        mine = {"id": "again", "name": "mine", "project": "red"}
        mine |= {"mac": "02:22:00:00:00:01"} if kind == "vif" else {"transport": "local"}
        society.net.service.submit([Create(kind, mine)])
        answer = api.ask("member", "GET", f"{PATHS[kind]}/again/history")
        assert answer.status == 200
        assert secrets_in(answer.text, ()) == [], answer.text


def test_who_takes_an_id_over_is_not_told_what_went_with_it_before(society: Society) -> None:
    """What a port or a segment is now says nothing of what was called so, was plugged in or was on it before."""
    theirs, mine = {"project": HIDDEN, "description": f"{HIDDEN} text"}, {"project": "red"}
    commands: list[Command] = [
        Create("segment", {"id": "net", "name": "net", **theirs}),
        Create("subnet", {"id": "addresses", "segment": "net", "cidr": "10.66.0.0/24", **theirs}),
        Create("port", {"id": "web", "name": "web", "segment": "net", **theirs}),
        Create("vif", {"id": f"{HIDDEN}-vif", "mac": "02:66:00:00:00:01", **theirs}),
        Plug("web", f"{HIDDEN}-vif"),
        Unplug("web"),
        *(Delete(kind, id) for kind, id in (("port", "web"), ("subnet", "addresses"), ("segment", "net"))),
        Create("segment", {"id": "net", "name": "net", "shared_with": ("red",), **mine}),
        Create("port", {"id": "web", "name": "web", "segment": "net", **mine}),
        Create("vif", {"id": "mine", "mac": "02:22:00:00:00:01", **mine}),
        Plug("web", "mine"),
    ]
    for command in commands:
        society.net.service.submit([command])
    api = Native(society)
    assert secrets_in(told(society, "member"), ()) == []
    assert api.ask("member", "GET", "/v1/subnets/addresses/history").status == 404
    history = api.ask("member", "GET", "/v1/ports/web/history")
    assert [entry["what"] for entry in json.loads(history.text)["history"]] == ["updated", "created"]
    assert secrets_in(history.text, ()) == []


def test_what_a_thing_was_before_it_was_open_is_not_in_its_history(society: Society) -> None:
    service, port = society.net.service, {"id": "web", "name": "web", "segment": "net"}
    segment = {"id": "net", "name": "net", "project": "blue", "shared_with": ("red",)}
    service.submit([Create("segment", segment), Create("port", port | {"description": f"{HIDDEN} text"})])
    service.submit([Update("port", "web", {"connect": ("project:red",), "description": ""})])
    history = Native(society).ask("member", "GET", "/v1/ports/web/history")
    assert [entry["what"] for entry in json.loads(history.text)["history"]] == ["created"]
    assert secrets_in(history.text, ()) == []
    assert secrets_in(told(society, "member"), ()) == []


def test_what_is_not_shared_any_more_has_no_history(society: Society) -> None:
    api = Native(society)
    segment = society.make(Place("segment", "open", "shared with red"))
    assert api.ask("reader", "GET", f"/v1/segments/{segment}/history").status == 200
    society.net.service.submit([Update("segment", segment, {"shared_with": ()})])
    assert api.ask("reader", "GET", f"/v1/segments/{segment}/history").status == 404


def test_a_hidden_history_is_missing(society: Society) -> None:
    api = Native(society)
    for kind in PATHS:
        if kind in ("segment", "port", "vif", "subnet"):
            hidden = society.make(Place(kind, "hidden"))
            there = api.ask("member", "GET", f"{PATHS[kind]}/{hidden}/history")
            nowhere = api.ask("member", "GET", f"{PATHS[kind]}/{hidden.replace(HIDDEN, MISSING)}/history")
            assert (there.status, there.text.replace(HIDDEN, MISSING)) == (404, nowhere.text)


@pytest.mark.parametrize("role", ROLES)
def test_the_audit_log_is_for_whom_the_policy_names(society: Society, role: Role) -> None:
    api = Native(society)
    society.make(Place("port", "hidden"))
    wanted: Outcome = "allowed" if has("get_audit_log", role, "own") else "forbidden"
    for query in ("", "?project=hush", "?project=red", "?user=olga"):
        answer = api.ask(role, "GET", f"/v1/audit-log{query}")
        assert answer.outcome == wanted
        assert role == "operator" or secrets_in(answer.text, answer.asked) == []


@pytest.mark.parametrize("role", ROLES)
def test_a_quota_is_seen_by_its_project_and_set_by_operators(society: Society, role: Role) -> None:
    api, complaints = Native(society), list[str]()
    for project, whose in (("red", "own"), (HIDDEN, "hidden")):
        society.net.service.submit([Create("quota", {"id": project})])
        for method, body, verb in (
            ("GET", None, "get"),
            ("PATCH", {"limits": []}, "update"),
            ("DELETE", None, "delete"),
        ):
            answer = api.ask(role, method, f"/v1/quotas/{project}", body)
            wanted = expected("get_quota", f"{verb}_quota", role, whose)  # type: ignore[arg-type]
            if answer.outcome != wanted:
                complaints.append(
                    f"{role} {verb} quota of {project}: {answer.outcome}, and not {wanted}: {answer.text}"
                )
    answer = api.ask(role, "GET", "/v1/quotas")
    if role != "operator" and secrets_in(answer.text, answer.asked):
        complaints.append(f"{role} lists quotas: {answer.text}")
    assert complaints == []
