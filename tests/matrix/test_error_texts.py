"""What stands in one's way is told without a word of who it is, where one may not see it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.matrix.apis import Answer, Native, Neutron
from tests.matrix.society import HIDDEN, Place, Society, secrets_in
from weft.controller.model.commands import Create, Plug, Update
from weft.controller.model.traits import AllowedAddress

MAC, IP, PREFIX, SHARED_MAC = "02:77:00:00:00:01", "10.77.0.1", "10.77.9.0/24", "02:77:00:00:00:02"


@pytest.fixture
def society() -> Society:
    """A hidden port, with a VIF in it and with addresses, on each of two segments that red may use."""
    society = Society()
    for number, how in enumerate(("on a shared segment", "on a segment of red's")):
        port = society.make(Place("port", "hidden", how))
        addresses = (AllowedAddress(None, PREFIX), AllowedAddress(SHARED_MAC, "10.77.8.1/32"))
        society.net.service.submit([Update("port", port, {"fixed_ips": (IP,), "allowed_addresses": addresses})])
        place = {"switch": f"{HIDDEN}-switch-{number}", "interface": f"{HIDDEN}-tap"}
        society.net.service.submit(
            [
                Create("switch", {"id": place["switch"], "dpid": number + 1}),
                Create("vif", {"id": f"{HIDDEN}-in-{number}", "mac": MAC, "project": HIDDEN, **place}),
                Plug(port, f"{HIDDEN}-in-{number}"),
            ]
        )
    return society


def told(api: Native | Neutron, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
    """The status, and what an answer that must tell nothing says."""
    answer: Answer = api.ask("member", method, path, body)
    assert secrets_in(answer.text, answer.asked) == [], answer.text
    return answer.status, answer.text


@pytest.mark.parametrize("segment", ["shared", "red-shared"])
def test_a_conflict_with_what_is_hidden_names_only_ones_own(society: Society, segment: str) -> None:
    api = Native(society)
    for addresses in (
        {"fixed_ips": [IP]},
        {"allowed_addresses": [{"prefix": "10.77.9.5/32"}]},
        {"allowed_addresses": [{"mac": SHARED_MAC}]},
        {"allowed_addresses": [{"mac": MAC}]},
    ):
        status, text = told(api, "POST", "/v1/ports", {"name": "mine", "segment": segment, **addresses})
        assert status == 409, text
    for number, mac in enumerate((MAC, SHARED_MAC)):
        told(api, "POST", "/v1/ports", {"id": f"mine-{number}", "name": "mine", "segment": segment})
        told(api, "POST", "/v1/vifs", {"id": f"mine-{number}", "mac": mac})
        assert told(api, "PUT", f"/v1/ports/mine-{number}/vif", {"vif": f"mine-{number}"})[0] == 409


def test_ones_own_segment_is_in_use_by_nobody_in_particular(society: Society) -> None:
    api = Native(society)
    assert told(api, "DELETE", "/v1/segments/red-shared")[0] == 409
    assert told(api, "PATCH", "/v1/segments/red-shared", {"shared_with": []})[0] == 409
    commands = [{"do": "delete", "kind": "segment", "id": "red-shared"}]
    assert told(api, "POST", "/v1/transactions", {"commands": commands})[0] == 409


def test_an_id_that_is_taken_is_taken_by_nobody_in_particular(society: Society) -> None:
    api = Native(society)
    for kind, more in (
        ("segments", {"project": "red"}),
        ("ports", {"segment": "red-home"}),
        ("vifs", {"mac": "02:22:00:00:00:99"}),
    ):
        taken = society.make(Place(kind[:-1], "hidden"))
        status, text = told(api, "POST", f"/v1/{kind}", {"id": taken, "name": "mine", **more})
        assert status == 409, text


def test_neutrons_conflicts_name_nobody_either(society: Society) -> None:
    api = Neutron(society)
    for segment in ("shared", "red-shared"):
        port = {"network_id": segment, "mac_address": MAC}
        told(api, "POST", "/v2.0/ports", {"port": port})
        told(api, "POST", "/v2.0/ports", {"port": {"network_id": segment, "fixed_ips": [{"ip_address": IP}]}})
    assert told(api, "DELETE", "/v2.0/networks/red-shared")[0] == 409
