"""``/v1/simulator/frames``: who hears a frame, which entries it has met, and why it died."""

from __future__ import annotations

from typing import Any

import pytest

from tests.openapi import Validating
from tests.packets import SHORTEST, ethernet
from tests.simulated import SimulatedController
from weft.apps.northbound.app import build_app
from weft.controller.model.commands import Create, Update

TOKEN = "a-token-of-this-test"
A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
TO_ALL = ethernet("ff:ff:ff:ff:ff:ff", A, 0x88B5).ljust(SHORTEST, b"\0").hex()


@pytest.fixture
def net() -> SimulatedController:
    net = SimulatedController().place("s1", "f1").place("s2", "f1")
    net.do(Create("link", {"a": ("s1", "f1"), "b": ("s2", "f1")}))
    net.do(Create("switch", {"id": "real", "dpid": 7}), Create("vif", {"id": "lost", "mac": "02:00:00:00:00:0c"}))
    net.do(Create("segment", {"id": "red", "name": "red", "project": "p", "security": "mac"}))
    net.do(Create("port", {"id": "empty", "name": "empty", "segment": "red"}))
    return net.vif("a", "red", ("s1", "e1"), A).vif("b", "red", ("s2", "e1"), B).drive()


@pytest.fixture
def api(net: SimulatedController) -> Validating:
    return Validating(build_app(net.service, TOKEN), headers={"Authorization": f"Bearer {TOKEN}"})


def sent(api: Validating, frame: str = TO_ALL, **at: Any) -> Any:
    return api.simulate_post("/v1/simulator/frames", json={"frame": frame, **at})


def test_it_tells_who_has_heard_and_what_was_met(api: Validating) -> None:
    told = sent(api, port="a").json
    assert told["heard"] == [{"switch": "s2", "interface": "e1", "port": "b", "name": "b", "frame": TO_ALL}]
    assert [(visit["switch"], visit["interface"]) for visit in told["visits"]] == [("s1", "e1"), ("s2", "f1")]
    assert told["visits"][0]["steps"][0]["table"] == "classify"
    assert told == sent(api, switch="s1", interface="e1").json


def test_it_tells_why_a_frame_died(api: Validating, net: SimulatedController) -> None:
    net.do(Update("port", "a", {"admin_up": False}))
    last = sent(api, port="a").json["visits"][0]["steps"]
    assert last[-1]["what"] != "died", "what is wanted is not what the switch holds yet"
    net.drive()
    told = sent(api, port="a").json
    assert told["heard"] == []
    assert told["visits"][0]["steps"][-1] == {
        "what": "died",
        "table": "classify",
        "reason": "classify:admin-down",
        "why": "Its port or its segment is administratively down.",
    }


def test_it_tells_what_became_of_it_before_any_switch(api: Validating) -> None:
    assert sent(api, switch="s1", interface="e9").json["lost"] == "switch s1 has no interface e9 with carrier"
    assert sent(api, frame="00", port="a").json["visits"][0]["broken"] == "1 octets are no Ethernet frame"


@pytest.mark.parametrize(
    ("at", "status", "field", "rule"),
    [
        ({}, 422, "switch", "is required where no port is given"),
        ({"switch": "s1"}, 422, "interface", "is required where no port is given"),
        ({"port": "a", "switch": "s1"}, 422, "switch", "is of a place, and a port is given"),
        ({"port": "nobody"}, 404, "port", "there is no port 'nobody'"),
        ({"port": "empty"}, 409, "port", "what is plugged into port empty is nowhere"),
        ({"switch": "s9", "interface": "e1"}, 404, "switch", "there is no switch 's9'"),
        ({"switch": "real", "interface": "e1"}, 409, "switch", "switch real is not simulated"),
        ({"port": "a", "frame": "0"}, 400, "frame", "must be 1 to 9216 octets in hexadecimal"),
        ({"port": "a", "frame": "00 00"}, 400, "frame", "must be 1 to 9216 octets in hexadecimal"),
        ({"port": "a", "frame": ""}, 400, "frame", "must be 1 to 9216 octets in hexadecimal"),
        ({"port": "a", "speed": 7}, 400, "speed", "is not a field that one may set here"),
    ],
)
def test_what_cannot_be_sent_is_refused(
    api: Validating, at: dict[str, Any], status: int, field: str, rule: str
) -> None:
    answer = sent(api, **at)
    assert (answer.status_code, answer.json["field"], answer.json["rule"]) == (status, field, rule)


def test_only_who_has_the_right_may_send(net: SimulatedController) -> None:
    member = {"Authorization": f"Bearer {TOKEN}", "Weft-Act-As": "project=p"}
    answer = sent(Validating(build_app(net.service, TOKEN), headers=member), port="a")
    assert (answer.status_code, answer.json["rule"]) == (
        403,
        "the policy does not give the caller the right simulate_frame",
    )
