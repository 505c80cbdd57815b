"""Quantum's API as its guide and its code have it: what is asked and answered, in both versions and formats."""

from __future__ import annotations

from typing import Any

import pytest

from tests.controller import Controller
from tests.quantum import Quantum
from weft.controller.model.attached import mac_of
from weft.controller.model.commands import Create, ObserveInterfaces, Plug, Update

MISSING = "00000000-0000-0000-0000-000000000000"
NETWORK, PORT = f"/networks/{MISSING}", f"/ports/{MISSING}"


@pytest.fixture
def net() -> Controller:
    """Nothing is there yet."""
    return Controller()


@pytest.fixture(params=["v1.0 json", "v1.0 xml", "v1.1 json", "v1.1 xml"])
def api(net: Controller, request: pytest.FixtureRequest) -> Quantum:
    """A client of the tenant red."""
    return Quantum(net.service, *request.param.split())


def id_of(path: str) -> str:
    """The last step of a path."""
    return path.rpartition("/")[2]


def test_a_tenant_has_no_networks_at_first(api: Quantum) -> None:
    assert api.get("/networks") == api.get("/networks/detail") == {"networks": []}


def test_a_network_is_made_shown_renamed_and_deleted(api: Quantum) -> None:
    network = api.network("first")
    shown = {"id": id_of(network), "name": "first", **api.told("UP")}
    assert api.get("/networks") == {"networks": [{"id": id_of(network)}]}
    assert api.get("/networks/detail") == {"networks": [shown]}
    assert api.get(network) == {"network": shown}
    assert api.get(f"{network}/detail") == {"network": shown | {"ports": []}}
    assert api.ask("PUT", network, {"network": {"name": "second & <last>"}}) == (204, None)
    assert api.get(network) == {"network": shown | {"name": "second & <last>"}}
    assert api.ask("DELETE", network) == (204, None)
    assert api.get("/networks") == {"networks": []}


def test_a_network_is_a_segment_of_the_tenant(net: Controller, api: Quantum) -> None:
    made = net.service.network.segment(id_of(api.network("first")))
    assert made is not None
    assert (made.name, made.project, made.admin_up, made.shared_with) == ("first", "red", True, ())


@pytest.mark.parametrize(("asked", "state"), [(None, "DOWN"), ("DOWN", "DOWN"), ("ACTIVE", "ACTIVE")])
def test_a_port_is_down_unless_somebody_says_otherwise(api: Quantum, asked: str | None, state: str) -> None:
    network = api.network()
    port = api.port(network, asked)
    assert api.get(port) == {"port": {"id": id_of(port), "state": state, **api.told("DOWN")}}


def test_a_port_is_listed_brought_up_and_deleted(api: Quantum) -> None:
    network = api.network()
    assert api.get(f"{network}/ports") == api.get(f"{network}/ports/detail") == {"ports": []}
    port = api.port(network)
    shown = {"id": id_of(port), "state": "DOWN", **api.told("DOWN")}
    assert api.get(f"{network}/ports") == {"ports": [{"id": id_of(port)}]}
    assert api.get(f"{network}/ports/detail") == {"ports": [shown]}
    assert api.get(f"{network}/detail")["network"]["ports"] == [shown]
    assert api.ask("PUT", port, {"port": {"state": "ACTIVE"}}) == (204, None)
    assert api.get(port) == api.get(f"{port}/detail") == {"port": shown | {"state": "ACTIVE"}}
    assert api.ask("DELETE", port) == (204, None)
    assert api.get(f"{network}/ports") == {"ports": []}


def test_an_attachment_is_plugged_in_shown_and_taken_out(api: Quantum) -> None:
    network = api.network()
    port = api.port(network)
    assert api.get(f"{port}/attachment") == {"attachment": {}}
    assert api.attach(port, "nova-7") == (204, None)
    assert api.attach(port, "nova-7") == (204, None), "the same again changes nothing"
    with_it = {"id": id_of(port), "state": "DOWN", **api.told("DOWN"), "attachment": {"id": "nova-7"}}
    assert api.get(f"{port}/attachment") == {"attachment": {"id": "nova-7"}}
    assert api.get(f"{port}/detail") == {"port": with_it}
    assert api.get(f"{network}/detail")["network"]["ports"] == [with_it]
    assert "attachment" not in api.get(port)["port"]
    assert "attachment" not in api.get(f"{network}/ports/detail")["ports"][0]
    assert api.ask("DELETE", f"{port}/attachment") == (204, None)
    assert api.ask("DELETE", f"{port}/attachment") == (204, None), "there is nothing to take out"
    assert api.get(f"{port}/attachment") == {"attachment": {}}


def test_what_is_not_there_is_made_when_it_is_attached_and_goes_again(net: Controller, api: Quantum) -> None:
    port = api.port(api.network())
    api.attach(port, "nova-7")
    made = net.service.network.vif("nova-7")
    assert made is not None
    assert (made.project, made.mac, made.location) == ("red", mac_of("nova-7"), None)
    api.ask("DELETE", f"{port}/attachment")
    assert net.service.network.vif("nova-7") is None


def test_a_vif_that_is_there_is_attached_and_stays(net: Controller, api: Quantum) -> None:
    net.do(Create("vif", {"id": "mine", "mac": "02:00:00:00:00:01", "project": "red", "device": "vm-1"}))
    port = api.port(api.network())
    assert api.attach(port, "mine") == (204, None)
    assert net.service.network.port_of_vif("mine") == id_of(port)
    api.ask("DELETE", f"{port}/attachment")
    vif = net.service.network.vif("mine")
    assert vif is not None
    assert (vif.mac, net.service.network.port_of_vif("mine")) == ("02:00:00:00:00:01", None)


def test_a_network_goes_with_its_empty_ports(net: Controller, api: Quantum) -> None:
    network, other = api.network(), api.network()
    for _ in range(3):
        api.port(network)
    stays = api.port(other)
    before = net.service.network.revision
    assert api.ask("DELETE", network) == (204, None)
    assert net.service.network.revision == before + 1, "it is one transaction"
    assert [port.id for port in net.service.network.of_kind("port")] == [id_of(stays)]


def test_a_network_is_down_when_its_segment_is(net: Controller, api: Quantum) -> None:
    network = api.network()
    net.do(Update("segment", id_of(network), {"admin_up": False}))
    assert api.get(network)["network"].get("op-status") == api.told("DOWN").get("op-status")


def test_a_port_is_up_when_the_switches_have_proven_it(net: Controller, api: Quantum) -> None:
    net.do(Create("switch", {"id": "s1", "dpid": 1}), ObserveInterfaces("s1", {"tap0": (1, True)}))
    port = api.port(api.network(), "ACTIVE")
    vif = {"id": "v", "mac": "02:00:00:00:00:01", "project": "red", "switch": "s1", "interface": "tap0"}
    net.do(Create("vif", vif), Plug(id_of(port), "v"))
    progress = net.service.progress("s1")
    assert progress is not None
    progress.connect()
    assert api.get(port)["port"] == {"id": id_of(port), "state": "ACTIVE", **api.told("PROVISIONING")}
    net.serve()
    assert api.get(port)["port"] == {"id": id_of(port), "state": "ACTIVE", **api.told("UP")}


FILTERS: list[tuple[str, list[str]]] = [
    ("name=one", ["one"]),
    ("name=two&op-status=UP", ["two"]),
    ("op-status=DOWN", ["shut"]),
    ("name=", []),
    ("port-state=ACTIVE", ["two"]),
    ("port-op-status=DOWN", ["one", "two"]),
    ("port-op-status=UP", []),
    ("has-attachment=true", ["one"]),
    ("has-attachment=True", ["one"]),
    ("has-attachment=false", ["two", "shut"]),
    ("has-attachment=nonsense", ["two", "shut"]),
    ("attachment=nova-7", ["one"]),
    ("attachment=nova-7&name=two", []),
    ("attachment=other", []),
    ("port={one}", ["one"]),
    ("port={two}&attachment=nova-7", []),
    ("port=none", []),
    ("name=one&name=two", ["two"]),
    ("colour=red", []),
    ("colour=red&name=one", ["one"]),
]


def test_networks_are_filtered(net: Controller, api: Quantum) -> None:
    networks = {name: api.network(name) for name in ("one", "two", "shut")}
    one, two = api.port(networks["one"]), api.port(networks["two"], "ACTIVE")
    api.attach(one, "nova-7")
    net.do(Update("segment", id_of(networks["shut"]), {"admin_up": False}))
    names = {id_of(path): name for name, path in networks.items()}
    for text, found in FILTERS:
        query = text.format(one=id_of(one), two=id_of(two))
        assert [names[each["id"]] for each in api.get(f"/networks?{query}")["networks"]] == found, text
        assert [each["name"] for each in api.get(f"/networks/detail?{query}")["networks"]] == found, text


PORT_FILTERS: list[tuple[str, list[str]]] = [
    ("state=ACTIVE", ["up"]),
    ("state=DOWN&has-attachment=true", ["full"]),
    ("has-attachment=false", ["up", "down"]),
    ("op-status=DOWN", ["up", "down", "full"]),
    ("attachment=nova-7", ["full"]),
    ("state=active", []),
    ("colour=red", []),
    ("colour=red&state=ACTIVE", ["up"]),
]


def test_ports_are_filtered(api: Quantum) -> None:
    network = api.network()
    ports = {"up": api.port(network, "ACTIVE"), "down": api.port(network), "full": api.port(network)}
    api.attach(ports["full"], "nova-7")
    names = {id_of(path): name for name, path in ports.items()}
    for query, found in PORT_FILTERS:
        for path in (f"{network}/ports", f"{network}/ports/detail"):
            assert {names[each["id"]] for each in api.get(f"{path}?{query}")["ports"]} == set(found), query


def test_extensions_are_discovered(api: Quantum) -> None:
    (portstats,) = api.get(f"/{api.version}/extensions")["extensions"]
    assert portstats["alias"] == "portstats"
    assert set(portstats) == {"name", "alias", "description", "namespace", "updated", "links"}
    assert portstats["links"] == []
    assert api.get(f"/{api.version}/extensions/portstats") == portstats


def fault(api: Quantum, said: Any) -> tuple[int, str, str]:
    """The code of a fault, its name, and its message; every fault has a detail as well."""
    ((root, members),) = said.document.items()
    assert members["detail"]
    if api.version == "v1.0":
        assert set(members) == {"code", "message", "detail"}
        assert int(members["code"]) == said.status
        return said.status, root, members["message"]
    assert (root, set(members)) == ("QuantumError", {"type", "message", "detail"})
    return said.status, members["type"], members["message"]


NO_NETWORK = (420, 404, "NetworkNotFound", "Unable to find a network with the specified identifier.")
IN_USE = (421, 409, "NetworkInUse", "Unable to remove the network: attachments still plugged.")
NO_PORT = (430, 404, "PortNotFound", "Unable to find a port with the specified identifier.")
BAD_STATE = (431, 400, "RequestedStateInvalid", "Unable to update port state with specified value.")
PORT_IN_USE = (432, 409, "PortInUse", "A resource is currently attached to the logical port")
ATTACHED = (440, 409, "AlreadyAttached", "The resource is already attached to another port")
Kind = tuple[int, int, str, str]

NAME, STATE, PLUGGED = {"network": {"name": "x"}}, {"port": {"state": "ACTIVE"}}, {"attachment": {"id": "x"}}
FAULTS: list[tuple[str, str, dict[str, Any] | None, Kind]] = [
    ("GET", NETWORK, None, NO_NETWORK),
    ("GET", f"{NETWORK}/detail", None, NO_NETWORK),
    ("PUT", NETWORK, NAME, NO_NETWORK),
    ("DELETE", NETWORK, None, NO_NETWORK),
    ("GET", f"{NETWORK}/ports", None, NO_NETWORK),
    ("GET", f"{NETWORK}/ports/detail", None, NO_NETWORK),
    ("POST", f"{NETWORK}/ports", None, NO_NETWORK),
    ("GET", f"{NETWORK}{PORT}", None, NO_NETWORK),
    ("GET", f"{NETWORK}{PORT}/detail", None, NO_NETWORK),
    ("PUT", f"{NETWORK}{PORT}", STATE, NO_NETWORK),
    ("DELETE", f"{NETWORK}{PORT}", None, NO_NETWORK),
    ("GET", f"{NETWORK}{PORT}/attachment", None, NO_NETWORK),
    ("PUT", f"{NETWORK}{PORT}/attachment", PLUGGED, NO_NETWORK),
    ("DELETE", f"{NETWORK}{PORT}/attachment", None, NO_NETWORK),
    ("GET", f"{{used}}{PORT}", None, NO_PORT),
    ("GET", f"{{used}}{PORT}/detail", None, NO_PORT),
    ("PUT", f"{{used}}{PORT}", STATE, NO_PORT),
    ("DELETE", f"{{used}}{PORT}", None, NO_PORT),
    ("GET", f"{{used}}{PORT}/attachment", None, NO_PORT),
    ("PUT", f"{{used}}{PORT}/attachment", PLUGGED, NO_PORT),
    ("DELETE", f"{{used}}{PORT}/attachment", None, NO_PORT),
    ("GET", "{other}/ports/{full}", None, NO_PORT),
    ("DELETE", "{used}", None, IN_USE),
    ("POST", "{used}/ports", {"port": {"state": "UP"}}, BAD_STATE),
    ("PUT", "{used}/ports/{full}", {"port": {"state": "active"}}, BAD_STATE),
    ("PUT", "{used}/ports/{full}", {"port": {"state": ""}}, BAD_STATE),
    ("DELETE", "{used}/ports/{full}", None, PORT_IN_USE),
    ("PUT", "{used}/ports/{full}/attachment", PLUGGED, PORT_IN_USE),
    ("PUT", "{other}/ports/{empty}/attachment", {"attachment": {"id": "nova-7"}}, ATTACHED),
]


def test_a_fault_has_its_code_name_and_message_and_changes_nothing(net: Controller, api: Quantum) -> None:
    used, other = api.network(), api.network()
    full, empty = api.port(used), api.port(other)
    api.attach(full, "nova-7")
    before = net.service.network.revision
    for method, path, body, (v10, v11, name, message) in FAULTS:
        said = api.ask(method, path.format(used=used, other=other, full=id_of(full), empty=id_of(empty)), body)
        expected = (v10, name[0].lower() + name[1:], message) if api.version == "v1.0" else (v11, name, message)
        assert fault(api, said) == expected, (method, path)
        assert net.service.network.revision == before, (method, path)


BAD: list[tuple[str, str, dict[str, Any] | None, str]] = [
    ("POST", "/networks", None, "name: is required"),
    ("POST", "/networks", {"network": {}}, "name: is required"),
    ("POST", "/networks", {"network": {"name": ""}}, "name: is required"),
    ("POST", "/networks", {"network": {"name": "x" * 256}}, "name: must be 1 to 255 characters"),
    ("POST", "/networks", {"net": {"name": "x"}}, "the body must have an object 'network'"),
    ("PUT", "{network}", {"network": {}}, "name: is required"),
    ("PUT", "{network}", None, "name: is required"),
    ("POST", "{network}/ports", {"ports": {}}, "the body must have an object 'port'"),
    ("PUT", "{network}/ports/{port}", {"port": {}}, "state: is required"),
    ("PUT", "{network}/ports/{port}", None, "state: is required"),
    ("PUT", "{network}/ports/{port}/attachment", {"attachment": {}}, "id: is required"),
    ("PUT", "{network}/ports/{port}/attachment", None, "id: is required"),
    ("PUT", "{network}/ports/{port}/attachment", {"attachment": {"id": ""}}, "id: must be 1 to 64 letters"),
    ("PUT", "{network}/ports/{port}/attachment", {"attachment": {"id": "a b"}}, "id: must be 1 to 64 letters"),
]


def test_a_request_that_lacks_something_is_bad_and_changes_nothing(net: Controller, api: Quantum) -> None:
    network = api.network()
    port = api.port(network)
    before = net.service.network.revision
    for method, path, body, detail in BAD:
        said = api.ask(method, path.format(network=network, port=id_of(port)), body)
        assert fault(api, said)[:2] == (400, "badRequest" if api.version == "v1.0" else "BadRequest"), (method, path)
        ((_, members),) = said.document.items()
        assert members["detail"].startswith(detail)
        assert net.service.network.revision == before


def test_what_quantum_does_not_know_of_a_network_or_port_is_let_pass(api: Quantum) -> None:
    network = f"/networks/{api.make('/networks', {'network': {'name': 'x', 'vendor': 'y'}})}"
    port = f"{network}/ports/{api.make(f'{network}/ports', {'port': {'state': 'ACTIVE', 'vendor': 'y'}})}"
    assert api.get(network)["network"]["name"] == "x"
    assert api.get(port)["port"]["state"] == "ACTIVE"
