"""``wait=active``: whoever asks for it is answered when the switches have acknowledged, and others in the meantime."""

from __future__ import annotations

from typing import Any

import eventlet
import pytest
from falcon.testing import Result

from tests.controller import Controller
from tests.openapi import Validating
from weft.apps.northbound.app import build_app
from weft.controller.model.commands import Create, ObserveInterfaces, Plug

HEADERS = {"Authorization": "Bearer token"}


@pytest.fixture
def net() -> Controller:
    """A switch, and a port ``p`` whose VIF is there; the switch has not been told yet."""
    return Controller().do(
        Create("switch", {"id": "s1", "dpid": 1}),
        ObserveInterfaces("s1", {"e1": (1, True)}),
        Create("segment", {"id": "red", "name": "red", "project": "a"}),
        Create("port", {"id": "p", "name": "p", "segment": "red"}),
        Create("vif", {"id": "v", "mac": "02:00:00:00:00:01", "switch": "s1", "interface": "e1"}),
        Plug("p", "v"),
    )


@pytest.fixture
def api(net: Controller) -> Validating:
    return Validating(build_app(net.service, "token"), headers=HEADERS)


def waited(result: Result) -> tuple[int, str]:
    """The status, and how far the switches have come."""
    return result.status_code, result.headers["weft-waited"]


def soon(net: Controller) -> None:
    """The switch does as it is told, a moment later."""
    eventlet.spawn_after(0.03, lambda: net.work().serve())


def test_the_answer_comes_when_the_switches_have_acknowledged(net: Controller, api: Validating) -> None:
    net.serve()
    soon(net)
    result = api.simulate_patch("/v1/ports/p?wait=active", json={"name": "q"})
    assert waited(result) == (200, "active")
    assert result.json["status"] == {"state": "ACTIVE", "reason": ""}, "as it is then"


def test_patience_has_an_end_and_what_was_asked_for_is_done(net: Controller, api: Validating) -> None:
    result = api.simulate_patch("/v1/ports/p?wait=active&timeout=0.05", json={"name": "q"})
    assert waited(result) == (202, "down; port p: switch s1 is not connected, and goes on with what it has")
    assert (result.json["name"], api.simulate_get("/v1/ports/p").json["name"]) == ("q", "q")


def test_what_can_come_to_nothing_is_not_waited_for(api: Validating) -> None:
    with eventlet.Timeout(5):
        down = api.simulate_patch("/v1/ports/p?wait=active&timeout=15", json={"admin_up": False})
        empty = api.simulate_delete("/v1/ports/p/vif?wait=active&timeout=0.05")
        new = api.simulate_post("/v1/ports?wait=active&timeout=15", json={"name": "n", "segment": "red"})
    assert waited(down) == (202, "down; port p: the port is administratively down")
    assert empty.status_code in (204, 202)
    assert waited(new) == (202, f"down; port {new.json['id']}: no VIF is plugged in")


def test_nobody_hears_of_ports_that_they_do_not_see(net: Controller, api: Validating) -> None:
    """Whoever has a segment does not see who else has which ports there."""
    shared = {"id": "open", "name": "open", "project": "a", "shared_with": ("b",)}
    theirs = {"id": "theirs", "name": "theirs", "segment": "open", "project": "b"}
    there = {"id": "w", "mac": "02:00:00:00:00:02", "project": "b", "switch": "s1", "interface": "e2"}
    net.do(Create("segment", shared), Create("port", theirs), Create("vif", there), Plug("theirs", "w"))
    change = "/v1/segments/open?wait=active&timeout=0.5"
    soon(net)
    owner = api.simulate_patch(change, json={"name": "n"}, headers=HEADERS | {"Weft-Act-As": "project=a"})
    operator = api.simulate_patch(change, json={"name": "m"})
    assert waited(owner) == (200, "active")
    assert waited(operator)[1].startswith("down; port theirs: ")


def test_a_deletion_waits_for_the_switches_that_are_connected(net: Controller, api: Validating) -> None:
    net.serve()
    soon(net)
    assert waited(api.simulate_delete("/v1/ports/p/vif?wait=active")) == (204, "active")


def test_a_transaction_waits_for_all_of_its_ports(net: Controller, api: Validating) -> None:
    net.serve()
    soon(net)
    commands: list[dict[str, Any]] = [
        {"do": "update", "kind": "segment", "id": "red", "fields": {"mtu": 9000}},
        {"do": "update", "kind": "port", "id": "p", "fields": {"name": "q"}},
    ]
    result = api.simulate_post("/v1/transactions?wait=active", json={"commands": commands})
    assert waited(result) == (200, "active")
    assert result.json["results"][1]["status"]["state"] == "ACTIVE"


@pytest.mark.parametrize(
    ("query", "field"),
    [("wait=soon", "wait"), *((f"wait=active&timeout={text}", "timeout") for text in ("0", "121", "1e1", "-1"))],
)
def test_a_patience_that_makes_no_sense_is_refused_and_nothing_is_done(api: Validating, query: str, field: str) -> None:
    result = api.simulate_patch(f"/v1/ports/p?{query}", json={"name": "q"})
    assert (result.status_code, result.json["field"]) == (400, field)
    assert api.simulate_get("/v1/ports/p").json["name"] == "p"
