"""Who may use Quantum's API, and for which tenant: of another's nothing is ever seen."""

from __future__ import annotations

from typing import Any

import pytest
from falcon.testing import TestClient

from tests.controller import Controller
from tests.quantum import Quantum, Said, identify
from weft.apps.identity.identity import Busy, Identity, Presented, Unanswered
from weft.apps.quantum.app import build_quantum
from weft.controller.model.commands import Create, Plug, Update
from weft.controller.model.facts import Key


@pytest.fixture
def net() -> Controller:
    """Red and blue have a network each, with a port, in which there is something."""
    net = Controller()
    for number, name in enumerate(("red", "blue"), 1):
        net.do(
            Create("segment", {"id": f"{name}-net", "name": f"{name} secret", "project": name}),
            Create("port", {"id": f"{name}-port", "name": f"{name}-port", "segment": f"{name}-net"}),
            Create("vif", {"id": f"{name}-vif", "mac": f"02:00:00:00:00:0{number}", "project": name}),
            Plug(f"{name}-port", f"{name}-vif"),
        )
    return net


@pytest.fixture(params=["v1.0", "v1.1"])
def red(net: Controller, request: pytest.FixtureRequest) -> Quantum:
    """A member of red."""
    return Quantum(net.service, request.param)


def kind(said: Said) -> str:
    """The name of a fault, as v1.1 has it."""
    ((root, members),) = said.document.items()
    return str(members.get("type", root[0].upper() + root[1:]))


EVERYTHING: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/networks", None),
    ("GET", "/networks/detail", None),
    ("POST", "/networks", {"network": {"name": "x"}}),
    ("GET", "/networks/{}-net", None),
    ("DELETE", "/networks/{}-net", None),
    ("PUT", "/networks/{}-net", {"network": {"name": "x"}}),
    *(("GET", f"/networks/{{}}-net/{more}", None) for more in ("detail", "ports", "ports/detail")),
    ("POST", "/networks/{}-net/ports", None),
    *(("GET", f"/networks/{{}}-net/ports/{{}}-port{more}", None) for more in ("", "/detail", "/attachment")),
    ("PUT", "/networks/{}-net/ports/{}-port", {"port": {"state": "DOWN"}}),
    ("DELETE", "/networks/{}-net/ports/{}-port", None),
    ("PUT", "/networks/{}-net/ports/{}-port/attachment", {"attachment": {"id": "x"}}),
    ("DELETE", "/networks/{}-net/ports/{}-port/attachment", None),
]


@pytest.mark.parametrize(("method", "path", "body"), EVERYTHING, ids=[f"{m} {p}" for m, p, _ in EVERYTHING])
def test_of_another_tenant_one_does_not_even_hear_whether_it_is_there(
    net: Controller, red: Quantum, method: str, path: str, body: dict[str, Any] | None
) -> None:
    before = net.service.network.revision
    answers = []
    for tenant in ("blue", "nobody"):
        red.tenant = tenant
        answers.append(red.ask(method, path.format(tenant, tenant), body))
    assert answers[0] == answers[1]
    assert (answers[0].status, kind(answers[0])) == (403, "Forbidden")
    assert net.service.network.revision == before


NAMED = [one for one in EVERYTHING if "{}" in one[1]]


@pytest.mark.parametrize(("method", "path", "body"), NAMED, ids=[f"{m} {p}" for m, p, _ in NAMED])
def test_what_is_another_tenants_is_as_if_it_were_not_there(
    net: Controller, red: Quantum, method: str, path: str, body: dict[str, Any] | None
) -> None:
    before = net.service.network.revision
    theirs = red.ask(method, path.format("blue", "blue"), body)
    nobodys = red.ask(method, path.format("none", "none"), body)
    assert kind(theirs) == "NetworkNotFound"
    assert str(theirs).replace("blue", "none") == str(nobodys)
    assert net.service.network.revision == before


@pytest.mark.parametrize(("method", "path", "body"), EVERYTHING, ids=[f"{m} {p}" for m, p, _ in EVERYTHING])
def test_nobody_comes_in_without_a_token(red: Quantum, method: str, path: str, body: dict[str, Any] | None) -> None:
    red.token = "wrong"
    said = red.ask(method, path.format("red", "red"), body)
    assert (said.status, kind(said)) == (401, "Unauthorized")
    said = red.ask("GET", f"/{red.version}/nothing")
    assert (said.status, kind(said)) == (401, "Unauthorized"), "what there is not is nobody's to know either"


def test_another_tenants_port_is_not_found_on_ones_own_network(red: Quantum) -> None:
    assert kind(red.ask("GET", "/networks/red-net/ports/blue-port")) == "PortNotFound"
    assert red.get("/networks?port=blue-port") == red.get("/networks?attachment=blue-vif") == {"networks": []}
    assert (
        red.get("/networks?port=red-port")
        == red.get("/networks?attachment=red-vif")
        == {"networks": [{"id": "red-net"}]}
    )


def test_another_tenants_attachment_cannot_be_taken(net: Controller, red: Quantum) -> None:
    port = red.port("/networks/red-net")
    said = red.attach(port, "blue-vif")
    assert kind(said) == "AlreadyAttached"
    assert "blue-port" not in str(said)
    assert net.service.network.port_of_vif("blue-vif") == "blue-port"


def test_the_operator_acts_for_every_tenant(net: Controller, red: Quantum) -> None:
    red.token = "operator"
    for tenant in ("red", "blue"):
        red.tenant = tenant
        assert red.get("/networks") == {"networks": [{"id": f"{tenant}-net"}]}
        port = red.port(network := red.network("made by the operator"))
        assert red.attach(port, f"{tenant}-new").status == 204
        for kind_, id in (
            ("segment", network.split("/")[-1]),
            ("port", port.split("/")[-1]),
            ("vif", f"{tenant}-new"),
        ):
            made = net.service.network.fact(Key(kind_, id))
            assert getattr(made, "project", None) == tenant
        assert red.ask("DELETE", f"{port}/attachment").status == 204
        assert red.ask("DELETE", network).status == 204


def test_the_operator_finds_under_a_tenant_only_what_is_the_tenants(red: Quantum) -> None:
    red.token = "operator"
    assert kind(red.ask("GET", "/networks/blue-net")) == "NetworkNotFound"
    assert kind(red.ask("GET", "/networks/red-net/ports/blue-port")) == "PortNotFound"


def test_a_network_with_ports_of_others_is_in_use(net: Controller, red: Quantum) -> None:
    network = red.network("shared")
    id = network.split("/")[-1]
    net.do(
        Update("segment", id, {"shared_with": ("blue",)}),
        Create("port", {"id": "guest", "name": "g", "segment": id, "project": "blue"}),
    )
    assert red.get(f"{network}/ports") == {"ports": []}
    said = red.ask("DELETE", network)
    assert kind(said) == "NetworkInUse"
    assert "guest" not in str(said)


def test_who_asks_too_much_is_told_when_to_come_again(net: Controller) -> None:
    def busy(_: Presented) -> Identity:
        raise Busy("too many requests; slow down", 2.5)

    def unanswered(_: Presented) -> Identity:
        raise Unanswered("Keystone does not answer", 5)

    for identify_, status in ((busy, 429), (unanswered, 503)):
        result = TestClient(build_quantum(net.service, identify_)).simulate_get("/v1.1/extensions")
        assert (result.status_code, result.json["QuantumError"]["type"]) == (status, "QuantumServiceFault")
        assert int(result.headers["retry-after"]) >= 2


def test_a_request_that_nobody_sends_is_asked_for_a_token(net: Controller) -> None:
    result = TestClient(build_quantum(net.service, identify)).simulate_get("/v1.0/extensions")
    assert (result.status_code, result.headers["www-authenticate"]) == (401, 'Keystone realm="weft"')
    assert result.json["unauthorized"]["code"] == 401
