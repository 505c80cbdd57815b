"""Whoever watches is told of what may be seen, from the first revision on, and of nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from falcon.testing import create_environ

from tests.matrix.oracle import ROLES, Role
from tests.matrix.society import HIDDEN, PLACES, Place, Society, identify, secrets_in
from weft.apps.northbound.app import build_app
from weft.controller.model.commands import Delete, Update


def told(society: Society, role: Role) -> str:
    """All that the stream tells from the beginning up to now."""
    environ = create_environ(
        "/v1/watch", query_string="from=0&heartbeat=1", headers={"Authorization": f"Bearer {role}"}
    )
    status: list[str] = []
    stream: Any = build_app(society.net.service, identify)(environ, lambda said, headers, *more: status.append(said))
    assert status == ["200 OK"]
    text = ""
    try:
        for chunk in stream:
            text += chunk.decode()
            if f"id: {society.net.service.network.revision}\n" in text:
                return text
    finally:
        stream.close()
    raise AssertionError(f"the stream ends before it has come to now: {text[-300:]}")


def ids_in(text: str) -> set[tuple[str, str]]:
    """The kinds and ids of what has changed."""
    data = [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: {")]
    return {(change["kind"], change["id"]) for event in data for change in event.get("changes", ())}


@pytest.mark.parametrize("role", ROLES)
def test_a_stream_tells_of_what_may_be_seen_and_of_nothing_else(role: Role) -> None:
    society = Society()
    for place in PLACES:
        id = society.make(place)
        society.net.service.submit([Update(place.kind, id, {"description": f"of {society.word(place.whose)} again"})])
    society.plugged(Place("port", "hidden", "on a shared segment"))
    gone = society.make(Place("vif", "hidden"))
    society.net.service.submit([Delete("vif", gone)])
    del society.things["vif"][gone]
    text = told(society, role)
    if role != "operator":
        assert secrets_in(text, ()) == []
    kinds = ("segment", "port", "vif", "subnet")
    wanted = {(kind, id) for kind in kinds for id in society.visible(kind, role)}
    found = {(kind, id) for kind, id in ids_in(text) if kind in kinds and HIDDEN not in id}
    assert found == {(kind, id) for kind, id in wanted if HIDDEN not in id}
